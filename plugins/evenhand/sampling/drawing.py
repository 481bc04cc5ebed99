"""Drawing in each market that has a budget: the keys of what is drawn, and what there was to draw from."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import duckdb

from evenhand.policy.prose.words import counted
from evenhand.records.sql_files import SqlFile
from evenhand.release.quality_samples import FRAMES, OPEN
from evenhand.sampling.frame import frames
from evenhand.sampling.plan import Draw, Frame, Key, plan

_SQL = SqlFile(__file__)

log = logging.getLogger(__name__)
# What a market's rows can bring about while it is drawn from.
FAILS = (duckdb.Error, ValueError, LookupError, ArithmeticError)


def frames_by_market(connection: duckdb.DuckDBPyConnection, night: date, item_link: str) -> Mapping[str, Frame] | None:
    """What there is to draw from in each market; None where that can't be said."""
    try:
        return {each.market: each for each in frames(connection, night, item_link)}
    except FAILS:
        log.exception("Nothing is drawn for review on night %s, for its draw failed", night)
        return None


def draw_markets(
    connection: duckdb.DuckDBPyConnection,
    night: date,
    there: Mapping[str, Frame] | None,
    budgets: Mapping[str, int],
    kept: Collection[str],
) -> tuple[str, ...]:
    """Draw in each market that has a budget; returns those whose draw failed, which ends no other's.

    Args:
        there: what there is to draw from.
        kept: of these what was drawn stays; what it was drawn from is counted again.
    """
    wanted = [market for market in sorted(budgets) if market not in kept]
    if there is None:
        return tuple(wanted)
    failed = []
    for market, budget in sorted(budgets.items()):
        if market not in there:
            if market in wanted:
                log.warning("There is nothing to draw for review in %s on night %s", market, night)
            continue
        try:
            drawn = plan(there[market], str(night), budget)
            if market in wanted:
                _write(connection, night, there[market], drawn.key)
        except FAILS:
            log.exception("Nothing is drawn for review in %s on night %s, for its draw failed", market, night)
            failed += [market] if market in wanted else []
            continue
        _count(connection, drawn)
        for left_out, why in (
            (drawn.without_events, "they rest on no decision"),
            (drawn.too_large, "they need too many decisions"),
        ):
            if left_out:
                log.warning(
                    "Not drawn for review in %s on night %s, for %s: %s",
                    *(market, night, why, counted(left_out, "penalty")),
                )
    return tuple(failed)


def would_draw(night: date, there: Mapping[str, Frame] | None, budgets: Mapping[str, int]) -> dict[str, int | None]:
    """How many items each market would have by such a budget; None where its draw fails. Nothing is drawn."""
    if there is None:
        return {market: None if budget else 0 for market, budget in budgets.items()}
    found: dict[str, int | None] = {}
    for market, budget in budgets.items():
        try:
            found[market] = len(plan(there[market], str(night), budget).items) if budget and market in there else 0
        except FAILS:
            found[market] = None
    return found


def _count(connection: duckdb.DuckDBPyConnection, drawn: Draw) -> None:
    """Note what a market's draw was from, and what it left out."""
    for each in drawn.strata:
        left_out = (drawn.without_events, drawn.too_large) if each.stratum == "penalties" else (0, 0)
        connection.execute(
            f"insert into samples.{FRAMES} values (?, ?, ?, ?, ?, ?)",
            [drawn.market, each.stratum, each.frame, each.without_views, *left_out],
        )


def _write(connection: duckdb.DuckDBPyConnection, night: date, frame: Frame, keys: Sequence[Key]) -> None:
    connection.execute(
        _SQL("write"),
        {
            **{"night": night, "market": frame.market, "open": OPEN},
            "item": [each.item_id for each in keys],
            "account": [frame.accounts[each.subject] for each in keys],
            "stratum": [each.stratum for each in keys],
            "unit": [each.unit_id for each in keys],
            "measure": [frame.measures.get(each.unit_id) if each.stratum == "penalties" else None for each in keys],
            "needs_each": [each.unit_id not in frame.surplus if each.stratum == "penalties" else None for each in keys],
            "subject": [each.subject for each in keys],
            "round": [each.round for each in keys],
            "probability": [each.probability for each in keys],
            "exposure": [each.exposure for each in keys],
            "simple": [each.simple_probability for each in keys],
            "link": [frame.links.get(each.subject, "") for each in keys],
        },
    )
