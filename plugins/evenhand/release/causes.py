"""Why the rows of lists changed, counted of the changes that releases have: what is held didn't happen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenhand.records.databases import parquet, reading
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.history import history_of
from evenhand.release.manifest import CauseCount

_SQL = SqlFile(__file__)

_CHANGES = "changes.parquet"


def says_causes(release: Path) -> bool:
    """Whether a release says why rows changed: nights of a history don't."""
    return (release / _CHANGES).exists() and not history_of(release)


def causes_of(release: Path) -> list[CauseCount]:
    """Why rows changed since the release before; nothing where a release doesn't say it."""
    return causes((f"(from {parquet(release / _CHANGES)})",)) if says_causes(release) else []


def causes(changes: Sequence[str]) -> list[CauseCount]:
    """The same of changes that are added up.

    Args:
        changes: the SQL of the rows of each release, of which there is one at least.
    """
    with reading() as connection:
        found = connection.execute(causes_counted(all_of(changes))).fetchall()
    return [
        CauseCount(list=of, cause=cause, added=added, removed=removed, changed=changed)
        for of, cause, added, removed, changed in found
    ]


def causes_counted(changes: Sql) -> Sql:
    """Counts them: a row per list and cause."""
    return _SQL("causes", changes=saying_which_are_held(changes))


def saying_which_are_held(changes: Sql) -> Sql:
    """The same rows with a column `is_held`, which is null where their release doesn't say it."""
    return _SQL("saying_which_are_held", changes=changes)


def all_of(changes: Sequence[str]) -> Sql:
    """The rows of several releases."""
    return Sql(f"({' union all by name '.join(f'from {each}' for each in changes)})")
