"""Accounts that change market: which of them a held list keeps as they were released, in all markets.

An account is in the lists of one market, and a held list must neither lift what it has nor leave it there twice. So who
moved from or to the market of a held list since the release that this list keeps has of that kind of list what it was
last released with, in whichever market, until the list is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)
_COLUMNS = "list varchar, market varchar, account_id varchar"


@dataclass(frozen=True)
class KeptList:
    """A list that keeps an earlier release.

    Attributes:
        since: the night of that release; None if nothing was ever released.
        by_its_market: whether its market couldn't be decided: then it keeps all who are or ever were in that market.
    """

    list: str
    market: str
    since: date | None
    by_its_market: bool = False


def create_kept_accounts(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """An empty table of a row per list, market and account that this list keeps as it was."""
    connection.execute(f"create or replace table {table} ({_COLUMNS})")


def find_kept_accounts(connection: duckdb.DuckDBPyConnection, table: str, kept: KeptList, known_at: date) -> None:
    """Add the accounts that a list keeps as they were released, by what was known of them on a night.

    Beside those that moved since, they are those whose released rows are of another market than they are in now: a list
    that was held until last night left them there. What was paid in a market stays in it and says nothing of a move.
    """
    # What was paid in a market stays in it.
    moves = Sql("released.amount is null") if kept.list == "rewards" else Sql("true")
    connection.execute(
        _SQL("kept_accounts", table=table, released=f"released.last_{kept.list}", moves_with_its_account=moves),
        {
            "list": kept.list,
            "market": kept.market,
            "since": kept.since,
            "ever": kept.by_its_market,
            "known_at": known_at,
        },
    )


def moved_accounts(then: str, now: str) -> Sql:
    """SQL for the accounts whose market or kind is another now than it was then.

    Args:
        then: the schema of what was accepted then.
        now: the schema of what is accepted now.
    """
    return _SQL("moved_accounts", creators_before=f"{then}.creators", creators_now=f"{now}.creators")
