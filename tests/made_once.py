"""What is dear to make and the same for all tests: the workers of a run share it, and later runs until it changes."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from evenhand.deciding.compiled import compiled_project
from evenhand.deciding.project import Project
from evenhand.local import installation as local
from evenhand.settings import PROJECT, Settings

# What decides and releases nights, and what tests decide them with.
DECIDED_BY = (
    *("plugins", "dbt_project", "expectations", "policies", "translations", "receivers.yml", "tests/night"),
    *("tests/made_once.py", "tests/first_nights.py"),
)
# As it is said at first: nights are decided in environments that know nothing of it.
_KEPT = Path(os.environ.get("EVENHAND_TEST_CACHE") or PROJECT / ".evenhand" / "tests")
_READ = {".py", ".sql", ".yml", ".csv", ".po", ".toml"}


@cache
def digest(*made_by: str) -> str:
    """What names a thing that is kept, by the files and folders of the project that it is made by."""
    said = hashlib.sha256((PROJECT / "uv.lock").read_bytes())
    for top in made_by:
        for path in [PROJECT / top, *sorted((PROJECT / top).rglob("*"))]:
            if path.suffix in _READ and path.is_file():
                said.update(f"{path.relative_to(PROJECT)}\0".encode() + path.read_bytes())
    return said.hexdigest()[:16]


@cache
def shared_home() -> Path:
    """A data directory as a set-up leaves it: Airflow's metadata, and the compiled project. It is for copying."""
    home = kept_folder() / "home"
    # What is set already wins over what a set-up says of its processes: they would set up another home than this one.
    with one_at_a_time(kept_folder() / "lock"), pytest.MonkeyPatch.context() as environment:
        environment.setenv("EVENHAND_HOME", str(home))
        local.set_up(Settings(PROJECT, home, PROJECT / "policies", PROJECT / "receivers.yml"))
    return home


@cache
def shared_compiled() -> Path:
    """The folder that what dbt compiled lies in."""
    folder = kept_folder() / "home" / "dbt"
    with one_at_a_time(kept_folder() / "lock"):
        compiled_project(folder)
    return folder


@cache
def shared_project() -> Project:
    """What dbt compiled."""
    return compiled_project(shared_compiled())


def kept_folder() -> Path:
    """Where what runs have in common is kept."""
    return _KEPT


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Let the others of all processes that ask for a lock wait until this one is done."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
