"""A version that begins or ends on another day than it did: told once, and not by each of its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

Row = Mapping[str, Any]
_BEGINNINGS = ("effective_from",)
# The columns of rules that say when their version ends.
ENDS = ("effective_before", "asked_before")


@dataclass(frozen=True)
class Moved:
    """A version whose days were others: from when on, and before which day, then and now."""

    version: int
    began: date
    ended: date | None
    begins: date
    ends: date | None

    @property
    def said(self) -> str:
        """What is otherwise, for people."""
        now, then = _until(self.ends), _until(self.ended)
        if self.begins == self.began:
            return f"version {self.version} is in force {now}, not {then}"
        if self.ends != self.ended:
            now, then = f" {now}", f" {then}"
        else:
            now = then = ""
        return f"version {self.version} is in force from {self.begins}{now}, not from {self.began}{then}"


def moved_periods(
    connection: duckdb.DuckDBPyConnection, ends_for_others: Mapping[tuple[str, str], Collection[tuple[int, date]]]
) -> Mapping[tuple[str, str], list[Moved]]:
    """By market and pack, the versions whose days are others tonight.

    Args:
        connection: with the release's rules in the schema `policy`, and the night attached as `tonight`.
        ends_for_others: by market and pack, versions that end for one that begins on a day: that is told of the other.
    """
    moved: dict[tuple[str, str], list[Moved]] = defaultdict(list)
    for market, pack, *of in connection.execute(_SQL("moved_periods")).fetchall():
        version = Moved(*of)
        ends_sooner = version.ends and (version.ended is None or version.ended > version.ends)
        for_another = (version.version, version.ends) in ends_for_others.get((market, pack), ())
        if version.begins != version.began or not (ends_sooner and for_another):
            moved[market, pack].append(version)
    return moved


def without_moved(before: Sequence[Row], after: Sequence[Row], moved: Sequence[Moved]) -> tuple[list[Row], list[Row]]:
    """What differs of a table, without the rows that are only in force on the other days of their version.

    Args:
        before: the rows of a market's pack that are gone or otherwise.
        after: those that are new or otherwise.
    """
    versions = {each.version: each for each in moved}
    gone, left = list(before), []
    for row in after:
        version = versions.get(row.get("version", 0))
        same = version and next((each for each in gone if _only_moved(each, row, version)), None)
        if same:
            gone.remove(same)
        else:
            left.append(row)
    return gone, left


def _only_moved(before: Row, row: Row, version: Moved) -> bool:
    for name, value in row.items():
        if before[name] != value and not (
            (name in _BEGINNINGS and (before[name], value) == (version.began, version.begins))
            or (name in ENDS and (before[name], value) == (version.ended, version.ends))
        ):
            return False
    return True


def _until(before: date | None) -> str:
    return f"until {before - timedelta(days=1)}" if before else "without an end"
