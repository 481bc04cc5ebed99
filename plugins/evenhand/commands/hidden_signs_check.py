"""Signs that nobody sees in files that people write: who reads the text would read another than what is decided by."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping
from pathlib import Path

from evenhand.policy.check import Finding, check_name
from evenhand.policy.texts import PackError, read_text, scalars
from evenhand.records.written import first_hidden, first_in_a_name
from evenhand.settings import Settings

_BOM = "\ufeff"
_IN_LINE = "found a line in which {why}; expected it without"
_IN_TEXT = "found a text in which {why}; expected it without"


def signs_that_nobody_sees(here: Settings) -> Iterator[Finding]:
    """Lines of packs, of the files beside them and of translations with a sign that nobody sees, also in a comment.

    In what is YAML, also as an escape.
    """
    for path in (*sorted(here.policies.rglob("*.yml")), here.receivers, here.people):
        yield from _findings(path, _hidden(path))
    for path in sorted(here.translations.glob("*.po")):
        yield from _findings(path, hidden_in_catalogue(path.read_bytes()))


def hidden_in_catalogue(content: bytes) -> dict[int, str]:
    """By line, what is hidden in a catalogue of words; what is no text in UTF-8 is an error of its own."""
    lines = content.decode(errors="replace").removeprefix(_BOM).split("\n")
    found = {}
    for number, line in enumerate(lines, start=1):
        if why := first_hidden(_blank(line)):
            found[number] = _IN_LINE.format(why=why)
        elif why := first_in_a_name(_said(line)):
            found[number] = _IN_TEXT.format(why=why)
    return found


def _findings(path: Path, hidden: Mapping[int, str]) -> Iterator[Finding]:
    for line, said in sorted(hidden.items()):
        yield Finding(str(path), line, 1, "error", check_name(signs_that_nobody_sees), said)


def _hidden(path: Path) -> dict[int, str]:
    """By line, what is hidden there; nothing of a file that can't be read, which is said already."""
    try:
        text = read_text(path)
    except PackError:
        return {}
    lines = text.text.decode().removeprefix(_BOM).split("\n")
    found = {
        number: _IN_LINE.format(why=why)
        for number, line in enumerate(lines, start=1)
        if (why := first_hidden(_blank(line)))
    }
    texts = [(scalar.start_mark.line + 1, str(scalar.value)) for scalar in scalars(text.root)]
    starts = sorted({start for start, _ in texts})
    for start, said in texts:
        following = starts[bisect(starts, start) :]
        # What stands there as it is, and not as an escape, was found in its line, which may be a later one of the text.
        is_found = any(start <= each < (following[0] if following else len(lines) + 1) for each in found)
        if why := first_in_a_name(said) or ("" if is_found else first_hidden(_blank(said))):
            found.setdefault(start, _IN_TEXT.format(why=why))
    return found


def _said(line: str) -> str:
    """What stands between the quotes of a line of a catalogue."""
    return line.partition('"')[2].rpartition('"')[0]


def _blank(text: str) -> str:
    return text.replace("\t", " ").replace("\r", " ")
