"""The table of docs/security.md, made from what came of the attempts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from attack.attempt import Made

# So much of what was said is enough to know it by.
_LONGEST = 160


def table(made: Sequence[Made], folder: Path) -> str:
    """A line for each attempt, without the folders and ports of this run."""
    through = sum(each.came_of == "went through" for each in made)
    lines = [
        f"{len(made)} attempts, of which {through or 'none'} went through.",
        "",
        "| tried | came of it | what was said |",
        "| --- | --- | --- |",
        *(f"| {_cell(each.what, folder)} | {each.came_of} | {_cell(each.said, folder)} |" for each in made),
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str, folder: Path) -> str:
    for spelt in (str(folder), quote(str(folder), safe="")):
        text = text.replace(spelt, "…")
    said = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", " ".join(text.split()))
    said = said if len(said) <= _LONGEST else f"{said[:_LONGEST]} …"
    return re.sub(r"(?<!\\)\|", r"\\|", said).replace("<", "&lt;")
