"""The first seven nights of a market: fewer aren't usual yet, so that a person sees each before anything of it leaves.

A night counts once it is decided: one on which a list of the market is held doesn't, until somebody has approved it.
Nights that were decided in one go count as well (`evenhand history`): nothing of them was delivered.

In the warehouse: gate.first_nights, a row per market that has fewer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from evenhand.quality.anomalies import ENOUGH, earlier_sizes
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

# What a list is held for in these nights, in words.
_FIRST = f"of the market's first {ENOUGH} nights"


def is_of_first_nights(why: str) -> bool:
    """Whether a list is held for this, and not for anything that is unusual."""
    return _FIRST in why


def lay_first_nights(
    connection: duckdb.DuckDBPyConnection, releases: Path, night: date, *, is_asked: bool
) -> Mapping[tuple[str, str], str]:
    """Write the table; returns the lists that wait for a person, with why.

    Args:
        is_asked: whether a person has to see them; else a setting has accepted them, and nothing is held.
    """
    earlier = earlier_sizes(releases, night)
    nights = _SQL("nights_of_markets", sizes=earlier) if earlier else _SQL("no_nights")
    connection.execute(_SQL("lay_first_nights", nights=nights), {"is_told_alone": not is_asked, "enough": ENOUGH})
    if not is_asked:
        return {}
    found = connection.execute(_SQL("lists_of_first_nights")).fetchall()
    return {
        (name, market): f"{nights} {_FIRST} are decided and approved so far: what is usual of it"
        " isn't known (a person sees the first nights; evenhand history decides some in one go)"
        for name, market, nights in found
    }
