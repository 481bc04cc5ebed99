"""What is usual on real nights, whose floods are their own, and what of a wrong one isn't."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest

from evenhand.landing.takedowns import land_takedowns
from evenhand.local.installation import TAKEDOWNS
from evenhand.quality.anomalies import LANDINGS, NUMBERS, compare
from evenhand.settings import PROJECT

LIMIT = 4


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[date, int]]:
    """Rows that landed of the real history, by feed and night."""
    folder = tmp_path_factory.mktemp("landing")
    land_takedowns(PROJECT / TAKEDOWNS, folder)
    return {
        feed: {
            date.fromisoformat(path.parent.name.removeprefix("night=")): len(path.read_bytes().splitlines()) - 1
            for path in sorted((folder / feed).glob("night=*/*.csv"))
        }
        for feed in ("creators", "contents", "violations")
    }


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema gate")
        yield connection


def z_score(connection: duckdb.DuckDBPyConnection, earlier: dict[date, int], night: date, number: int) -> float:
    """How unusual a number of one feed of one market is."""
    for table, numbers in {"earlier": earlier, "tonight": {night: number}}.items():
        connection.execute(f"create or replace temp table {table} ({NUMBERS})")
        connection.executemany(
            f"insert into {table} values ('feed', 'events that landed', 'world', '', '', ?, ?)", list(numbers.items())
        )
    compare(connection, night)
    (found,) = connection.execute("select cast(z_score as double) from gate.counts").fetchall()
    return float(found[0])


def before(numbers: dict[date, int], night: date) -> dict[date, int]:
    return {each: number for each, number in numbers.items() if night - timedelta(LANDINGS) <= each < night}


@pytest.mark.real
def test_real_nights_are_seldom_unusual(
    connection: duckdb.DuckDBPyConnection, landed: dict[str, dict[date, int]]
) -> None:
    judged, unusual = 0, Counter[date]()
    for numbers in landed.values():
        first = min(numbers)
        for night, number in numbers.items():
            if night > first + timedelta(LANDINGS):
                judged += 1
                unusual[night] += abs(z_score(connection, before(numbers, night), night, number)) > LIMIT

    assert judged > 500
    # The flood of 27 March is one: 70 times what is usual.
    held = sorted(night for night, times in unusual.items() if times)
    assert date(2026, 3, 27) in held
    assert len(held) <= 0.03 * judged / len(landed)


@pytest.mark.parametrize("wrong", [0.55, 2])
def test_half_or_twice_of_what_a_steady_market_sends_is_unusual(
    connection: duckdb.DuckDBPyConnection, wrong: float
) -> None:
    night = date(2026, 8, 20)
    numbers = {night - timedelta(days): 400 + 17 * (days % 5) for days in range(1, LANDINGS + 1)}

    assert abs(z_score(connection, numbers, night, 430)) < LIMIT
    assert abs(z_score(connection, numbers, night, int(430 * wrong))) > LIMIT


def test_two_wrong_nights_dont_hide_a_third(connection: duckdb.DuckDBPyConnection) -> None:
    night = date(2026, 8, 20)
    numbers = {night - timedelta(days): 400 + 17 * (days % 5) for days in range(1, LANDINGS + 1)}
    for days in (1, 9):
        numbers[night - timedelta(days)] *= 10

    assert abs(z_score(connection, numbers, night, 4300)) > LIMIT
    assert abs(z_score(connection, numbers, night, 240)) > LIMIT
