"""What of a release somebody sees: all of it, or the rows of their markets. The one place where that is decided.

Before a route runs, it is noted whose markets they are that ask (`see`). A route that isn't said to be limited to them
(`limited`) is closed to who sees single markets. What it reads of a release, it then reads as rows of those markets.
Who may see only what creators may be told is answered by routes that are said to be for them (`for_support`) alone.

An account belongs to the market that it is of in the newest release, whose people see all of it, of any night.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal, TypeVar

from fastapi import HTTPException

from evenhand.console.reader import marked, say
from evenhand.records.databases import parquet, quoted
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# None stands for all markets.
Markets = frozenset[str] | None
# Whose rows a file has: an account's, with its market beside or without; a market's own; or nobody's, such as a pack.
Whose = Literal["account", "account_alone", "market", "nobody", "unknown"]
WHOSE: Mapping[str, Whose] = {
    **dict.fromkeys(("penalties", "rewards", "reasons", "notices", "standings", "account_profiles"), "account"),
    **dict.fromkeys(("account_health", "account_entries", "account_violations", "account_appeals"), "account"),
    **dict.fromkeys(("eligibility", "enforcement_gaps", "live_performance", "changes", "held_rows"), "account"),
    "balance_periods": "account",
    "account_timeline": "account_alone",
    **dict.fromkeys(("operational_metrics", "quality_estimates", "qa_keys", "list_sizes"), "market"),
    **dict.fromkeys(("models", "rules", "packs", "translations"), "nobody"),
    # A row that wasn't understood, and an item of a sample, which tells its link alone: of what market isn't known.
    **dict.fromkeys(("quarantine", "qa_items"), "unknown"),
}
OF_ALL_TOGETHER = marked("This is of all markets together: who may see all of them sees it.")
_SEEN: ContextVar[Markets] = ContextVar("markets that who asks may see")
# Of these they see all that managers do, and of the others what creators may be told.
_IN_FULL: ContextVar[Markets] = ContextVar("markets that who asks may see in full")
_LIMITED: set[Callable[..., Any]] = set()
_FOR_SUPPORT: set[Callable[..., Any]] = set()
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def limited(endpoint: Endpoint) -> Endpoint:
    """Say of a route that whatever it answers is of the markets of who asks."""
    _LIMITED.add(endpoint)
    return endpoint


def is_limited(endpoint: Callable[..., Any] | None) -> bool:
    """Whether a route answers to who sees single markets."""
    return endpoint in _LIMITED


def for_support(endpoint: Endpoint) -> Endpoint:
    """Say of a route that it tells who may see no more what creators may be told (`in_full`)."""
    _FOR_SUPPORT.add(endpoint)
    return endpoint


def is_for_support(endpoint: Callable[..., Any] | None) -> bool:
    """Whether a route answers to who may see only what creators may be told."""
    return endpoint in _FOR_SUPPORT


def see(markets: Markets) -> None:
    """Note which markets who asks may see, for all that answers to it."""
    _SEEN.set(markets)
    _IN_FULL.set(markets)


def see_in_full(markets: Markets) -> None:
    """Note of which of these markets who asks may see more than what creators may be told."""
    _IN_FULL.set(markets)


def seen() -> Markets:
    """The markets that who asks may see; None for all.

    Raises:
        LookupError: nobody asked, so that nobody sees anything.
    """
    return _SEEN.get()


def in_full() -> Markets:
    """Those of which who asks may see more than what creators may be told; None for all.

    Raises:
        LookupError: nobody asked, so that nobody sees anything.
    """
    return _IN_FULL.get()


def is_support_alone() -> bool:
    """Whether who asks may see nothing but what creators may be told; not where nobody knows who asks."""
    return _IN_FULL.get(None) == frozenset()


def rows_seen(folder: Path, table: str, markets: frozenset[str], newest: Path) -> str:
    """The SQL of the rows of a release's file that belong to some markets.

    Args:
        folder: of the release.
        newest: the folder of the newest release, which says what market an account is of.

    Raises:
        HTTPException: it can't be said of its rows whose they are.
    """
    whose = WHOSE.get(table, "unknown")
    file = parquet(folder / f"{table}.parquet")
    names = texts(markets)
    if whose == "market":
        return f"(select * from {file} where market in ({names}))"
    if whose not in ("account", "account_alone"):
        raise HTTPException(403, say(OF_ALL_TOGETHER))
    market = Sql("coalesce(owners.market, of_all.market)" if whose == "account" else "owners.market")
    rows = _SQL("of_accounts", file=Sql(file), owners=_owners(folder, newest), market=market, markets=Sql(names))
    return f"({rows})"


def condition_of(table: str, markets: frozenset[str], newest: str) -> str:
    """The same as a condition for `evenhand query`, which knows files as tables of all nights."""
    names = texts(markets)
    if WHOSE.get(table) == "market":
        return f"market in ({names})"
    return (
        f"account_id in (select account_id from main.account_profiles where night = '{newest}' and market in ({names}))"
    )


def texts(values: frozenset[str]) -> str:
    """Texts as SQL, in an order of their own."""
    return ", ".join(map(quoted, sorted(values)))


def _owners(folder: Path, newest: Path) -> Sql:
    """The SQL of the market that each account is of: the newest, or that of the night where it is there no more."""
    there = [each / "account_profiles.parquet" for each in dict.fromkeys((newest, folder))]
    sources = [parquet(each) for each in there if each.exists()]
    if not sources:
        return Sql("(select null::varchar as account_id, null::varchar as market where false)")
    if len(sources) == 1:
        return Sql(f"(select account_id, market from {sources[0]})")
    first, second = map(Sql, sources)
    return Sql(f"({_SQL('owners', newest=first, of_night=second)})")
