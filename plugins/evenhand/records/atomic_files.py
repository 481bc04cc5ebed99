"""What is on disk when it is said to be, whatever fails then."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_once(path: Path, content: bytes) -> bool:
    """Write a file unless it is there; it is on disk and whole before anybody sees it.

    Returns:
        Whether it was written; what was there before stays as it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".draft") as draft:
        draft.write(content)
        draft.flush()
        os.fchmod(draft.fileno(), 0o400)
        os.fsync(draft.fileno())
        try:
            # A link, unlike a rename, replaces nothing.
            os.link(draft.name, path)
        except FileExistsError:
            return False
    try:
        sync(path.parent)
    except BaseException:
        # Who is told that it couldn't be written mustn't find it there when it tries again.
        with suppress(OSError):
            path.unlink()
        raise
    return True


def write_anew(path: Path, content: bytes) -> None:
    """Write a file in the place of what is there; it is on disk and whole before anybody sees it.

    It has the mode of what was there; a new one can be read by everybody, for it is a file of a checkout.
    """
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".draft", delete=False) as draft:
        draft.write(content)
        draft.flush()
        os.fchmod(draft.fileno(), path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.fsync(draft.fileno())
    os.replace(draft.name, path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Bring to disk what a folder's entries are called: a file that was created, renamed or linked there."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
