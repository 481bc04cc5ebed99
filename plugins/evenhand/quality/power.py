"""What gate 2 would see: of each list and market, the smallest rise of what is added that it would hold with 80 %.

First how few rows added tonight would be held, by whichever test of that number is beyond its limit first: tonight's
alone (`anomalies.py`), or together with the nights before (`windows.py`). Then how many have to be usual for that many
to come on four nights of five: by chance, or where nights differ more than by chance, as a negative binomial number
that differs as much (a chance whose rate differs, too); by how much they differ is known less well where fewer than
fifty rows are usual. Where few rows are usual, that is many times as many: a gate that holds nothing of such a list
says nothing of it.

In the warehouse: gate.power, a row per list and market; without numbers where fewer than seven nights are known.
"""

from __future__ import annotations

import duckdb
from scipy.special import betainc, gammainc

from evenhand.quality.anomalies import lay_scale
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

HELD_WITH = 0.8
# No list is added so many rows in a night.
_FURTHEST = 2**40
# Nights that differ by less than this beyond chance differ by chance.
_BEYOND_CHANCE = 1.0001


def lay_power(connection: duckdb.DuckDBPyConnection) -> None:
    """Write gate.power, from gate.list_sizes, gate.counts, gate.fewest_risen and gate.limits."""
    lay_scale(connection)
    connection.execute(_SQL("create_power"))
    for name, market, expected, fewest, spread in connection.execute(
        _SQL("fewest_beyond"), {"furthest": _FURTHEST}
    ).fetchall():
        if fewest < _FURTHEST:
            held_from = usual_for(fewest, spread)
            connection.execute(
                _SQL("power"), {"list": name, "market": market, "expected": expected, "held_from": held_from}
            )


def usual_for(fewest: int, spread: float) -> int:
    """The usual number of which a night has at least so many with 80 %, as nearly as a whole number can say.

    Args:
        spread: how many times as much as by chance nights differ.
    """
    below, enough = 0, 1
    while _share_of_nights(fewest, enough, spread) < HELD_WITH:
        below, enough = enough, 2 * enough
    while enough - below > 1:
        middle = (below + enough) // 2
        if _share_of_nights(fewest, middle, spread) < HELD_WITH:
            below = middle
        else:
            enough = middle
    return min(below, enough, key=lambda usual: abs(_share_of_nights(fewest, usual, spread) - HELD_WITH))


def _share_of_nights(fewest: int, usual: int, spread: float) -> float:
    """Of nights with so many rows usually, those that have at least that many."""
    if usual == 0 or fewest <= 0:
        return float(fewest <= 0)
    if spread < _BEYOND_CHANCE:
        return float(gammainc(fewest, usual))
    return float(betainc(fewest, usual / (spread**2 - 1), 1 - spread**-2))


def power_said(connection: duckdb.DuckDBPyConnection) -> str:
    """The same in a sentence for people, of lists of which enough is known."""
    said = [
        f"{name} of {market} from {held_from:,} on where {expected:,} {'is' if expected == 1 else 'are'} usual"
        for name, market, expected, held_from in connection.execute(
            "from gate.power where held_from is not null order by market, list"
        ).fetchall()
    ]
    return f"Rows added in a night that would be held with 80 %: {'; '.join(said)}." if said else ""
