"""Accounts that change market: which of them a held list keeps as they were released, in all markets.

An account is in the lists of one market, and a held list must neither lift what it has nor leave it there twice. So who
moved from or to the market of a held list since the release that this list keeps has of that kind of list what it was
last released with, in whichever market, until the list is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

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
    connection.execute(
        f"""
        insert into {table}
        with

        stays as (
            select
                account_id, market, withdrawn, landed_night,
                lead(landed_night) over (partition by account_id order by landed_night) as until_night
            from accepted.creator_versions
            where landed_night <= $known_at
        ),

        stays_since as (
            from stays
            where withdrawn is null and ($ever or $since is null or until_night is null or until_night > $since)
        ),

        now as (from stays where until_night is null and withdrawn is null),

        moved as (
            select account_id from stays_since
            group by account_id
            having bool_or(market = $market) and ($ever or count(distinct market) > 1)
        ),

        left_in_another_market as (
            select now.account_id
            from now join released.last_{kept.list} as released using (account_id)
            where now.market != released.market and $market in (now.market, released.market)
                {"and released.amount is null" if kept.list == "rewards" else ""}
        )

        select $list, $market, account_id from moved
        union select $list, $market, account_id from left_in_another_market
        """,
        {
            "list": kept.list,
            "market": kept.market,
            "since": kept.since,
            "ever": kept.by_its_market,
            "known_at": known_at,
        },
    )


def moved_accounts(then: str, now: str) -> str:
    """SQL for the accounts whose market or kind is another now than it was then.

    Args:
        then: the schema of what was accepted then.
        now: the schema of what is accepted now.
    """
    return f"""
        select account_id
        from {then}.creators as before join {now}.creators as now using (account_id)
        where (before.market, before.kind) is distinct from (now.market, now.kind)
        order by all
    """
