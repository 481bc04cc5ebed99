"""How people.yml says people are told: in a language that reports are in, at an address that a letter can have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.people.people import Listed, read_people
from evenhand.policy.check import Finding, check_name
from evenhand.policy.diagnose import dotted, nearest
from evenhand.policy.texts import PackError, position, read_text
from evenhand.records.written import why_no_line
from evenhand.reports.language import languages
from evenhand.settings import Settings


def people_who_can_be_told(here: Settings) -> Iterator[Finding]:
    """Languages that no report is in, in whose place English is sent, and addresses that no letter can have."""
    try:
        listed = read_people(here.people).people if here.people.exists() else ()
    except PackError:
        # That is said already.
        return
    text = read_text(here.people) if listed else None
    known = languages()
    for i, each in enumerate(listed):
        assert text
        for name, said in _mistakes(each, known):
            place = ("people", i, name)
            file, line, column = position([text], text.content, place, False)
            yield Finding(file, line, column, "error", check_name(people_who_can_be_told), f"{dotted(place)}: {said}")


def _mistakes(each: Listed, known: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Keys of somebody with what is wrong there."""
    if each.language not in known:
        said = f"found {each.language!r}; expected a language that reports are in: {', '.join(known)}"
        yield "language", f"{said}{nearest(each.language, known)}"
    for name, text in (("address", each.address), ("role", each.role), ("team", each.team)):
        if text and (why := why_no_line(text)):
            yield name, f"found {text!r}; expected a text of one line that people see all of ({why})"
