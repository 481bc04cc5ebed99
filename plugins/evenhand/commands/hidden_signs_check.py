"""Signs that nobody sees in files that people write: who reads the text would read another than what is decided by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evenhand.policy.check import Finding, check_name
from evenhand.policy.texts import PackError, read_text, scalars
from evenhand.records.written import first_hidden
from evenhand.settings import Settings

_BOM = "\ufeff"


def signs_that_nobody_sees(here: Settings) -> Iterator[Finding]:
    """Lines of packs and of the files beside them with a sign that nobody sees, also in a comment or as an escape."""
    for path in (*sorted(here.policies.rglob("*.yml")), here.receivers, here.people):
        for line, said in sorted(_hidden(path).items()):
            yield Finding(str(path), line, 1, "error", check_name(signs_that_nobody_sees), said)


def _hidden(path: Path) -> dict[int, str]:
    """By line, what is hidden there; nothing of a file that can't be read, which is said already."""
    try:
        text = read_text(path)
    except PackError:
        return {}
    found = {}
    for scalar in scalars(text.root):
        if why := first_hidden(_blank(str(scalar.value))):
            found[scalar.start_mark.line + 1] = f"found a text in which {why}; expected it without"
    for number, line in enumerate(text.text.decode().removeprefix(_BOM).split("\n"), start=1):
        if why := first_hidden(_blank(line)):
            found[number] = f"found a line in which {why}; expected it without"
    return found


def _blank(text: str) -> str:
    return text.replace("\t", " ").replace("\r", " ")
