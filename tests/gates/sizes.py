"""How often lists are held for their sizes with nothing wrong, over thousands of them.

A simulated night judged as a whole takes a minute. The sizes of its lists come out of one run of the models of all
nights, as of a history, and gate 2's tests of sizes need nothing else: what they hold of clean nights can be counted on
as many as it takes. Rules are those of the shipped marketplace, whose small lists chance moves most.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from evenhand.policy.language.limits import Limits
from evenhand.quality.anomalies import NUMBERS, compare, count_lists
from evenhand.quality.range_sizes import sizes_before, take_sizes
from evenhand.quality.trends import lay_trends_beside
from evenhand.settings import PROJECT
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import MARKETS, Plan
from expectations.changes import counts_suite, sizes_suite, trends_suite
from gates.nights import Nights
from quality.queries import queries_of

# As long as points count, so that as many lapse as come; and nights that teach what is usual before one is judged.
LANDED_BEFORE, LEARNT = 92, 28
# Lists of all sizes: of the smallest market a row a night comes to its penalties, of the largest fifteen.
CREATORS, BREACHES = 5_000, 8
LISTS = ("penalties", "rewards")
SIZE = "size"


@dataclass(frozen=True)
class HeldForSize:
    """A list that is held: for which of its numbers, and in which words."""

    night: date
    list: str
    market: str
    numbers: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True)
class Sizes:
    """How many lists of nights were looked at, and those that are held."""

    lists: int
    held: tuple[HeldForSize, ...]


def of_marketplace(home: Path, compiled: Path, seed: int, nights: int) -> Sizes:
    """What is held of so many nights of one marketplace, in a folder that is gone afterwards."""
    plan = Plan(CREATORS, LANDED_BEFORE + LEARNT + nights, seed=seed, breaches=BREACHES, is_planted=False)
    shutil.rmtree(home, ignore_errors=True)
    simulate(plan, home / "landing", lambda made: None)
    decided = [plan.first_night + timedelta(days=day) for day in range(LANDED_BEFORE, plan.nights)]
    warehouse = Nights(home, compiled, PROJECT / "policies").lay_sizes(decided)
    with duckdb.connect(str(warehouse), config={"threads": 1}) as connection:
        held = held_for_sizes(connection, decided[LEARNT:])
    shutil.rmtree(home)
    return Sizes(nights * len(LISTS) * len(MARKETS), tuple(held))


def held_for_sizes(connection: duckdb.DuckDBPyConnection, nights: Sequence[date]) -> list[HeldForSize]:
    """What gate 2 holds of some nights for the sizes of their lists, each beside the nights before; all is approved.

    Args:
        connection: to a database with history.list_sizes.
    """
    usual = Limits()
    connection.execute("create schema if not exists gate")
    connection.execute(
        f"""create table gate.limits as
        select distinct
            market, {usual.usual_spreads}::decimal(18, 2) as usual_spreads, {usual.share_changed} as share_changed
        from history.list_sizes"""
    )
    connection.execute(
        "create table gate.preapproved_moves (list varchar, market varchar, programme varchar, measure varchar,"
        " rows bigint)"
    )
    suites = {"list_sizes": sizes_suite(), "counts": counts_suite()[:1], "trends": trends_suite()}
    queries = [query for table, suite in suites.items() for query in queries_of(suite, f"gate.{table}").values()]
    held: list[HeldForSize] = []
    for night in nights:
        take_sizes(connection, night)
        for table in ("earlier", "tonight"):
            connection.execute(f"create or replace temp table {table} ({NUMBERS})")
        count_lists(connection, sizes_before(night))
        compare(connection, night)
        lay_trends_beside(
            connection,
            sizes_before(night),
            night,
            lambda nights: {(each.list, each.market, each.night) for each in held},
        )
        found: dict[tuple[str, str], list[str]] = {}
        for query in queries:
            for name, market, why in connection.execute(f"select list, market, found from ({query})").fetchall():
                found.setdefault((name, market), []).append(why)
        held.extend(HeldForSize(night, *of, _numbers(why), tuple(why)) for of, why in sorted(found.items()))
    return held


def _numbers(why: Sequence[str]) -> tuple[str, ...]:
    """Which numbers of a list it is held for: rows added, removed or changed, or how many there are."""
    found = (re.search(r"\brows (added|removed|changed)", each) for each in why)
    return tuple(sorted({each[1] if each else SIZE for each in found}))


def held_for_sizes_table(found: Sequence[Sizes]) -> str:
    """How many lists are held, and by which of their numbers."""
    lists, held = sum(each.lists for each in found), [one for each in found for one in each.held]
    lines = ["| lists | held for rows | lists held |", "| ---: | --- | ---: |"]
    for number in ("added", "removed", "changed", SIZE):
        of_number = sum(number in each.numbers for each in held)
        lines.append(f"| {lists:,} | {'that there are' if number == SIZE else number} | {of_number} |")
    lines.append(f"| {lists:,} | of any of these | {len(held)} ({100 * len(held) / lists:.2f} %) |")
    return "\n".join(lines) + "\n"
