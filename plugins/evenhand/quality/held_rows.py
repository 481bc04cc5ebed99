"""Holding rows of lists back: a row that gate 2 found wrong isn't released, and its account keeps what it had.

In the warehouse, gate 2 leaves a schema `gate`:

    held_rows                               the rows that are held, and why
    proposed_penalties, proposed_rewards    tonight's rows, and for those that are held the last release's; of markets
                                            that can't be decided tonight, what was released last of them
    proposed_reasons                        the reasons of these, each as it was written with its row
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from evenhand.policy.language.part import EMERGENCY
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)
# What a list calls its measures.
_LISTS = {"penalties": "measure", "rewards": "reward"}
# What can point at rows of a list, the narrowest first.
_POINTERS = (
    ("row_key",),
    ("reason_id",),
    ("account_id", "programme", "scope"),
    ("account_id", "programme"),
    ("account_id",),
)


@dataclass(frozen=True)
class WrongRows:
    """Rows that break a rule.

    Attributes:
        table: the table that they are in; rows of a list that it is about are held.
        rule: the rule, in our words.
        remedy: what a person can do about it.
        query: SQL for the rows.
    """

    table: str
    rule: str
    remedy: str
    query: str


@dataclass(frozen=True)
class Held:
    """How many rows of a market's list are held, of how many that it has tonight."""

    list: str
    market: str
    held: int
    rows: int

    @property
    def share(self) -> float:
        """The part of tonight's rows that is held; more than all where the list has none."""
        return self.held / self.rows if self.rows else float("inf")


class NotAboutRows(Exception):
    """What is wrong points at no row of a list, so nothing can be held for it."""


def hold(connection: duckdb.DuckDBPyConnection, night: date, wrong: Sequence[WrongRows]) -> list[Held]:
    """Hold what is wrong, in place of whatever was held before, and make the views of what is proposed.

    What the last release had and what has ended since isn't kept.

    Raises:
        NotAboutRows: a rule is broken by something that is no row of a list.
    """
    connection.execute("create schema if not exists gate")
    connection.execute(_SQL("create_held_rows"))
    for each in wrong:
        _hold(connection, each)
    for name in _LISTS:
        columns = ", ".join(_columns(connection, name))
        rows = " union all ".join(f"select {columns} from {of}" for of in _parts(connection, name, night))
        connection.execute(f"create or replace view gate.proposed_{name} as {rows}")
    _propose_reasons(connection, night)
    if not wrong:
        return []
    return [Held(*row) for row in connection.execute(_SQL("counts")).fetchall()]


def _hold(connection: duckdb.DuckDBPyConnection, wrong: WrongRows) -> None:
    columns = {name for name, *_ in connection.execute(f"describe select * from ({wrong.query})").fetchall()}
    pointer = next((each for each in _POINTERS if columns.issuperset(each)), None)
    about = wrong.table.removeprefix("main.")
    if pointer is None:
        raise NotAboutRows(f"{wrong.table}: {wrong.rule}")
    lists = (about,) if about in _LISTS else tuple(_LISTS)
    rows = _SQL("rows_of_lists")
    parts = {
        "rows": rows,
        "bad": Sql(wrong.query),
        "is_the_same": Sql(" and ".join(f"bad.{name} = listed.{name}" for name in pointer)),
    }
    ((pointless,),) = connection.execute(_SQL("without_a_row", **parts), {"lists": lists}).fetchall()
    if pointless:
        raise NotAboutRows(f"{wrong.table}: {wrong.rule}")
    connection.execute(_SQL("hold", **parts), {"lists": lists, "rule": wrong.rule, "remedy": wrong.remedy})


def _propose_reasons(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """A row that is kept keeps what was said of it: tonight's words of the same reason weren't released."""
    columns = _columns(connection, "reasons")
    parts = []
    for name in _LISTS:
        for schema, of in zip(
            ("main.", "released.last_", "released.kept_"), _parts(connection, name, night), strict=False
        ):
            parts.append(reasons_of(Sql(of), columns, f"{schema}reasons", name))
    connection.execute(f"create or replace view gate.proposed_reasons as {' union all '.join(parts)}")


def reasons_of(rows: Sql, columns: Sequence[str], reasons: str, name: str) -> Sql:
    """SQL of the reasons of rows of a list, from the table that they were written in with these rows."""
    return _SQL("reasons_of", columns=columns, reasons=reasons, list=quoted(name), rows_of_list=rows)


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    return [column for column, *_ in connection.execute(f"describe main.{name}").fetchall()]


def _parts(connection: duckdb.DuckDBPyConnection, name: str, night: date) -> list[str]:
    """Where a list is from, each with its condition: tonight's rows, the last release's, those kept."""
    is_held = f"row_key in (select row_key from gate.held_rows where list = '{name}')"
    has_not_ended = f"(ends_on is null or ends_on >= date '{night}')"
    if not connection.execute("select 1 from held.accounts limit 1").fetchone():
        return [
            f"main.{name} where not {is_held}",
            f"released.last_{name} where {is_held} and {has_not_ended}",
        ]
    # What people decide themselves counts in a market that is held too.
    is_of_a_held_market = f"(account_id in (select account_id from held.accounts) and programme != '{EMERGENCY}')"
    is_lifted = f"(account_id, {_LISTS[name]}, scope) in ({_SQL('lifted', list=quoted(name))})"
    return [
        f"main.{name} where not {is_held} and not {is_of_a_held_market}",
        f"released.last_{name} where {is_held} and not {is_of_a_held_market} and {has_not_ended}",
        f"released.kept_{name} where {is_of_a_held_market} and not {is_lifted} and {has_not_ended}",
    ]
