"""Sizes of lists on nights that were decided in one go, each against the night before, and what was unusual of them.

Why a row changed isn't found out for these nights. What ended on its day is taken for time's doing; of a programme that
counts entries, what changed on a night on which none of the account begins or is voided; and of any other, what changed
of an account of which nothing landed. All else, and all of an account that itself landed, is taken for that of what
landed. What is unusual beside the nights before it in the same run is said, and teaches nothing of what is usual.

In the warehouse: history.list_sizes, as gate.list_sizes of each night, with `as_of` and `is_held`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.contracts import CREATORS, FEEDS
from evenhand.policy.language.part import EMERGENCY
from evenhand.quality.anomalies import ENOUGH, NUMBERS, compare, count_lists
from evenhand.quality.power import lay_power
from evenhand.quality.trends import lay_trends_beside
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.rows import ACTED

_SQL = SqlFile(__file__)


def lay_range_sizes(warehouse: Path, nights: Sequence[date]) -> Mapping[date, tuple[str, ...]]:
    """Write the table from history.penalties and history.rewards; returns what was unusual of each night, for people.

    Args:
        nights: in order; of the one before the first, the lists are there to compare with.
    """
    write_sizes(warehouse, nights)
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        unusual = {night: _unusual(connection, night) for night in nights[ENOUGH:]}
        connection.commit()
    return unusual


def write_sizes(warehouse: Path, nights: Sequence[date]) -> None:
    """Write the table, before anything of it was found unusual."""
    landed = " union ".join(
        _SQL(
            "accounts_landed",
            candidates=f"candidates.{contract.feed}",
            are_accounts=Sql("true" if contract is CREATORS else "false"),
        )
        for contract in FEEDS
    )
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            _SQL("write_sizes", acted=ACTED, accounts_landed=Sql(landed)),
            {"first": nights[0], "last": nights[-1], "emergency": EMERGENCY},
        )


def take_sizes(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """Have the sizes of a night's lists be those of the gate."""
    connection.execute(_SQL("take_sizes"), {"night": night})


def lay_range_power(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """Say what gate 2 would see of a night's lists beside the nights before it in the same run.

    Args:
        connection: to a warehouse in which the night's sizes are those of the gate.
        night: the last of the run, whose numbers were compared last.
    """
    lay_trends_beside(connection, sizes_before(night), night, lambda _: frozenset())
    lay_power(connection)


def sizes_before(night: date) -> Sql:
    """SQL of the sizes of lists of the nights before one in the same run, with `night` and `is_held`."""
    return Sql(f"({_SQL('sizes_before', night=quoted(night))})")


def _unusual(connection: duckdb.DuckDBPyConnection, night: date) -> tuple[str, ...]:
    """What of a night's lists is beyond the limits beside the nights before it; those lists are marked."""
    take_sizes(connection, night)
    for table in ("earlier", "tonight"):
        connection.execute(f"create or replace temp table {table} ({NUMBERS})")
    count_lists(connection, sizes_before(night))
    compare(connection, night)
    beyond = _SQL("beyond")
    said = connection.execute(_SQL("unusual", beyond=beyond)).fetchall()
    connection.execute(_SQL("mark_unusual", beyond=beyond), {"night": night})
    return tuple(
        f"{name} of {market}: {of}rows {what}: {number:,} where {expected:,} {'is' if expected == 1 else 'are'} usual"
        for of, name, market, what, number, expected in said
    )
