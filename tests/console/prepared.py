"""Installations that are dear to make and the same for all tests of pages: the workers of a run share them.

Later runs do, too, until anything changes that they are made by.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from made_once import DECIDED_BY, digest, kept_folder, one_at_a_time

_MADE_BY = (*DECIDED_BY, "tests/console/conftest.py", "tests/console/held_night.py")


def prepared(name: str, make: Callable[[Path], None]) -> Path:
    """The folder of an installation that `make` fills once. It is for copying: nobody may change it."""
    folder = kept_folder()
    there = folder / f"{name}-{digest(*_MADE_BY)}"
    with one_at_a_time(folder / f"{name}.lock"):
        if not there.exists():
            for former in folder.glob(f"{name}-*"):
                shutil.rmtree(former)
            made = Path(mkdtemp(dir=folder)) / name
            make(made)
            made.rename(there)
            made.parent.rmdir()
    return there


def beside(home: Path, folder: Path, *there: str) -> Path:
    """An installation that has of another what is decided, and of its own whatever people do there."""
    here = folder / "home"
    here.mkdir()
    for each in there or ("releases", "nights"):
        (here / each).symlink_to(home / each)
    return here
