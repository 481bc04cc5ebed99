"""Rises and falls of lists that last, and drifts, over the nights that were released: see `windows.py` for the rule.

In the warehouse:

    gate.trends        a row per list, market, programme, measure, number and window
    gate.fewest_risen  a row per list and market of which enough nights are known: how few rows added tonight would be a
                       rise beyond its limit, and how many times as much as by chance its nights differ
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from evenhand.quality.anomalies import ENOUGH, RELEASES, earlier_sizes
from evenhand.quality.windows import WEEK, Numbers, trends
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.manifest import OtherFormat, read_manifest

_SQL = SqlFile(__file__)


def lay_trends(connection: duckdb.DuckDBPyConnection, releases: Path, night: date) -> None:
    """Write the tables, from gate.list_sizes, gate.limits and the sizes of lists of the releases before."""
    # Twice as many nights as are compared: which of these were seen hangs on those before them.
    sizes = earlier_sizes(releases, night, 2 * RELEASES)
    lay_trends_beside(connection, sizes, night, lambda nights: _approved(releases, nights))


def lay_trends_beside(
    connection: duckdb.DuckDBPyConnection,
    sizes: Sql,
    night: date,
    approved_on: Callable[[Sequence[date]], AbstractSet[tuple[str, str, date]]],
) -> None:
    """The same, beside the sizes of lists on any earlier nights.

    Args:
        sizes: SQL of them, with `night` and `is_held`; empty where there are none.
        approved_on: the lists that were held on some nights and that somebody approved: list, market and night.
    """
    connection.execute(_SQL("create_trends"))
    connection.execute(_SQL("create_fewest_risen"))
    keys, series, nights = _series(connection, sizes, night)
    if len(nights) <= ENOUGH:
        return
    limits: dict[str, float] = {
        market: float(spreads)
        for market, spreads in connection.execute("select market, usual_spreads from gate.limits").fetchall()
    }
    approved = approved_on(nights[:-1])
    weekdays = np.array([each.isoweekday() % WEEK for each in nights])
    rows = []
    for group in sorted({key[:2] for key in keys}):
        of_group = [number for number, key in enumerate(keys) if key[:2] == group]
        known = series[of_group]
        of_markets = np.array([limits.get(keys[number][2], np.inf) for number in of_group])
        of_lists = np.array([not keys[number][4] for number in of_group])
        was_approved = np.array([[(keys[at][0], keys[at][2], each) in approved for each in nights] for at in of_group])
        all_found = trends(known, weekdays, of_markets, of_lists, was_approved, asks_early=group[1] == "added")
        fewest = np.min([found.fewest_beyond(known[:, -1]) for found in all_found], axis=0)
        for at, number in enumerate(of_group):
            if group[1] == "added" and of_lists[at] and np.isfinite(fewest[at]):
                spread = float(all_found[0].compared.spreads[at])
                connection.execute(
                    "insert into gate.fewest_risen values (?, ?, ?, ?)",
                    [group[0], keys[number][2], int(fewest[at]), spread],
                )
        for found in all_found:
            window, usual = found.window, found.compared.usual
            for at, number in enumerate(of_group):
                if found.is_whole[at] and np.isfinite(found.limit[at]):
                    numbers = (round(found.seen[at]), round(usual[at]))
                    spreads = (round(found.z[at], 2), round(found.limit[at], 3))
                    rows.append([*keys[number], window.nights, window.is_drift, *numbers, *spreads])
    if rows:
        # Column by column: row by row they take a hundred times as long.
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(f"insert into gate.trends select {', '.join(['unnest(?)'] * len(columns))}", columns)


def _approved(releases: Path, nights: Sequence[date]) -> set[tuple[str, str, date]]:
    """The lists that were held and that somebody approved: list, market and night."""
    found = set()
    for night in nights:
        try:
            manifest = read_manifest((releases / f"night={night}").resolve())
        except (FileNotFoundError, OtherFormat):
            continue
        found |= {(each.list, each.market, night) for each in manifest.held_lists if each.answer == "approved"}
    return found


def _series(
    connection: duckdb.DuckDBPyConnection, sizes: Sql, night: date
) -> tuple[list[tuple[str, ...]], Numbers, Sequence[date]]:
    """Every number by night, tonight's last, of which enough nights are known.

    The first night of a market is left out, which adds all its rows.
    """
    if not sizes:
        return [], np.empty((0, 0)), []
    numbers = connection.execute(_SQL("series", sizes=sizes), {"night": night})
    found: list[tuple[Any, ...]] = numbers.fetchall()
    # A list without a row and without one to compare it with has no line at all.
    nights = sorted({night, *(row[5] for row in found)})
    keys = sorted({row[:5] for row in found})
    at = {each: number for number, each in enumerate(keys)}
    column = {each: number for number, each in enumerate(nights)}
    series = np.full((len(keys), len(nights)), np.nan)
    for *key_of, of_night, number in found:
        series[at[tuple(key_of)], column[of_night]] = number
    is_known = ~np.isnan(series[:, -1]) & ((~np.isnan(series[:, :-1])).sum(axis=1) >= ENOUGH)
    return [each for each in keys if is_known[at[each]]], series[is_known], nights
