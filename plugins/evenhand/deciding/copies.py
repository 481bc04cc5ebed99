"""Copies of accounts, each with names of its own, so that one run of the models decides them beside each other."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from evenhand.landing.accepted import emergencies_of
from evenhand.landing.contracts import FEEDS, Contract
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)


def lay_copies(connection: duckdb.DuckDBPyConnection, tonight: str, copies: Sequence[tuple[str, int]]) -> None:
    """Lay what gate 1 accepted of accounts, and what people imposed on them, in schemas of their own.

    What is called `x` is called `x~3` in copy 3.

    Args:
        tonight: the name of the warehouse that is attached.
        copies: an account and the number of its copy.
    """
    connection.execute("create schema accepted")
    connection.execute("create schema emergencies")
    connection.execute("create table copies (account_id varchar, copy integer)")
    if copies:
        accounts, numbers = zip(*copies, strict=True)
        connection.execute(
            "insert into copies select unnest(?::varchar[]), unnest(?::integer[])", [list(accounts), list(numbers)]
        )
    for contract in FEEDS:
        renamed = [Sql(f"{name} || '~' || copy as {name}") for name in names_of_its_own(contract)]
        for table in (contract.feed, contract.versions):
            if table:
                rows = f"{tonight}.accepted.{table}"
                connection.execute(_SQL("accepted", table=f"accepted.{table}", renamed=renamed, rows=rows))
    connection.execute(_SQL("known", rows=emergencies_of(tonight)))


def names_of_its_own(contract: Contract) -> list[str]:
    """The columns whose names a copy has by itself: its account, its keys, and what refers to keys."""
    referring = [column.name for column in contract.columns if column.refers_to and column.name != "account_id"]
    return list(dict.fromkeys(["account_id", contract.key, *referring]))
