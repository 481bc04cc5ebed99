"""The tables of what gate 1 accepts, without a gate: for what runs the models on rows of its own."""

from __future__ import annotations

import duckdb

from evenhand.landing.contracts import FEEDS


def create_accepted(connection: duckdb.DuckDBPyConnection) -> None:
    """The schema `accepted` with a table for each feed; every row is the only version of its key."""
    connection.execute("create schema accepted")
    for contract in FEEDS:
        columns = ", ".join(f"{name} varchar" for name in contract.column_names)
        connection.execute(
            f"create table accepted.{contract.feed}"
            f" (landed_night date, landed_file varchar, landed_row bigint, {columns})"
        )
        if contract.versions:
            connection.execute(f"create view accepted.{contract.versions} as from accepted.{contract.feed}")
