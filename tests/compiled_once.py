"""The dbt project, compiled once for all tests: the workers of a run share it, and later runs until it changes."""

from __future__ import annotations

import fcntl
import os
from functools import cache
from pathlib import Path

from evenhand.settings import PROJECT
from evenhand.transform.compiled import Project, compiled_project


@cache
def shared_compiled() -> Path:
    """The folder that what dbt compiled lies in."""
    folder = Path(os.environ.get("EVENHAND_TEST_CACHE") or PROJECT / ".evenhand" / "tests") / "compiled"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        compiled_project(folder)
    return folder


@cache
def shared_project() -> Project:
    """What dbt compiled."""
    return compiled_project(shared_compiled())
