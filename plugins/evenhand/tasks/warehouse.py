"""The warehouse of a night, for the steps that work in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path

from evenhand.settings import settings
from evenhand.tasks.facts import Facts

# Nights whose warehouse is kept, so that their tasks can be cleared one by one; older ones start again from their
# first task. Releases are never deleted.
KEPT_WAREHOUSES = 7


class NightNotBegun(Exception):
    """A later task was run before the first one. The message says what to do."""


def in_warehouse(step: Callable[[date, Path], Facts]) -> Callable[[date], Facts]:
    """A step of a night that is given the night's warehouse, which is open until it ends.

    Raises:
        NightNotBegun: it isn't there.
        DatabaseInUse: another process has had it open for too long.
    """

    @wraps(step)
    def called(night: date) -> Facts:
        from evenhand.records.databases import kept_open

        warehouse = begun(night)
        with kept_open(warehouse):
            return step(night, warehouse)

    return called


def begun(night: date) -> Path:
    """The warehouse of a night that is being worked on.

    Raises:
        NightNotBegun: it isn't there.
    """
    warehouse = settings().warehouse(night)
    if not warehouse.exists():
        raise NightNotBegun(
            f"{warehouse}: not there. Night {night} isn't being worked on (only the {KEPT_WAREHOUSES} nights worked on "
            "last are kept); clear the run from its first task, land_feeds."
        )
    return warehouse


def forget_old_ones(night: date) -> None:
    """Delete the warehouses of all nights but those worked on last, of which this is to be one, and what was tried."""
    files = [path for path in settings().nights.glob("night=*/warehouse.duckdb") if path != settings().warehouse(night)]
    by_last_use = sorted(files, key=lambda path: (path.stat().st_mtime, path), reverse=True)
    for path in by_last_use[KEPT_WAREHOUSES - 1 :]:
        path.unlink()
        shutil.rmtree(path.parent / "restoring", ignore_errors=True)
