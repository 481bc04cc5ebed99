"""`evenhand query`: SQL over what is released, for people who think in SQL."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import count, islice
from typing import Annotated, Any

import typer

from evenhand.commands.terminal import console, plain_table, refuse, wide
from evenhand.release.query import NotAnswered, QueryResult, ask, columns_of, tables
from evenhand.release.spreadsheet import lines
from evenhand.release.verify import ReleaseChanged
from evenhand.settings import settings

_AT_ONCE = 1_000


def query(
    sql: Annotated[
        str, typer.Argument(metavar="SQL", help="One select, in quotes; without it, the tables are listed.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Show so many rows; --csv and --json give all.")] = 50,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all rows as CSV that a spreadsheet opens.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all rows as JSON, for machines.")] = False,
) -> None:
    """Ask what is released: a table for each file of releases, with a column night. Nothing else is read or changed.

    evenhand query "select night, market, count(*) from penalties group by all order by all"
    """
    here = settings()
    if not sql:
        _list_tables(as_json)
        return
    try:
        with ask(here.releases, sql) as answer:
            if as_json:
                _print_json(answer)
            elif as_csv:
                print(lines([answer.columns]), end="")
                for some in _some_at_a_time(answer.rows):
                    print(lines(some), end="")
            else:
                _show(answer, limit)
    except (NotAnswered, ReleaseChanged) as error:
        refuse(str(error))


def _list_tables(as_json: bool) -> None:
    there = tables(settings().releases)
    if as_json:
        print(json.dumps({name: columns_of(name, files) for name, files in there.items()}, indent=2))
        return
    table = plain_table("table", "nights", "columns", numbers=("nights",))
    for name, files in there.items():
        table.add_row(name, f"{len(files):,}", ", ".join(columns_of(name, files)))
    console.print(table if there else "Nothing is released yet, so there are no tables; run evenhand nightly.")


def _show(answer: QueryResult, limit: int) -> None:
    rows = list(islice(answer.rows, limit + 1))
    numbers = [
        name
        for at, name in enumerate(answer.columns)
        if any(isinstance(row[at], int | float) for row in rows) or any(hasattr(row[at], "as_tuple") for row in rows)
    ]
    table = plain_table(*answer.columns, numbers=numbers)
    for row in rows[:limit]:
        table.add_row(*("" if value is None else str(value) for value in row))
    (console if console.is_terminal else wide).print(table, markup=False)
    more = f" The first {limit:,} are shown: --limit shows more, --csv all." if len(rows) > limit else ""
    shown = min(len(rows), limit)
    console.print(f"{shown:,} {'row' if shown == 1 else 'rows'}.{more}", highlight=False)


def _print_json(answer: QueryResult) -> None:
    """A row at a time, so that a million rows need no memory."""
    between, names = "[\n", _apart(answer.columns)
    for row in answer.rows:
        said = json.dumps(dict(zip(names, row, strict=True)), default=str, ensure_ascii=False)
        sys.stdout.write(f"{between}{said}")
        between = ",\n"
    sys.stdout.write("[]\n" if between == "[\n" else "\n]\n")


def _apart(columns: Sequence[str]) -> list[str]:
    """The names of columns, those of several with a number behind them, as DuckDB tells them apart within a query."""
    found: list[str] = []
    for column in columns:
        others = (f"{column}_{number}" for number in count(1))
        found.append(column if column not in found else next(each for each in others if each not in {*found, *columns}))
    return found


def _some_at_a_time(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while some := list(islice(rows, _AT_ONCE)):
        yield some
