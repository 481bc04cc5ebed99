"""Only one process at a time: a lock on a file that goes with the process, however it ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def only_one(path: Path, otherwise: Exception) -> Iterator[int]:
    """Hold the lock on a file meanwhile; a process that is given its file descriptor holds it as well, to its own end.

    Raises:
        otherwise: another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise otherwise from error
        yield file.fileno()


@contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """Hold the lock on a file meanwhile, and wait for whoever holds it: what is looked at before something is written
    down is still so when it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
