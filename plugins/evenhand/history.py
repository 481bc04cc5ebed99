"""A history of what people decided: numbered files in a folder, each written once and never changed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

Entry = TypeVar("Entry", bound=BaseModel)


class HistoryBroken(Exception):
    """An entry can't be read. The message names the file and what to do."""


def add(folder: Path, entry: BaseModel) -> Path:
    """Add an entry; it is on disk and whole before anybody sees it. Of two at once, each gets a number of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix=".", encoding="utf-8") as draft:
        draft.write(entry.model_dump_json(indent=2) + "\n")
        draft.flush()
        os.fchmod(draft.fileno(), 0o444)
        os.fsync(draft.fileno())
        while True:
            last = max((int(path.stem) for path in _entries(folder)), default=0)
            path = folder / f"{last + 1:04}.json"
            try:
                os.link(draft.name, path)
            except FileExistsError:
                continue
            break
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return path


def newest(folder: Path, kind: type[Entry]) -> Entry | None:
    """The entry that was added last; None if there is none.

    Raises:
        HistoryBroken: it isn't of this kind.
    """
    entries = _entries(folder)
    if not entries:
        return None
    try:
        return kind.model_validate_json(entries[-1].read_bytes())
    except (ValidationError, OSError) as error:
        why = str(error.errors()[0]["msg"]) if isinstance(error, ValidationError) else str(error)
        raise HistoryBroken(
            f"{entries[-1]}: can't be read ({why}); bring it back from a backup, it was never to be changed"
        ) from error


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*.json"), key=lambda path: int(path.stem))
