"""Walk through a page as its reader would: make its edits, run its commands, and see what they say."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

from typer.testing import CliRunner

from evenhand.cli import app

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def walk(page: str) -> Iterator[tuple[str, str]]:
    """What the page says that its commands say, and what they do say, for the working folder."""
    said = ""
    for kind, text in _BLOCK.findall(page):
        if kind == "sh":
            said = "".join(_run(line) for line in text.splitlines())
        elif kind == "diff":
            _edit(text)
        elif kind == "text":
            yield text, said


def _run(line: str) -> str:
    command, *arguments = shlex.split(line)
    if command == "evenhand":
        return CliRunner().invoke(app, arguments).output
    if command == "cp":
        shutil.copy(*arguments)
    else:
        assert line.startswith("export PATH="), line
    return ""


def _edit(text: str) -> None:
    head, *lines = text.splitlines(keepends=True)
    path = Path(head.removeprefix("@@ ").strip())
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    content = path.read_text()
    assert content.count(before) == 1, f"{path} has this {content.count(before)} times:\n{before}"
    path.write_text(content.replace(before, after))
