"""A history of what people decided: numbered files in a folder, each written once and never changed."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from evenhand.records.atomic_files import write_once

Entry = TypeVar("Entry", bound=BaseModel)


class HistoryBroken(Exception):
    """An entry can't be read. The message names the file and what to do."""


def add(folder: Path, entry: BaseModel) -> Path:
    """Add an entry, as a file that is written once. Of two at once, each gets a number of its own."""
    content = (entry.model_dump_json(indent=2) + "\n").encode()
    while True:
        last = max((int(path.stem) for path in _entries(folder)), default=0)
        path = folder / f"{last + 1:04}.json"
        if write_once(path, content):
            return path


def newest(folder: Path, kind: type[Entry]) -> Entry | None:
    """The entry that was added last; None if there is none.

    Raises:
        HistoryBroken: it isn't of this kind.
    """
    entries = _entries(folder)
    return _read(entries[-1], kind) if entries else None


def everything(folder: Path, kind: type[Entry]) -> list[Entry]:
    """All entries, in the order in which they were added.

    Raises:
        HistoryBroken: one isn't of this kind.
    """
    return [_read(path, kind) for path in _entries(folder)]


def _read(path: Path, kind: type[Entry]) -> Entry:
    try:
        return kind.model_validate_json(path.read_bytes())
    except (ValidationError, OSError) as error:
        why = str(error.errors()[0]["msg"]) if isinstance(error, ValidationError) else str(error)
        raise HistoryBroken(
            f"{path}: can't be read ({why}); bring it back from a backup, it was never to be changed"
        ) from error


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*.json"), key=lambda path: int(path.stem))
