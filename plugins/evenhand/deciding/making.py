"""Models made one after the other in an open transaction, which is committed in parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import duckdb

from evenhand.deciding.needed_rows import Filled, Needed
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

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


class Made(Protocol):
    """A model, for any night, and what can be known of it before it is run."""

    @property
    def name(self) -> str: ...
    @property
    def materialized(self) -> str: ...
    @property
    def columns(self) -> Sequence[tuple[str, str]]: ...
    @property
    def needed(self) -> Needed: ...
    def of(self, night: date) -> str: ...


class Maker:
    """Makes models in the schema main of a connection, each after those that it reads; one without rows isn't run."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._filled = Filled(connection)

    def can_find(self, needed: Needed) -> bool:
        """Whether a query that needs these rows can find any."""
        return self._filled.allows(needed)

    def make(self, model: Made, night: date, order: Sequence[str] = ()) -> int | None:
        """Make a model in the place of one that is there; returns how many rows a table has.

        Args:
            order: its columns, as they are laid; without, as its SQL has them.
        """
        kind, name = model.materialized, model.name
        can_have_rows, types = self.can_find(model.needed), dict(model.columns)
        if kind == "table" and types and types.keys() >= set(order) and not can_have_rows:
            columns = ", ".join(f'"{each}" {types[each]}' for each in order or types)
            self._connection.execute(f"create or replace table main.{name} ({columns})")
            self._filled.tell(f"main.{name}", filled=False)
            return 0
        sql = _SQL("in_order", columns=order, rows=Sql(model.of(night))) if order else model.of(night)
        made = self._connection.execute(f"create or replace {kind} main.{name} as {sql}")
        if kind != "table":
            self._filled.tell(f"main.{name}", filled=can_have_rows)
            return None
        ((rows,),) = made.fetchall()
        self._filled.tell(f"main.{name}", filled=rows > 0)
        return int(rows)
