"""A market's file that came on each of the last four nights of this weekday and doesn't is told, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.landing.load import load
from evenhand.landing.window import take
from evenhand.quality.arrivals import find_accounts
from evenhand.quality.candidates import find_markets
from evenhand.quality.gate import Gate
from evenhand.quality.missed_files import missed_files
from landing.feeds import creator, land, land_headers, land_text, night, violation


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Five files of violations on each of four Tuesdays, and a file of which the market isn't known."""
    landing = tmp_path / "landing"
    land_headers(landing, 1)
    land(landing, "creators", 1, [creator("A1", market="ID"), creator("B1", market="TH")])
    for day in (3, 10, 17, 24):
        land(landing, "violations", day, [violation(f"V{day}", "A1")], name="indonesia.csv")
        land(landing, "violations", day, [violation(f"W{day}", "A1")], name="late.csv")
        land(landing, "violations", day, [violation(f"X{day}", "B1")], name="market=TH/rows.csv")
        land(landing, "violations", day, name="market=TH/none.csv")
        land(landing, "violations", day, name="nobodys.csv")
        # A name of its own on each night is none that could be missed.
        land(landing, "violations", day, [violation(f"Y{day}", "B1")], name=f"export-{day}.csv")
    return tmp_path


def _told(home: Path, day: int) -> list[str]:
    warehouse = home / f"{day}.duckdb"
    load(home / "landed.duckdb", home / "landing", night(day))
    take(home / "landed.duckdb", warehouse, night(day))
    gate = Gate("Gate 1", night(day), home / "gate", warehouse)
    gate.execute("create schema candidates")
    gate.execute("create schema arrivals")
    gate.execute("create schema accepted")
    gate.execute("create table candidates.creators as from landing.creators")
    gate.execute("create table accepted.creators as from landing.creators")
    find_markets(gate, ())
    find_accounts(gate)
    try:
        return missed_files(gate, night(day))
    finally:
        gate.close()


def test_each_is_told_by_name_and_market_whatever_else_came_of_its_market(home: Path) -> None:
    land(home / "landing", "violations", 31, [violation("V31", "A1")], name="indonesia.csv")
    land(home / "landing", "violations", 31, [violation("X31", "B1")], name="export-31.csv")
    remedy = (
        "and one did on each of the last four nights of this weekday. Ask the source where it is; if there is nothing"
        " to report, land it with its header alone"
    )
    assert _told(home, 31) == [
        f"violations/night=2026-03-31/late.csv: no file of that name came for ID, {remedy}",
        f"violations/night=2026-03-31/market=TH/none.csv: no file of that name came for TH, {remedy}",
        f"violations/night=2026-03-31/market=TH/rows.csv: no file of that name came for TH, {remedy}",
    ]


def test_one_that_comes_packed_or_cannot_be_used_has_come(home: Path) -> None:
    landing = home / "landing"
    land_text(landing, "violations", 31, "<html>", name="indonesia.csv")
    land(landing, "violations", 31, name="late.csv").rename(landing / "violations" / "night=2026-03-31" / "LATE.CSV")
    land(landing, "violations", 31, name="market=TH/rows.csv")
    land(landing, "violations", 31, name="market=TH/none.csv")
    assert _told(home, 31) == []


def test_three_weeks_are_no_habit_and_another_weekday_has_its_own(home: Path) -> None:
    land(home / "landing", "violations", 30, [violation("V30", "A1")], name="something.csv")
    assert _told(home, 30) == []
    land(home / "landing", "violations", 24, [violation("V24", "A1")], name="else.csv")
    assert _told(home, 24) == []
