"""The tables that models are built on, without a gate: for what runs the models on rows of its own."""

from __future__ import annotations

import duckdb

from evenhand.emergency.take import create_emergencies
from evenhand.landing.contracts import FEEDS


def create_accepted(connection: duckdb.DuckDBPyConnection) -> None:
    """The schema `accepted` with a table for each feed, whose rows are each the only version of their key.

    And beside it the table of emergencies, with none in it.
    """
    connection.execute("create schema accepted")
    for contract in FEEDS:
        columns = ", ".join(f"{name} varchar" for name in contract.column_names)
        connection.execute(
            f"create table accepted.{contract.feed}"
            f" (landed_night date, landed_file varchar, landed_row bigint, {columns})"
        )
        if contract.versions:
            connection.execute(f"create view accepted.{contract.versions} as from accepted.{contract.feed}")
    create_emergencies(connection)
