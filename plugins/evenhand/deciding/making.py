"""Models made one after the other in an open transaction, which is committed in parts."""

from __future__ import annotations

import duckdb

# Each commit waits for the disk, so small models share one. Of rows that aren't committed, DuckDB knows neither how
# many they are nor what lies in them, and joins them in an order that takes several times as long.
ROWS_OF_A_COMMIT = 100_000


class Parts:
    """Commits the open transaction of a connection, and begins another, wherever many rows were made in it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._rows = 0

    def add(self, rows: int) -> None:
        """Tell it of rows that were made."""
        self._rows += rows
        if self._rows > ROWS_OF_A_COMMIT:
            self._connection.commit()
            self._connection.begin()
            self._rows = 0


def make(connection: duckdb.DuckDBPyConnection, kind: str, name: str, sql: str) -> int | None:
    """Make a model in the schema main, in the place of one that is there; returns how many rows a table has.

    Args:
        kind: `table` or `view`.
    """
    made = connection.execute(f"create or replace {kind} main.{name} as {sql}")
    if kind != "table":
        return None
    ((rows,),) = made.fetchall()
    return int(rows)
