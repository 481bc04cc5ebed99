"""Building a night's models so that a market on which they fail is held, and the others are decided.

What fails on a market fails on it alone too: where all markets together can't be built, each is built by itself, and
those that can't are held. What fails on each, on none by itself or on nobody's rows is a fault of the models and stops
the night.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

import duckdb

from evenhand.deciding.build import ModelsFailed, build_models
from evenhand.deciding.project import Project
from evenhand.deciding.report import BuildReport
from evenhand.deciding.set_aside import bring_back, set_feeds_aside, set_rules_aside
from evenhand.landing.held_markets import HeldMarket, find_held_accounts, held_markets, hold_markets
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

log = logging.getLogger(__name__)


def decide_markets(
    warehouse: Path, project: Project, night: date, folder: Path, *, threads: int | None = None
) -> BuildReport:
    """Build and test the models without the markets that are held; a market on which they fail is held as well.

    Args:
        folder: where the report goes, as `build_models` has it.
        threads: how many DuckDB may use; by default as many as there are cores.

    Raises:
        ModelsFailed: they fail on every market, on none by itself, or on the only one.
    """
    with duckdb.connect(str(warehouse)) as connection:
        bring_back(connection)
        hold_markets(connection, "models", [])
        others = _set_held_aside(connection)
    try:
        return build_models(warehouse, project, night, folder, threads=threads)
    except ModelsFailed as error:
        failed = error
    at_fault = _at_fault(warehouse, project, night, folder, others, threads)
    with duckdb.connect(str(warehouse)) as connection:
        bring_back(connection)
        if len(at_fault) < len(others):
            hold_markets(connection, "models", at_fault)
        _set_held_aside(connection)
    if not at_fault or len(at_fault) == len(others):
        raise failed
    for each in at_fault:
        log.error("%s", each)
    return build_models(warehouse, project, night, folder, threads=threads)


def _set_held_aside(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Set aside what is held; returns the markets that aren't."""
    connection.begin()
    held = sorted({each.market for each in held_markets(connection)})
    find_held_accounts(connection)
    markets = [market for (market,) in connection.execute("select distinct market from policy.packs").fetchall()]
    set_rules_aside(connection, held)
    set_feeds_aside(
        connection,
        [
            account
            for (account,) in connection.execute("select account_id from held.accounts where is_set_aside").fetchall()
        ],
    )
    connection.commit()
    return sorted(set(markets) - set(held))


def _at_fault(
    warehouse: Path, project: Project, night: date, folder: Path, markets: Sequence[str], threads: int | None
) -> list[HeldMarket]:
    """What keeps each of the markets from being decided by itself; nothing where the models fail without any."""
    if _failure(warehouse, project, night, folder, [], threads):
        return []
    failures = {market: _failure(warehouse, project, night, folder, [market], threads) for market in markets}
    return [
        HeldMarket(market, f"{str(failed).splitlines()[0]}. Correct its pack or what landed of it")
        for market, failed in failures.items()
        if failed
    ]


def _failure(
    warehouse: Path, project: Project, night: date, folder: Path, markets: Sequence[str], threads: int | None
) -> ModelsFailed | None:
    """How the models fail on these markets alone, if they do."""
    with duckdb.connect(str(warehouse)) as connection:
        bring_back(connection)
        connection.begin()
        (others,) = connection.execute(
            "select coalesce(list(distinct market), []) from policy.packs where not list_contains(?, market)", [markets]
        ).fetchone() or ([],)
        everybody = _accounts_of(connection)
        set_rules_aside(connection, others)
        set_feeds_aside(connection, everybody - _accounts_of(connection, markets))
        connection.commit()
    try:
        build_models(warehouse, project, night, folder, threads=threads)
    except ModelsFailed as error:
        return error
    return None


def _accounts_of(connection: duckdb.DuckDBPyConnection, markets: Collection[str] | None = None) -> set[str]:
    """Who is or was in these markets; by default, everybody."""
    found = connection.execute(_SQL("accounts_of"), {"markets": None if markets is None else sorted(markets)})
    return {account for (account,) in found.fetchall()}
