"""What a report reads: releases until its night, as SQL tables, and the cases that were exported with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from evenhand.cases.export import COLUMNS as CASE_COLUMNS
from evenhand.records.databases import parquet
from evenhand.release.manifest_tables import TABLES
from evenhand.release.query import CASES, check, lay, newest_export, revisions, shut, tables_of
from evenhand.reports.report import Number, Query

_TABLES = (
    *("penalties", "rewards", "changes", "standings", "account_profiles", "account_violations", "enforcement_gaps"),
    *("account_appeals", "operational_metrics", "quarantine", "held_rows", *TABLES),
)
# A report looks at the nights of two weeks, and at one before them.
LOOKED_AT_NIGHTS = 15


@dataclass(frozen=True)
class Asked:
    """The answer to a query of the report."""

    query: int
    key: tuple[str, ...]
    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]

    def value(self, row: int, column: str) -> Any:
        """What stands in a column of a row, counted from 0."""
        return self.rows[row][self.columns.index(column)]

    def number(self, row: int, column: str, text: Callable[[Any], str], unit: str = "") -> Number:
        """The same as a number of the report.

        Args:
            text: how people read it; what isn't there is shown as a dash.
            unit: what it counts, which matters for a time.
        """
        value = self.value(row, column)
        key = tuple(str(self.value(row, name)) for name in self.key)
        if value is None:
            return Number("", "\u2013", self.query, key, column)
        return Number(exact(value), text(value), self.query, key, column, unit if unit in ("hours", "days") else "")


@dataclass
class Facts:
    """Tables to ask, and what was asked so far."""

    night: date
    nights: Sequence[date]
    folders: Sequence[Path]
    there: Mapping[date, frozenset[str]]
    cases: str
    connection: duckdb.DuckDBPyConnection
    queries: list[Query] = field(default_factory=list)

    def has(self, *tables: str, of: date | None = None) -> bool:
        """Whether there are these tables: releases of earlier versions, and nights of history, lack some.

        Args:
            of: the night that is to have them; by default, the one that is told of.
        """
        return self.there.get(of or self.night, frozenset()).issuperset(tables)

    def ask(self, sql: str, *key: str) -> Asked:
        """Ask, and keep what was asked.

        Args:
            key: the columns that tell the rows apart.
        """
        query = Query(re.sub(r"\s+", " ", sql).strip(), key)
        if query not in self.queries:
            self.queries.append(query)
        found = self.connection.execute(query.sql)
        columns = [str(name) for name, *_ in found.description or ()]
        return Asked(self.queries.index(query), key, columns, found.fetchall())

    def released(self, days_before: int) -> date | None:
        """The newest night that was released at least so many days before; None where there is none."""
        latest = self.night - timedelta(days=days_before)
        return max((each for each in self.nights if each <= latest), default=None)


@contextmanager
def facts_of(home: Path, releases: Path, night: date, cases: str | None = None) -> Iterator[Facts]:
    """What there is to tell of a night.

    Args:
        cases: the export of cases, below the home; by default the night's newest. Empty for none.

    Raises:
        ReleaseChanged: a release isn't what was released.
    """
    folders = looked_at(releases, night)
    tables = _checked(folders)
    with duckdb.connect(config={"threads": 1}) as connection:
        lay(connection, tables)
        export = exported(home, night) if cases is None else home / cases if cases else None
        listed = ", ".join(f"null::{kind} as {name}" for name, kind in CASE_COLUMNS.items())
        rows = parquet(export) if export else f"(select {listed} limit 0)"
        connection.execute(f"create view cases as from {rows}")
        read = [path for name, files in tables.items() if name not in TABLES for path in files]
        # What is asked from here on may come out of a report that somebody sent.
        shut(connection, [*read, *([export] if export else [])])
        nights = [night_of(each) for each in folders]
        there: dict[date, set[str]] = {each: set() for each in nights}
        for name, files in tables.items():
            for path in files:
                there[night_of(path.parent)].add(name)
        named = str(export.relative_to(home)) if export else ""
        there[night].add("cases")
        yield Facts(night, nights, folders, {of: frozenset(has) for of, has in there.items()}, named, connection)


def looked_at(releases: Path, night: date) -> list[Path]:
    """The folders of the releases that a report of a night looks at, its own last."""
    return [each for each in revisions(releases) if night_of(each) <= night][-LOOKED_AT_NIGHTS:]


def exported(home: Path, night: date) -> Path | None:
    """The newest export of a night's cases; None where there is none."""
    return newest_export(home / CASES / f"night={night}")


def refuse_what_changed(releases: Path, night: date) -> None:
    """Go on only with releases that are what was released, as far as a report of a night reads them.

    Raises:
        ReleaseChanged: one isn't.
    """
    _checked(looked_at(releases, night))


def _checked(folders: Sequence[Path]) -> Mapping[str, Sequence[Path]]:
    """The files of each table that a report reads of some releases, which are what was released."""
    tables = {name: files for name, files in tables_of(folders).items() if name in _TABLES}
    check(tables)
    return tables


def exact(value: object) -> str:
    """A value as text, the same wherever it is computed."""
    return str(value.normalize() + 0) if isinstance(value, Decimal) else str(value)


def night_of(revision: Path) -> date:
    """The night that a folder of a revision is of."""
    return date.fromisoformat(revision.parent.name.removeprefix("night="))
