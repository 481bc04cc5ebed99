"""What gate 2 says that it would see is what it sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import numpy as np
import pytest

from evenhand.quality.anomalies import NUMBERS, compare
from evenhand.quality.power import lay_power, power_said, usual_for
from evenhand.quality.trends import lay_trends_beside
from evenhand.records.sql_files import Sql
from expectations.changes import counts_suite, trends_suite

NIGHT = date(2026, 3, 10)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema gate")
        connection.execute(
            "create table gate.limits as select 'ID' as market, cast(4 as decimal(18, 2)) as usual_spreads"
        )
        yield connection


def lay(connection: duckdb.DuckDBPyConnection, earlier: list[int], tonight: int = 0) -> int | None:
    """Have so many rows come to the penalties of a market on the nights before and tonight; what is said of that."""
    connection.execute(f"create or replace temp table earlier ({NUMBERS})")
    connection.execute(f"create or replace temp table tonight ({NUMBERS})")
    nights = [NIGHT - timedelta(days) for days in range(len(earlier), 0, -1)]
    connection.execute(
        "insert into earlier select 'penalties', 'added', 'ID', '', '', unnest(?), unnest(?)", [nights, earlier]
    )
    connection.execute("insert into tonight values ('penalties', 'added', 'ID', '', '', null, ?)", [tonight])
    connection.execute(
        f"""create or replace table gate.list_sizes as
        select 'penalties' as list, 'ID' as market, 'p' as programme, 'm' as measure, {tonight} as added,
            0 as removed, 0 as changed"""
    )
    compare(connection, NIGHT)
    # The first night of all is left out, which adds all that there is.
    sizes = """(select 'penalties' as list, 'ID' as market, 'p' as programme, 'm' as measure, night, number as added,
        0 as removed, 0 as changed, false as is_held from earlier
        union all select 'penalties', 'ID', 'p', 'm', min(night) - 1, 0, 0, 0, false from earlier)"""
    lay_trends_beside(connection, Sql(sizes), NIGHT, lambda _: frozenset())
    lay_power(connection)
    ((held_from,),) = connection.execute("select held_from from gate.power where list = 'penalties'").fetchall()
    return None if held_from is None else int(held_from)


def is_held(connection: duckdb.DuckDBPyConnection, earlier: list[int], tonight: int) -> bool:
    """Whether gate 2 holds the list for the number of rows added, as its suites ask."""
    lay(connection, earlier, tonight)
    queries = [
        each.configuration.kwargs["unexpected_rows_query"].replace("{batch}", f"gate.{table}")
        for table, suite in (("counts", counts_suite()[:1]), ("trends", trends_suite()))
        for each in suite
    ]
    return any(
        connection.execute(f"select 1 from ({query}) where found not like 'Of %'").fetchall() for query in queries
    )


def test_the_smallest_rise_is_worked_out_by_hand(connection: duckdb.DuckDBPyConnection) -> None:
    # 56 nights of 20 rows, and tonight's: of 1,120 + n rows, n or more are tonight's by a chance of 1 in 57 each. That
    # is 2.8 spreads away, one time in 391, from 35 on: 35 or more of 1,155 are it one time in 600, 34 of 1,154 one
    # time in 337. 40 usual rows are 35 or more by chance with 80.6 %, and 39 with 76.1 %.
    assert lay(connection, [20] * 56) == 40
    assert power_said(connection) == (
        "Rows added in a night that would be held with 80 %: penalties of ID from 40 on where 20 are usual."
    )


@pytest.mark.parametrize(
    ("expected", "nights", "said"),
    [
        (1, 1, "rows added tonight: 10 where 1 is usual, which chance brings on one night of 1,000,000 at most"),
        (
            20,
            3,
            "rows added over the last 3 nights: 10 where 20 are usual, which chance brings on one night of 1,000,000 at"
            " most",
        ),
    ],
)
def test_what_is_usual_is_said_of_one_and_of_several(expected: int, nights: int, said: str) -> None:
    row = f"""select 'penalties' as list, 'penalties' as kind, 'ID' as market, '' as programme, '' as measure,
        'added' as what, {nights} as nights, 10 as number, {expected} as expected, 5 as z_score, 3 as most_spreads,
        false as is_drift"""
    trends, counts = (
        suite[0].configuration.kwargs["unexpected_rows_query"].replace("{batch}", f"({row})")
        for suite in (trends_suite(), counts_suite())
    )
    with duckdb.connect() as connection:
        connection.execute("create schema gate")
        connection.execute("create table gate.limits as select 'ID' as market, 3 as usual_spreads")
        assert connection.execute(f"select found from ({trends})").fetchall() == [(said,)]
        ((of_counts,),) = connection.execute(f"select found from ({counts})").fetchall()
    assert of_counts == f"rows added: {said.partition(': ')[2]}"


def test_a_list_of_which_too_few_nights_are_known_says_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    assert lay(connection, [20] * 6) is None
    assert power_said(connection) == ""


@pytest.mark.parametrize(("usual", "differ"), [(0.5, 1), (5, 1), (50, 1), (500, 1), (50, 2)])
def test_a_rise_of_that_size_is_held_four_times_in_five(
    connection: duckdb.DuckDBPyConnection, usual: float, differ: float
) -> None:
    chance = np.random.default_rng(round(10 * usual))

    def drawn(mean: float, many: int) -> list[int]:
        numbers = (
            chance.poisson(mean, many)
            if differ == 1
            else chance.negative_binomial(mean / (differ**2 - 1), differ**-2, many)
        )
        return [int(each) for each in numbers]

    earlier = drawn(usual, 56)
    said = lay(connection, earlier)
    assert said is not None
    tonight = np.array(drawn(said, 50_000))
    # From which number on it is held, by asking the suites of one number after the other, from near it.
    held = int(np.quantile(tonight, 0.2))
    while not is_held(connection, earlier, held):
        held += 1
    while is_held(connection, earlier, held - 1):
        held -= 1

    assert 0.75 <= float(np.mean(tonight >= held)) <= 0.85


@pytest.mark.parametrize("spread", [1.0, 1.5, 3.0])
@pytest.mark.parametrize("fewest", [2, 5, 30, 1_000])
def test_a_usual_number_has_so_many_on_four_nights_of_five(fewest: int, spread: float) -> None:
    usual = usual_for(fewest, spread)
    # A rate that is itself spread as the gamma distribution has it, so that the numbers are spread by that much.
    chance = np.random.default_rng(fewest)
    excess = spread**2 - 1
    rates = chance.gamma(usual / excess, excess, 50_000) if excess else np.full(50_000, usual)

    assert 0.75 <= float(np.mean(chance.poisson(rates) >= fewest)) <= 0.85
