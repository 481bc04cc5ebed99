"""What a night looks at, taken from the store of all that landed into the night's own warehouse.

A night's cost shall not grow with history: of feeds that describe what happens every day, rows are looked at for some
weeks (`Contract.looked_at_nights`), and for longer where a row that is looked at refers to them. Which rows those are
follows from what had landed by the night and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.contracts import FEEDS, Contract
from evenhand.landing.decisions import FileDecision, forgotten
from evenhand.landing.held_markets import create_held_markets
from evenhand.landing.names import compared
from evenhand.records.databases import create_database, quoted
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)


def take(
    store: Path, warehouse: Path, night: date, decisions: Sequence[FileDecision] = (), since: date | None = None
) -> None:
    """Fill the warehouse's schema `landing` with the files known by the night and the rows that it looks at.

    Args:
        decisions: what people decided about single files; one that is forgotten isn't there.
        since: the first of several nights that are decided together, whose rows are all looked at; by default, `night`.
    """
    since = since or night
    create_database(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"attach {quoted(store)} as store (read_only)")
        connection.begin()
        create_held_markets(connection)
        connection.execute("create schema if not exists landing")
        counts = _lay_forgotten(connection, forgotten(decisions, night))
        for table, columns in _OF_FILES.items():
            which = f"night <= date '{night}'"
            if table == "unusable_values":
                which = "landed_file in (select landed_file from landing.unusable)"
            elif table == "ahead":
                which = f"since <= date '{night}'"
            elif table in ("files", "unusable"):
                which += f" and ({compared('landed_file')}, sha256) not in"
                which += " (select (landed_file, sha256) from landing.forgotten)"
            else:
                which += counts if table != "passed_over" else ""
            if table == "bad_rows":
                which += f" and ({_is_recent(since)})"
            names = {"table": f"landing.{table}", "landed": f"store.landing.{table}"}
            connection.execute(_SQL("take_files", **names, columns=Sql(columns), are_known=Sql(which)))
        connection.execute(_SQL("take_arrived", are_known=Sql(f"night <= date '{night}'{counts}")))
        # Children before the parents that they refer to.
        for contract in reversed(FEEDS):
            which = f"landed_night <= date '{night}' and ({_is_looked_at(contract, since)}){counts}"
            names = {"table": f"landing.{contract.feed}", "landed": f"store.landing.{contract.feed}"}
            connection.execute(_SQL("take_rows", **names, are_looked_at=Sql(which)))
        connection.commit()


def _lay_forgotten(connection: duckdb.DuckDBPyConnection, versions: Mapping[tuple[str, str], FileDecision]) -> str:
    """The table `landing.forgotten`; returns the condition on what else there is of a file, where that needs one."""
    connection.execute(f"create or replace table landing.forgotten ({_FORGOTTEN})")
    for (name, sha256), each in sorted(versions.items()):
        connection.execute(
            "insert into landing.forgotten values (?, ?, ?, ?, ?)",
            [name, sha256, each.by.name, each.approved_by.name, each.why],
        )
    return " and landed_file in (select landed_file from landing.files)" if versions else ""


_FORGOTTEN = "landed_file varchar, sha256 varchar, forgotten_by varchar, approved_by varchar, why varchar"
_NAMES_A_PERSON = " or ".join(
    f"(feed = '{contract.feed}' and column_name = '{name}')"
    for contract in FEEDS
    for name in ("", *contract.column_names)
    if contract.may_name_a_person(name)
)
# What a night knows of files, beside their rows.
_OF_FILES = {
    "files": "landed_file, feed, night, sha256, rows, moments",
    "unusable": "landed_file, feed, night, sha256, why",
    "unusable_values": "landed_file, position, value",
    # The text of what can name who works for the marketplace stays in the store: this one is told to people.
    "bad_rows": f"* replace (case when {_NAMES_A_PERSON} then null else text end as text)",
    "told": "landed_file, night, said",
    "vanished": "night, landed_file, since",
    "passed_over": "name, night, why",
    "ahead": "name, files, first, since",
}


def _is_recent(night: date) -> str:
    """Whether a line that can't be read is of a night that is looked at."""
    recent = [contract for contract in FEEDS if contract.looked_at_nights is not None]
    return " and ".join(
        f"(feed != '{each.feed}' or night > date '{night}' - {each.looked_at_nights})" for each in recent
    )


def _is_looked_at(contract: Contract, night: date) -> str:
    if contract.looked_at_nights is None:
        return "true"
    recent = f"landed_night > date '{night}' - {contract.looked_at_nights}"
    return " or ".join([recent, *(f"{compared(contract.key)} in ({keys})" for keys in _referred_to(contract))])


def _referred_to(parent: Contract) -> Iterator[str]:
    for child in FEEDS:
        for column in child.columns:
            if parent.feed in (column.refers_to, *column.names_one_of):
                yield f"select {compared(column.name)} from landing.{child.feed} where {column.name} is not null"
