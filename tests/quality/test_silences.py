"""Freshness knows how long ago anything came, per feed and market and whatever the gap."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from evenhand.landing.contracts import BY_NAME, FEEDS
from evenhand.landing.load import load
from evenhand.landing.window import take
from evenhand.quality.arrivals import find_accounts, find_arrivals, find_silences, find_usual
from evenhand.quality.candidates import find_markets
from evenhand.quality.gate import Gate
from evenhand.quality.late_files import find_late_files
from expectations.feeds import arrivals_suite, silences_suite
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


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-four violations each of ID and TH on each night of four weeks."""
    home = tmp_path_factory.mktemp("many")
    landing = home / "landing"
    land_headers(landing, 1)
    land(landing, "creators", 1, [creator(market, market=market) for market in ("ID", "TH")])
    for day in range(1, 29):
        rows = [violation(f"{market}{day}-{n}", market) for market in ("ID", "TH") for n in range(24)]
        land(landing, "violations", day, rows)
    return home


MANY, FRESH = "rows on a night that always has many", "rows that are fresh"


def _held(home: Path, on: date, *files: str, rule: str = MANY) -> list[tuple[object, ...]]:
    """What a rule finds of violations on a night on which one of TH landed, and files without rows by these names."""
    tonight = home / "landing" / "violations" / f"night={on}"
    header = (home / "landing" / "violations" / f"night={night(1)}" / "rows.csv").read_text().splitlines()[0]
    columns = header.split(",")
    row = violation(f"TH{on}", "TH")
    texts = {"th.csv": f"{header}\n{','.join(row.get(name, '') for name in columns)}\n"}
    for name, text in (texts | {name: f"{header}\n" for name in files}).items():
        (tonight / name).parent.mkdir(parents=True, exist_ok=True)
        (tonight / name).write_text(text)
    warehouse = home / f"{on}.duckdb"
    try:
        load(home / "landed.duckdb", home / "landing", on)
        take(home / "landed.duckdb", warehouse, on)
        gate = Gate("Gate 1", on, home / "gate", warehouse)
        for schema in ("candidates", "arrivals", "accepted", "quarantine"):
            gate.execute(f"create schema {schema}")
        for contract in FEEDS:
            gate.execute(f"create table candidates.{contract.feed} as from landing.{contract.feed}")
        gate.execute("create table accepted.creators as from landing.creators")
        gate.execute(
            "create table quarantine.bad (feed varchar, landed_file varchar, landed_row bigint, column_name varchar,"
            " rule varchar)"
        )
        find_markets(gate, ())
        find_accounts(gate)
        find_late_files(gate, on, None)
        find_usual(gate, on)
        find_arrivals(gate, BY_NAME["violations"], on)
        gate.close()
        queries = queries_of(arrivals_suite(BY_NAME["violations"], on), "arrivals.violations")
        return query(warehouse, f"select market, found from ({queries[rule]}) order by all")
    finally:
        shutil.rmtree(tonight)
        for left in ("landed.duckdb", f"{on}.duckdb", "kept"):
            path = home / left
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("days", [1, 7])
def test_rows_that_always_come_and_do_not_hold_their_market(many: Path, days: int) -> None:
    assert _held(many, night(28) + timedelta(days)) == [
        (
            "ID",
            "no row of violations landed, and at least 24 did on each of the last four nights of this weekday",
        )
    ]


@pytest.mark.parametrize("days", [8, 40, 400])
def test_they_hold_it_however_long_they_do_not_come(many: Path, days: int) -> None:
    assert _held(many, night(28) + timedelta(days)) == [
        (
            "ID",
            "no row of violations has landed since 2026-03-28, and at least 24 did on each of the four nights of this"
            " weekday before; a header alone in a folder market=… of it says that there are none",
        )
    ]


def test_after_a_week_a_file_of_the_market_without_rows_says_that_there_are_none(many: Path) -> None:
    assert _held(many, night(28) + timedelta(8), "market=id/none.csv") == []
    # Of everybody, or of another market, it says nothing of ID; nor does it in the first week, for it may be a fault.
    assert _held(many, night(28) + timedelta(8), "none.csv", "market=TH/none.csv")
    assert _held(many, night(28) + timedelta(7), "market=id/none.csv")


def test_whether_rows_are_fresh_is_seen_after_any_gap(many: Path) -> None:
    """All are decided on 1 January, so that those of 28 March were 86 days old."""
    assert _held(many, night(28) + timedelta(2), rule=FRESH) == []
    said = "the newest row of violations is of 2026-01-01, and in the {} it was at most 86 days old when it landed"
    assert _held(many, night(28) + timedelta(3), rule=FRESH) == [("TH", said.format("last 28 nights"))]
    for days in (40, 400):
        found = _held(many, night(28) + timedelta(days), rule=FRESH)
        assert found == [("TH", said.format("28 nights until 2026-03-28"))]
