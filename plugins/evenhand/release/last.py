"""The newest release before a night: what accounts were told so far, for the notices of the night."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from evenhand.release.manifest import read_manifest

# What of a release is looked at, with its columns: by the models, and where a row is held back.
_LISTS = {
    "penalties": (
        "row_key varchar, account_id varchar, market varchar, programme varchar, scope varchar, measure varchar,"
        " starts_on date, ends_on date, reason_id varchar"
    ),
    "rewards": (
        "row_key varchar, account_id varchar, market varchar, programme varchar, scope varchar, reward varchar,"
        " amount decimal(18, 2), starts_on date, ends_on date, reason_id varchar"
    ),
    "reasons": (
        "reason_id varchar, list varchar, row_key varchar, account_id varchar, market varchar, programme varchar,"
        " scope varchar, measure varchar, pack varchar, pack_version integer, pack_sha256 varchar, zone varchar,"
        " condition varchar, balance_before decimal(18, 4), balance_after decimal(18, 4), unit varchar,"
        " entry_count bigint, entries varchar, starts_on date, ends_on date, appeal_route varchar, explanation varchar"
    ),
}


def last_release(releases: Path, night: date) -> Path | None:
    """The folder of the newest night released before this one."""
    earlier = [path for path in releases.glob("night=*") if path.name < f"night={night}"]
    return max(earlier, default=None)


def take_last_release(releases: Path, warehouse: Path, night: date) -> None:
    """Fill the warehouse's schema `released` with it; without one its tables are empty."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        create_released(connection)
        if release := last_release(releases, night):
            connection.execute(
                "insert into released.last_release values (?, ?)",
                [release.name.removeprefix("night="), read_manifest(release).release_id],
            )
            for name in _LISTS:
                columns = ", ".join(
                    column for column, *_ in connection.execute(f"describe released.last_{name}").fetchall()
                )
                connection.execute(
                    f"insert into released.last_{name} select {columns} from read_parquet(?)",
                    [str(release / f"{name}.parquet")],
                )
        connection.commit()


def create_released(connection: duckdb.DuckDBPyConnection) -> None:
    """The schema `released` with nothing in it."""
    connection.execute("create schema if not exists released")
    connection.execute("create or replace table released.last_release (night date, release_id varchar)")
    for name, columns in _LISTS.items():
        connection.execute(f"create or replace table released.last_{name} ({columns})")
