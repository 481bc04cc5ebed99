"""Freshness knows how long ago anything came, per feed and market and whatever the gap."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from evenhand.landing.contracts import BY_NAME
from evenhand.landing.load import load
from evenhand.landing.window import take
from evenhand.quality.arrivals import find_silences
from evenhand.quality.candidates import find_markets
from evenhand.quality.gate import Gate
from expectations.feeds import silences_suite
from landing.feeds import creator, land, land_headers, night, query, violation
from quality.queries import queries_of


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Violations of ID each second night until 9 March, of TH each night until 12 March, of MY on two nights."""
    home = tmp_path_factory.mktemp("silences")
    landing = home / "landing"
    land_headers(landing, 1)
    land(landing, "creators", 1, [creator(market, market=market) for market in ("ID", "TH", "MY")])
    for day in range(1, 13):
        markets = [*(["ID"] if day % 2 and day < 10 else []), "TH", *(["MY"] if day < 3 else [])]
        land(landing, "violations", day, [violation(f"{market}{day}", market) for market in markets])
    return home


def _told(home: Path, on: date) -> list[tuple[object, ...]]:
    warehouse = home / f"{on}.duckdb"
    load(home / "landed.duckdb", home / "landing", on)
    take(home / "landed.duckdb", warehouse, on)
    gate = Gate("Gate 1", on, home / "gate", warehouse)
    gate.execute("create schema candidates")
    gate.execute("create schema arrivals")
    find_markets(gate, ())
    find_silences(gate, on)
    gate.close()
    (found,) = queries_of(silences_suite(on), "arrivals.silences").values()
    return query(warehouse, f"select market, found from ({found}) order by all")


def test_nobody_is_told_of_what_is_usual(home: Path) -> None:
    # ID's third day after the 9th: two are usual, and two more are nothing.
    assert _told(home, night(13)) == []


def test_a_market_that_is_silent_for_longer_is_told_beside_others_that_are_not(home: Path) -> None:
    assert _told(home, night(14)) == [
        (
            "ID",
            "nothing of violations has landed since 2026-03-09, 5 days ago, and never before did it take more than 2",
        )
    ]


@pytest.mark.parametrize("days", [8, 40, 400])
def test_no_gap_switches_the_check_off(home: Path, days: int) -> None:
    """Longer than violations are compared, longer than any row of a feed is looked at."""
    assert BY_NAME["violations"].happened_on
    on = night(12) + timedelta(days=days)
    assert _told(home, on) == [
        (
            "ID",
            f"nothing of violations has landed since 2026-03-09, {days + 3} days ago, and never before did it take"
            " more than 2",
        ),
        (
            "TH",
            f"nothing of violations has landed since 2026-03-12, {days} days ago, and never before did it take more"
            " than 1",
        ),
    ]
