"""What is released of a night: the views `wanted.penalties`, `wanted.rewards` and `wanted.reasons` of the warehouse."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from evenhand.release.last import take_lists
from evenhand.release.manifest import LastRelease, read_manifest

_LISTS = ("penalties", "rewards")


class NothingToGoBackTo(Exception):
    """A release that was there isn't any more. The message names it."""


def want(warehouse: Path, releases: Path, night: date, back_to: LastRelease | None) -> None:
    """Want what gate 2 lets through; or, of a night that is reversed, what an earlier release had and hasn't ended.

    Raises:
        NothingToGoBackTo: that release isn't there.
    """
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        if back_to:
            take_lists(connection, _revision(releases, back_to), "back")
            for name in _LISTS:
                connection.execute(
                    f"create or replace view wanted.{name} as select {_columns(connection, name)}"
                    f" from released.back_{name} where ends_on is null or ends_on >= date '{night}'"
                )
            connection.execute(
                f"create or replace view wanted.reasons as select {_columns(connection, 'reasons')}"
                " from released.back_reasons where reason_id in"
                " (select reason_id from wanted.penalties union select reason_id from wanted.rewards)"
            )
        else:
            for name in (*_LISTS, "reasons"):
                connection.execute(f"create or replace view wanted.{name} as from gate.{name}")
        connection.commit()


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """Those of tonight, in their order: the same rows are the same bytes whichever release they are of."""
    return ", ".join(column for column, *_ in connection.execute(f"describe main.{name}").fetchall())


def _revision(releases: Path, release: LastRelease) -> Path:
    revisions = releases / "revisions" / f"night={release.night}"
    for folder in sorted(revisions.glob("*"), reverse=True):
        if read_manifest(folder).release_id == release.release_id:
            return folder
    raise NothingToGoBackTo(f"{revisions}: release {release.release_id[:12]} isn't there; bring it back from a backup")
