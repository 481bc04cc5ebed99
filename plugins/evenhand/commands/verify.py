"""`evenhand verify`: whether all that was released and decided by people is still what was written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from evenhand.commands.persons import person, second_person
from evenhand.commands.proposing import propose, refusals_told
from evenhand.commands.terminal import console, refuse, said_why
from evenhand.records.markdown import plain
from evenhand.records.persons import Person
from evenhand.settings import Settings, settings

if TYPE_CHECKING:
    from evenhand.records.record_log import Trouble


def verify(
    night: Annotated[
        datetime | None, typer.Argument(formats=["%Y-%m-%d"], metavar="NIGHT", help="Only the files of its releases.")
    ] = None,
    accept: Annotated[
        bool,
        typer.Option("--accept", help="Take what is otherwise or gone as it is now; the log keeps that."),
    ] = False,
    by: Annotated[str, typer.Option(metavar="NAME", help="With --accept, where nobody logs in: who says so.")] = "",
    approved_by: Annotated[
        str,
        typer.Option(metavar="NAME", help="The second person, where nobody logs in; else they run evenhand approve."),
    ] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="With --accept: why; it is kept.")] = "",
) -> None:
    """Check releases, cases and all that people decided against what was written down when they were.

    Ends with 1 and a line for each file that is otherwise or gone. --accept is for what was lost for good: what can be
    brought back from a backup is brought back.
    """
    from evenhand.cases.export import store_troubles
    from evenhand.cases.store import CasesBroken
    from evenhand.records import record_log

    here = settings()
    checked, found = _troubles(here, None if accept or not night else night.date())
    if accept:
        if not reason.strip():
            refuse("--accept needs a --reason, which the log keeps")
        reason = said_why(reason)
        if not found:
            _say("Nothing was otherwise or gone.")
            return
        with refusals_told():
            author, states = person(by), [[each.path, each.now] for each in found]
            if approved_by:
                accept_now(states, author, second_person(approved_by), reason)
                return
            listed = "\n".join(f"- {plain(each)}" for each in found)
            said = f"{plain(author)} asks to accept this as it is now: {plain(reason)}\n\n{listed}"
            propose("accept", {"found": states, "reason": reason}, said, author)
        return
    lines = [f"{here.home / each.path}: {each.what}" for each in found]
    try:
        lines += store_troubles(here.home, here.cases)
    except CasesBroken as error:
        lines.append(str(error))
    for line in lines:
        _say(line)
    if lines:
        refuse(
            f"{_files(len(lines))} what was written. Bring them back from a backup; what is lost for good, two "
            "persons accept: evenhand verify --accept --reason TEXT, and another evenhand approve"
        )
    releases = "1 release" if checked == 1 else f"{checked:,} releases"
    _say(f"All is as it was written: {releases}, and a log of {record_log.summary(here.home)}.")


def accept_now(states: Sequence[Sequence[str]], by: Person, approved_by: Person, reason: str) -> None:
    """Take what is otherwise or gone as it is now, as two persons say.

    Args:
        states: the paths, each with the SHA-256 that the persons saw; what has changed since isn't accepted.
    """
    from evenhand.people.acts import ACCEPT_LOSS, refuse_who_may_not
    from evenhand.records import record_log

    for each in (by, approved_by):
        refuse_who_may_not(settings().home, each, ACCEPT_LOSS)
    seen = {(path, now) for path, now in states}
    found = [each for each in _troubles(settings())[1] if (each.path, each.now) in seen]
    record_log.accept(settings().home, found, by, approved_by, reason)
    said = "it is now: 1 file" if len(found) == 1 else f"they are now: {len(found):,} files"
    _say(f"Accepted as {said}.")


def _files(number: int) -> str:
    return "1 file isn't" if number == 1 else f"{number:,} files aren't"


def _troubles(here: Settings, night: date | None = None) -> tuple[int, list[Trouble]]:
    """How many releases there are, and what isn't as it was written and nobody has accepted.

    Args:
        night: whose releases to look at alone, beside all that the log has.
    """
    from evenhand.records import record_log
    from evenhand.release.verify import not_accepted

    found = record_log.troubles(here.home)
    revisions = sorted((here.releases / "revisions").glob(f"night={night or '*'}/[0-9]*"))
    if night and not revisions and not record_log.was_released(here.home, night):
        refuse(f"night {night} was never released; evenhand verify without a night checks all that were")
    if (
        night
        and not revisions
        and not any(each.path.startswith(f"releases/revisions/night={night}/") for each in found)
    ):
        refuse(f"night {night} was released, and two persons have accepted that its files are gone")
    known = {each.path for each in found}
    found += [each for revision in revisions for each in not_accepted(here.home, revision) if each.path not in known]
    return len(revisions), found


def _say(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True, highlight=False)
