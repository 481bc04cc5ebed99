"""Rows of a list as people ask for them: searched, filtered, sorted, a page at a time, and the SQL that gives them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import duckdb
from fastapi import HTTPException

from evenhand.console import deliveries
from evenhand.console.compared import Compared
from evenhand.console.reader import say
from evenhand.console.seen import condition_of
from evenhand.console.shown import Shown
from evenhand.console.tables import NONE_OF, Column, Listed, whether
from evenhand.records.databases import parquet, quoted

PAGE_ROWS = 50
# So many values of a column can be chosen among; more are searched for.
_MOST_CHOICES = 60
_AT_ONCE = 10_000
# One that reads a million rows of a list stays within this, and so do several beside each other.
_MEMORY = "200MB"
# The views that a list is made of, each with its rows as SQL.
Sources = tuple[tuple[str, str], ...]
_COMPARED = Compared()


@dataclass(frozen=True)
class Asked:
    """What was asked for of a list, as it stands in the page's address.

    Attributes:
        search: a part of an account's or a row's name.
        chosen: the value that each column must have; an empty text is a value that isn't there.
        sort: a column's name, with a minus before it for the largest first; empty for the list's own order.
        page: counts from 1.
        against: the night that is compared with.
    """

    night: date
    search: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    page: int = 1
    against: date | None = None

    def address(self, **otherwise: Any) -> str:
        """The same, or with something otherwise, as an address's query; another question begins at its first page."""
        asked = replace(self, **{"page": 1, **otherwise})
        said = {"night": str(asked.night), "q": asked.search, "sort": asked.sort, **asked.chosen}
        said |= {"against": str(asked.against or ""), "page": str(asked.page) if asked.page > 1 else ""}
        return urlencode({name: value for name, value in said.items() if value or name in asked.chosen})


@dataclass(frozen=True)
class Found:
    """A page of a list.

    Attributes:
        columns: those that the release has: one of an earlier version has fewer.
        choices: what each column of choices can be, with how many rows of the whole list have it.
        total: rows on all pages.
        page: the one that it is: the last where one after it was asked for.
        sql: the query that gives them, on all pages, as `evenhand query` takes it.
    """

    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    choices: Mapping[str, Sequence[tuple[str, int]]]
    total: int
    page: int
    sql: str

    @property
    def pages(self) -> int:
        """How many pages there are; one where there is nothing."""
        return _pages(self.total)


def find(listed: Listed, shown: Shown, before: Shown | None, asked: Asked) -> Found:
    """A page of what was asked for.

    Raises:
        HTTPException: the release lacks what the list is made of, or a column isn't one of the list.
    """
    sources = _sources(listed, shown, before)
    with _opened(listed, sources, asked.night) as connection:
        columns, own = _columns(connection, listed)
        where, values = _where(columns, own, asked)
        order = _order(columns, listed, asked)
        # What is beside a row is looked up for those of the page alone, unless they are sorted or chosen by it.
        rows = "listed" if {asked.sort.removeprefix("-"), *asked.chosen} <= own | {""} else "told"
        ((total,),) = connection.execute(f"select count(*) from {rows}{where}", values).fetchall()
        number = min(asked.page, _pages(total))
        connection.execute(
            f"create temp table page as select * from {rows}{where} order by {order} limit {PAGE_ROWS} offset ?",
            [*values, (number - 1) * PAGE_ROWS],
        )
        told = _with_beside(listed, "page") if rows == "listed" else "from page"
        found = connection.execute(f"select {_names(columns)} from ({told}) order by {order}")
        names = [column.name for column in columns]
        page = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    choices = _choices_of(listed, sources, asked.night)
    return Found(columns, page, choices, total, number, sql_of(listed, shown, before, asked, columns, own))


def _pages(rows: int) -> int:
    return max(1, -(-rows // PAGE_ROWS))


def every_row(
    listed: Listed, shown: Shown, before: Shown | None, asked: Asked
) -> tuple[Sequence[Column], str, Iterator[tuple[Any, ...]]]:
    """The columns of what was asked for, the query that gives it, and all rows in its order, read as they are taken.

    Raises:
        HTTPException: as above.
    """
    sources = _sources(listed, shown, before)
    with _opened(listed, sources, asked.night) as connection:
        columns, own = _columns(connection, listed)
        # What was asked for is refused before the first byte is sent.
        _where(columns, own, asked)
        _order(columns, listed, asked)
    return columns, sql_of(listed, shown, before, asked, columns, own), _read(listed, sources, asked, columns, own)


def sql_of(
    listed: Listed, shown: Shown, before: Shown | None, asked: Asked, columns: Sequence[Column], own: Set[str]
) -> str:
    """The query as `evenhand query` takes it: a night's rows of the tables, then what was asked for of them."""

    def of_night(night: date, name: str, file: str) -> str:
        theirs = f" and {condition_of(file, shown.markets, str(shown.nights[0]))}" if shown.markets is not None else ""
        return f"{name} as (select * exclude (night) from main.{file} where night = '{night}'{theirs})"

    if listed.is_of_receivers:
        return deliveries.sql_for(shown.night)
    there = [of_night(shown.night, file, file) for file in listed.files]
    rows = listed.sql
    if listed.is_compared:
        there += [
            of_night(before.night, f"{file}_before", file) if before else f"{file}_before as (from {file} limit 0)"
            for file in listed.files
        ]
        rows = rows.replace("before.", "").replace(" as last", "_before as last")
        rows = rows.replace("cross join compared", f"cross join ({whether(before is not None)})")
    where, values = _where(columns, own, asked)
    first, *others = where.split("?")
    where = first + "".join(quoted(value) + after for value, after in zip(values, others, strict=True))
    order = _order(columns, listed, asked)
    with_tables = ",\n".join([*there, f"listed as ({rows})"])
    told = _with_beside(listed, "listed")
    return f"with {with_tables}\nselect {_names(columns)} from ({told}){where}\norder by {order};"


def _read(
    listed: Listed, sources: Sources, asked: Asked, columns: Sequence[Column], own: Set[str]
) -> Iterator[tuple[Any, ...]]:
    with _opened(listed, sources, asked.night) as connection:
        where, values = _where(columns, own, asked)
        order = _order(columns, listed, asked)
        found = connection.execute(f"select {_names(columns)} from told{where} order by {order}", values)
        while rows := found.fetchmany(_AT_ONCE):
            yield from rows


def _sources(listed: Listed, shown: Shown, before: Shown | None) -> Sources:
    if listed.is_compared and before is None and not listed.is_alone_too:
        raise HTTPException(404, say("there is no release before %(night)s to compare with", night=shown.night))
    of_night = [(file, NONE_OF[file] if _lacks(shown, file) else f"from {shown.rows(file)}") for file in listed.files]
    if listed.is_of_receivers:
        return (*of_night, *deliveries.sources(shown))
    if not listed.is_compared:
        return tuple(of_night)
    then = [
        (file, f"from {before.rows(file)}" if before else f"from {shown.rows(file)} limit 0") for file in listed.files
    ]
    return (*of_night, *((f"before.{file}", rows) for file, rows in then), ("compared", whether(before is not None)))


@contextmanager
def _opened(listed: Listed, sources: Sources, night: date) -> Iterator[duckdb.DuckDBPyConnection]:
    """The rows of a list as `listed`, and with what is looked up beside each as `told`."""
    # What doesn't fit lies in a folder of its own: those of others who ask at the same time aren't written over.
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as scratch,
        duckdb.connect(config={"threads": 1, "memory_limit": _MEMORY, "temp_directory": scratch}) as connection,
    ):
        connection.execute("create schema before")
        for name, rows in sources:
            connection.execute(f"create view {name} as {rows}")
        try:
            connection.execute(f"create view listed as {_compared(listed, sources, connection)}")
            connection.execute(f"create view told as {_with_beside(listed, 'listed')}")
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            raise HTTPException(
                409,
                say("night %(night)s was released by an earlier version, whose files have other columns", night=night),
            ) from error
        yield connection


def _compared(listed: Listed, sources: Sources, connection: duckdb.DuckDBPyConnection) -> str:
    """The rows of a list as SQL; of one that compares nights, or asks the ledger, as they were written down then."""
    if not (listed.is_compared or listed.is_of_receivers):
        return listed.sql

    def write(path: Path) -> None:
        connection.execute(f"copy ({listed.sql}) to {quoted(path)} (format parquet)")

    return f"from {parquet(_COMPARED.file((listed.name, sources), write))}"


def _with_beside(listed: Listed, rows: str) -> str:
    """Rows of a list with what is looked up beside each, as SQL."""
    if not listed.beside:
        return f"from {rows}"
    joined = f"{rows} left join ({listed.beside}) as beside using ({listed.by})"
    return f"select {rows}.*, beside.* exclude ({listed.by}) from {joined}"


def _lacks(of: Shown, file: str) -> bool:
    """Whether a release is without a file that its lists are there without."""
    if of.has(f"{file}.parquet"):
        return False
    return file == "account_appeals" or (file == "reasons" and of.manifest.history is not None)


def _columns(connection: duckdb.DuckDBPyConnection, listed: Listed) -> tuple[tuple[Column, ...], Set[str]]:
    """The columns that the release has, and the names of those that nothing has to be looked up for."""
    own, there = (
        {name for name, *_ in connection.execute(f"describe {each}").fetchall()} for each in ("listed", "told")
    )
    return tuple(column for column in listed.columns if column.name in there), own


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)


def _where(columns: Sequence[Column], own: Set[str], asked: Asked) -> tuple[str, list[str]]:
    """The conditions, and the values in them in their order."""
    names = {column.name for column in columns}
    if unknown := sorted(set(asked.chosen) - names):
        raise HTTPException(
            400,
            say(
                "the list has no column %(name)s; there are %(there)s", name=unknown[0], there=", ".join(sorted(names))
            ),
        )
    said, values = [], []
    if asked.search:
        searched = [each for each in columns if each.name in own and each.kind in ("account", "text", "told", "market")]
        said.append("(" + " or ".join(f'contains(lower("{each.name}"), lower(?))' for each in searched) + ")")
        values += [asked.search] * len(searched)
    for name, value in sorted(asked.chosen.items()):
        said.append(f"coalesce(cast(\"{name}\" as varchar), '') = ?")
        values.append(value)
    return (f" where {' and '.join(said)}" if said else ""), values


def _order(columns: Sequence[Column], listed: Listed, asked: Asked) -> str:
    name = asked.sort.removeprefix("-")
    if not name:
        return listed.order
    if name not in {column.name for column in columns}:
        raise HTTPException(400, say("the list has no column %(name)s to sort by", name=name))
    return f'"{name}" {"desc" if asked.sort.startswith("-") else "asc"} nulls last, {listed.order}'


# A revision's files never change, and they are named in the sources.
@lru_cache(maxsize=256)
def _choices_of(listed: Listed, sources: Sources, night: date) -> Mapping[str, Sequence[tuple[str, int]]]:
    """All columns' in one pass over the rows."""
    with _opened(listed, sources, night) as connection:
        columns, _ = _columns(connection, listed)
        names = [column.name for column in columns if column.is_choice]
        if not names:
            return {}
        said = ", ".join(f"coalesce(cast(\"{name}\" as varchar), '')" for name in names)
        own = ", ".join(f'"{name}"' for name in names)
        # Together they are few, and grouped in less time than each is counted in; and written as texts when they are.
        grouped = f"select {own}, count(*) as listed_rows from listed group by all"
        counted: Mapping[str, Counter[str]] = {name: Counter() for name in names}
        for *values, rows in connection.execute(f"select {said}, listed_rows from ({grouped})").fetchall():
            for name, value in zip(names, values, strict=True):
                counted[name][value] += rows
        return {name: sorted(of.items())[:_MOST_CHOICES] for name, of in counted.items()}
