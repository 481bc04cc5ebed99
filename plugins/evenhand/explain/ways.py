"""The ways on which an account may be restored: what it can appeal against, and what its packs name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import duckdb

from evenhand.explain.names import Names
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# Activities that take something back or let something end, by the table and column of the rules that name them.
_HELPING = (
    ("entry_rules", "event_type", "rules.amount_by = 'relief' and rules.takes_from <> 'violation'"),
    ("entry_rules", "ends_only_after", "true"),
    ("entry_rules", "clock_starts_with", "true"),
    ("entry_rules", "grace_training", "true"),
    ("effects", "shortened_by", "true"),
    ("effects", "and_until", "true"),
)
# Activities that name the violation which they end or take from.
_NAMING = (("entry_rules", "ended_by", "true"), ("entry_rules", "event_type", "rules.takes_from = 'violation'"))


@dataclass(frozen=True)
class Way:
    """Something that may restore an account.

    Attributes:
        kind: `nothing`, `appeal`, `activity` or `all`.
        about: the appealed violation or the activity; empty for nothing and for all.
        violation: the violation that an activity names.
    """

    kind: Literal["nothing", "appeal", "activity", "all"]
    about: str = ""
    violation: str = ""

    def said(self, names: Names) -> str:
        """The way in words, as the beginning of a sentence."""
        if self.kind == "nothing":
            return "If nothing happens"
        if self.kind == "all":
            return "If all of these come together"
        if self.kind == "appeal":
            return f"If an appeal against {self.about} is granted"
        named = f" for {self.violation}" if self.violation else ""
        return f"After {names.of('activity', self.about).lower()}{named}"


def ways_to_try(connection: duckdb.DuckDBPyConnection, warehouse: str, night: date, account: str) -> list[Way]:
    """Each appeal that can still be filed or is pending, and each activity of tonight's rules that may help.

    Args:
        connection: with the night's rules in its schema `policy`.
        warehouse: the name under which the night's warehouse is attached.
    """
    return [
        *_appeals(connection, warehouse, night, account),
        *_activities(connection, warehouse, night, account),
    ]


def _appeals(connection: duckdb.DuckDBPyConnection, warehouse: str, night: date, account: str) -> list[Way]:
    found = connection.execute(_SQL("appeals", warehouse=warehouse), {"account": account, "night": night})
    return [Way("appeal", violation) for (violation,) in found.fetchall()]


def _activities(connection: duckdb.DuckDBPyConnection, warehouse: str, night: date, account: str) -> list[Way]:
    values = {"account": account, "night": night}
    ways = set()
    for table, column, which in _HELPING:
        rules = _SQL("rules", table=table, warehouse=warehouse)
        found = connection.execute(_SQL("helping", activity=column, rules=rules, which=Sql(which)), values)
        ways |= {Way("activity", activity) for (activity,) in found.fetchall()}
    for table, column, which in _NAMING:
        rules = _SQL("rules", table=table, warehouse=warehouse)
        naming = _SQL("naming", activity=column, rules=rules, which=Sql(which), warehouse=warehouse)
        found = connection.execute(naming, values)
        ways |= {Way("activity", activity, violation) for activity, violation in found.fetchall()}
    return sorted(ways, key=lambda way: (way.about, way.violation))
