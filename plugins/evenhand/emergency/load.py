"""Emergencies in a night's warehouse: the table `emergencies.known`, a row per emergency and account."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from evenhand.emergency.record import known

_COLUMNS = (
    "emergency_id varchar, sha256 varchar, action varchar, list varchar, market varchar, account_id varchar,"
    " measure varchar, scope varchar, reason varchar, author varchar, approved_by varchar, first_night date,"
    " last_day date"
)


def take_emergencies(folder: Path, warehouse: Path, night: date) -> int:
    """Fill the table with the emergencies that the night knows; returns how many those are.

    Raises:
        evenhand.emergency.record.EmergencyBroken: a file can't be read.
    """
    found = known(folder, night)
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        create_emergencies(connection)
        for each in found:
            e = each.emergency
            connection.execute(
                "insert into emergencies.known select ?, ?, ?, ?, ?, unnest(?::varchar[]), ?, ?, ?, ?, ?, ?, ?",
                [
                    *(e.emergency_id, each.sha256, e.action, e.list, e.market, sorted(set(e.accounts)), e.measure),
                    *(e.scope, e.reason, e.author.name, e.approved_by.name, e.first_night, e.until),
                ],
            )
        connection.commit()
    return len(found)


def create_emergencies(connection: duckdb.DuckDBPyConnection) -> None:
    """The table with nothing in it."""
    connection.execute("create schema if not exists emergencies")
    connection.execute(f"create or replace table emergencies.known ({_COLUMNS})")
