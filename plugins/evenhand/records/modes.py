"""Who may read what a run writes: the account that it runs as and, where a setting says so, those who read lists.

`EVENHAND_READERS` is `owner`, `group` or `all`: who may enter `EVENHAND_HOME`, and read what lies in `landing/` and the
lists of receivers that are folders. Everything else is the owner's alone whatever it says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# What the owner's alone has taken from it, and what readers' files have.
_PRIVATE = 0o077
_TAKEN = {"owner": 0o077, "group": 0o027, "all": 0o022}
# The data directory itself: readers go through it, and see nothing of what is in it.
_HOME = {"owner": 0o700, "group": 0o710, "all": 0o711}
# What lies in it and is nobody else's; a version that didn't see to it left them open.
_CLOSED = (
    *("airflow", "approvals", "dbt", "emergencies", "feed_decisions", "kept", "nights", "proposals", "releases"),
    *("reversals", "stops"),
)


class UnknownReaders(Exception):
    """`EVENHAND_READERS` says something else than it can."""


def keep_private() -> int:
    """Have this process, and those that it starts, write for its own account alone; returns what was so before."""
    readers()
    return os.umask(_PRIVATE)


def readers() -> str:
    """Who else may read what is meant for others.

    Raises:
        UnknownReaders: the setting can't be used.
    """
    said = os.environ.get("EVENHAND_READERS") or "owner"
    if said not in _TAKEN:
        raise UnknownReaders(f"EVENHAND_READERS is {said!r}; write {', '.join(_TAKEN)}")
    return said


@contextmanager
def for_readers() -> Iterator[None]:
    """Write meanwhile what those may read whom the setting names."""
    before = os.umask(_TAKEN[readers()])
    try:
        yield
    finally:
        os.umask(before)


def mode_for_readers() -> int:
    """The mode of a file that those may read whom the setting names."""
    return 0o666 & ~_TAKEN[readers()]


def close(home: Path) -> None:
    """Make the data directory, and close it and what lies in it; `landing/` and lists are left as they are."""
    home.mkdir(parents=True, exist_ok=True)
    modes = {home: _HOME[readers()], **{home / name: 0o700 for name in _CLOSED}}
    modes |= {path: 0o600 for path in home.iterdir() if path.is_file()}
    for path, mode in modes.items():
        # Who may not change it isn't whose it is: a container's mount, say.
        with suppress(FileNotFoundError, PermissionError):
            if not path.is_symlink() and path.stat().st_mode & 0o777 != mode:
                path.chmod(mode)
