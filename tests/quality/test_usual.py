"""What is usual on real nights, whose floods are their own, and what of a wrong one isn't."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import numpy as np
import pytest
from scipy.stats import norm, poisson

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


@pytest.mark.real
def test_real_nights_are_seldom_unusual(
    connection: duckdb.DuckDBPyConnection, landed: dict[str, dict[date, int]]
) -> None:
    # Each night of each feed is compared as a thing of its own, all in one go: what lies so many days before it.
    tonight = date(2026, 8, 20)
    of_night: dict[str, date] = {}
    earlier: list[tuple[str, date, int]] = []
    numbers_of_tonight: list[tuple[str, date, int]] = []
    for feed, numbers in landed.items():
        for night, number in numbers.items():
            if night > min(numbers) + timedelta(LANDINGS):
                what = f"{feed} that landed on {night}"
                of_night[what] = night
                numbers_of_tonight.append((what, tonight, number))
                earlier += [
                    (what, tonight - (night - each), before)
                    for each, before in numbers.items()
                    if night - timedelta(LANDINGS) <= each < night
                ]
    for table, rows in {"earlier": earlier, "tonight": numbers_of_tonight}.items():
        whats, nights, counts = (list(column) for column in zip(*rows, strict=True))
        connection.execute(f"create or replace temp table {table} ({NUMBERS})")
        connection.execute(
            f"insert into {table} select 'feed', unnest($whats), 'world', '', '', unnest($nights), unnest($counts)",
            {"whats": whats, "nights": nights, "counts": counts},
        )
    compare(connection, tonight)
    found = connection.execute("select what, cast(z_score as double) from gate.counts").fetchall()
    assert {what for what, _ in found} == of_night.keys()
    judged, unusual = len(found), Counter[date]()
    for what, z in found:
        unusual[of_night[what]] += abs(z) > LIMIT

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


def test_a_number_is_as_far_away_as_chance_makes_it_seldom(connection: duckdb.DuckDBPyConnection) -> None:
    """Nothing where nine are usual is done by chance once in 8,000 nights, and four spreads once in 30,000."""
    night = date(2026, 8, 20)
    compared = [(usual, number) for usual in (0, 1, 4, 9, 60) for number in range(150)]
    _lay(connection, "earlier", [(usual, number, usual) for usual, number in compared], night, LANDINGS - 1)
    _lay(connection, "tonight", [(usual, number, number) for usual, number in compared], night)

    compare(connection, night)

    found = {
        (int(usual), int(number)): float(z)
        for usual, number, z in connection.execute("select programme, market, z_score from gate.counts").fetchall()
    }
    assert found.keys() == set(compared)
    spread = np.sqrt(1 + np.pi / 2 / (LANDINGS - 1))
    for (usual, number), z in found.items():
        mean = usual + 1 / 3 if usual else np.log(2)
        tail = poisson.sf(number - 1, mean) if number > mean else poisson.cdf(number, mean)
        if tail > 1e-9:
            assert abs(z) == pytest.approx(max(-norm.ppf(tail), 0) / spread, abs=0.03)
        assert z == 0 or (z > 0) == (number > mean)
    assert -LIMIT < found[9, 0] < -3.5


def test_counts_of_chance_are_as_seldom_unusual_as_the_limit_says(connection: duckdb.DuckDBPyConnection) -> None:
    """Of 30,000 numbers of a night, after nights of which four are of its weekday, and after one less."""
    chance, night, usual = np.random.default_rng(1), date(2026, 8, 20), (3, 7, 9, 12, 20)
    for known in (LANDINGS - 1, LANDINGS):
        numbers = chance.poisson(np.repeat(usual, 3_000), (known + 1, 15_000))
        for table, nights in {"earlier": range(1, known + 1), "tonight": range(1)}.items():
            connection.execute(f"create or replace temp table {table} ({NUMBERS})")
            for days in nights:
                connection.execute(
                    f"insert into {table} select 'penalties', 'added', 'm' || row_number() over (), '', '', $night,"
                    " unnest($numbers)",
                    {"night": night - timedelta(days), "numbers": numbers[days].tolist()},
                )

        compare(connection, night)

        ((unusual, compared),) = connection.execute(
            "select count(*) filter (abs(z_score) > $limit), count(*) from gate.counts", {"limit": LIMIT}
        ).fetchall()
        assert compared == 15_000
        # By the normal distribution one.
        assert unusual <= 3


@pytest.mark.parametrize(("usual", "regularity"), [(100, 6), (400, 6), (2000, 6), (100, 12), (400, 12), (2000, 12)])
def test_that_nothing_came_is_unusual_of_nights_that_spread_more_than_chance_too(
    connection: duckdb.DuckDBPyConnection, usual: int, regularity: int
) -> None:
    """Of 300 markets whose numbers are negatively binomial; as they are, few are unusual."""
    chance, night, markets = np.random.default_rng(usual + regularity), date(2026, 8, 20), 300
    share = regularity / (regularity + usual)
    numbers = chance.negative_binomial(regularity, share, (LANDINGS + 1, markets))
    connection.execute(f"create or replace temp table earlier ({NUMBERS})")
    connection.execute(f"create or replace temp table tonight ({NUMBERS})")
    into = "select 'penalties', $what, 'm' || row_number() over (), '', '', $night, unnest($numbers)"
    for days in range(1, LANDINGS + 1):
        for what in ("as ever", "nothing"):
            connection.execute(
                f"insert into earlier {into}",
                {"what": what, "night": night - timedelta(days), "numbers": numbers[days].tolist()},
            )
    for what, tonight in (("as ever", numbers[0].tolist()), ("nothing", [0] * markets)):
        connection.execute(f"insert into tonight {into}", {"what": what, "night": night, "numbers": tonight})

    compare(connection, night)

    unusual = dict(
        connection.execute(
            "select what, count(*) filter (abs(z_score) > $limit) from gate.counts group by what", {"limit": LIMIT}
        ).fetchall()
    )
    assert unusual["nothing"] >= 0.95 * markets
    assert unusual["as ever"] <= 0.02 * markets


def _lay(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    numbers: list[tuple[int, int, int]],
    night: date,
    nights_before: int = 0,
) -> None:
    """A number by programme and market, on a night, or the same on each of some nights before it."""
    connection.execute(f"create or replace temp table {table} ({NUMBERS})")
    programmes, markets, values = (list(column) for column in zip(*numbers, strict=True))
    for days in range(1, nights_before + 1) if nights_before else range(1):
        connection.execute(
            f"insert into {table} select 'penalties', 'added', unnest($markets), unnest($programmes), '', $night,"
            " unnest($values)",
            {"markets": markets, "programmes": programmes, "night": night - timedelta(days), "values": values},
        )
