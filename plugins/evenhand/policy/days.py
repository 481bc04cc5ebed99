"""Days within compiled rules: the first and the last of a version, and of a condition that is asked on some days only.

What a text says of a day to come is approved with the text, before anybody sees what it does on that day. So rules can
be laid as if such a day were still to come, or had come already: what is otherwise between the two is the day's doing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

_SPANS = (("effective_from", "effective_before"), ("asked_from", "asked_before"))
_FIRST_DAYS = tuple(first for first, _ in _SPANS)
# What rules of earlier versions have instead of the second: the last day.
_LAST_DAYS = ("effective_until", "asked_until")
_KEYS = frozenset({"market", "pack", "version", "effective_from"})
# A name is taken on the first day of the version that gives it, whatever that version decides.
_NAMES = "renamed"


@dataclass(frozen=True, order=True)
class Day:
    """A day within a version of a market's pack."""

    market: str
    pack: str
    version: int
    day: date


@dataclass(frozen=True, order=True)
class Turn:
    """A day on which something of a version begins, or the first day after it."""

    day: Day
    ends: bool


def turns(connection: duckdb.DuckDBPyConnection) -> Sequence[Turn]:
    """All days on which something begins or is over by the rules in the schema `policy`."""
    found: set[Turn] = set()
    for table, names in _tables(connection).items():
        for name in _days_of(names):
            day = Sql(f"{name} + 1" if name in _LAST_DAYS else name)
            rows = connection.execute(_SQL("days", day=day, day_column=name, rules=f"policy.{table}")).fetchall()
            found |= {Turn(Day(*row), name not in _FIRST_DAYS) for row in rows}
    return tuple(sorted(found))


def days_within(connection: duckdb.DuckDBPyConnection, after: date, until: date | None = None) -> Sequence[Day]:
    """The days after one day, and until another, that the rules in the schema `policy` name."""
    days = {turn.day for turn in turns(connection)}
    return tuple(sorted(each for each in days if after < each.day <= (until or date.max)))


def move_days(connection: duckdb.DuckDBPyConnection, after: date, to: date, until: date | None = None) -> None:
    """Have the days after one day, and until another, be the day `to` in the rules in the schema `policy`.

    What begins and ends on days that become one is never in effect.
    """
    for table, names in _tables(connection).items():
        for name in _days_of(names):
            moved = Sql("$to - 1" if name in _LAST_DAYS else "$to")
            day = Sql(f"{name} + 1" if name in _LAST_DAYS else name)
            connection.execute(
                _SQL("move", rules=f"policy.{table}", day_column=name, moved=moved, day=day),
                {"after": after, "until": until, "to": to},
            )
        for first, before in _SPANS:
            if {first, before} <= set(names):
                connection.execute(f"delete from policy.{table} where {first} >= {before}")


def _days_of(names: Sequence[str]) -> list[str]:
    return [name for name in names if name in {*_LAST_DAYS, *(each for span in _SPANS for each in span)}]


def _tables(connection: duckdb.DuckDBPyConnection) -> Mapping[str, Sequence[str]]:
    """The columns of each table of rules that has days."""
    columns: dict[str, list[str]] = defaultdict(list)
    for table, name in connection.execute(_SQL("columns")).fetchall():
        columns[table].append(name)
    return {table: names for table, names in columns.items() if set(names) >= _KEYS and table != _NAMES}
