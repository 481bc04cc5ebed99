"""A row of a compiled rule table, and what its columns are: type in SQL and meaning, where the row is defined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, get_type_hints


class Column(NamedTuple):
    """A column of a rule table: its type in SQL, and what it says, for whoever reads the table."""

    sql: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row, whose class is its table: the first sentence of its docstring is the grain."""


@dataclass(frozen=True, kw_only=True)
class Edition(Row):
    """A row of an edition, a version of a pack in a market: a model finds it by market and day, what else the edition
    says by the edition's key alone, and which pack it is by `packs`."""

    edition_id: Annotated[str, Column("varchar", "The edition: its market, its pack and its version, as one key.")]
    market: Annotated[str, Column("varchar", "The market that the pack decides for.")]
    effective_from: Annotated[date, Column("date", "First day that it judges.")]
    effective_before: Annotated[
        date | None, Column("date", "First day that it doesn't judge any more; null while no end is set.")
    ]
    pack: Annotated[str, Column("varchar", "The pack.")]
    version: Annotated[int, Column("integer", "The pack's version.")]


def edition_key(market: str, pack: str, version: int) -> str:
    """What every row of an edition is found by; a market of a rehearsal can have a slash in it, the other two can't."""
    return f"{market}/{pack}/{version}"


def columns(table: type[Row]) -> Mapping[str, Column]:
    """The columns of a table by their names, in their order."""
    # To mypy, a dataclass can't be hashed as its rows can.
    key: Any = table
    return _columns(key)


# A night asks a hundred times, and to read what is written at a field takes longer than to write the table.
@cache
def _columns(table: Any) -> Mapping[str, Column]:
    hints = get_type_hints(table, include_extras=True)
    return MappingProxyType({each.name: hints[each.name].__metadata__[0] for each in fields(table)})


def ddl(table: type[Row]) -> str:
    """The columns of a table as `create table` has them."""
    return ", ".join(f"{name} {column.sql}" for name, column in columns(table).items())
