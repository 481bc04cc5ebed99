"""How strict measures are, as a warehouse has it."""

from __future__ import annotations

import duckdb

from evenhand.policy.tables import TABLES
from evenhand.policy.tables.row import ddl


def create_what_measures_rank_by(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables of the packs' measures, of their order and of what is in force tonight, with nothing in them."""
    for name in ("measures", "measures_order"):
        connection.execute(f"create table policy.{name} ({ddl(TABLES[name])})")
    connection.execute(
        "create table main.int_measures_in_force"
        " (as_of date, list varchar, row_key varchar, measure varchar, market_rank integer)"
    )
