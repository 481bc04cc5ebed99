"""What gate 2 says that it would see is what it sees."""

from __future__ import annotations

import math
from collections.abc import Iterator

import duckdb
import numpy as np
import pytest

from evenhand.quality.power import lay_power, power_said

LIMIT = 4


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema gate")
        connection.execute(
            "create table gate.limits as select 'ID' as market, cast(4 as decimal(18, 2)) as usual_spreads"
        )
        connection.execute(
            "create table gate.list_sizes as select unnest(['penalties', 'rewards']) as list, 'ID' as market"
        )
        connection.execute(
            "create table gate.counts (kind varchar, market varchar, measure varchar, what varchar, expected bigint,"
            " baseline double, spread double)"
        )
        yield connection


def lay(connection: duckdb.DuckDBPyConnection, usual: float, spread: float) -> int:
    connection.execute(
        "insert into gate.counts values ('penalties', 'ID', '', 'added', ?, ?, ?)",
        [round(usual), 2 * math.sqrt(usual + 0.375), spread],
    )
    lay_power(connection)
    ((held_from,),) = connection.execute("select held_from from gate.power where list = 'penalties'").fetchall()
    return int(held_from)


def test_the_smallest_rise_is_worked_out_by_hand(connection: duckdb.DuckDBPyConnection) -> None:
    # 2 √20.375 = 9.0277; and 4.8416 spreads are 13.8693, of which half, squared, is 48.09; less 3/8.
    assert lay(connection, 20, 1) == 48
    assert power_said(connection) == (
        "Rows added in a night that would be held with 80 %: penalties of ID from 48 on where 20 are usual."
    )


def test_a_list_of_which_too_few_nights_are_known_says_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    lay_power(connection)

    assert connection.execute("from gate.power order by list").fetchall() == [
        ("penalties", "ID", None, None), ("rewards", "ID", None, None)
    ]  # fmt: skip
    assert power_said(connection) == ""


@pytest.mark.parametrize("usual", [0, 1, 5, 50, 500])
def test_a_rise_of_that_size_is_held_four_times_in_five(connection: duckdb.DuckDBPyConnection, usual: int) -> None:
    drawn = np.random.default_rng(usual).poisson(lay(connection, usual, 1), 20_000)

    away = 2 * np.sqrt(drawn + 0.375) - 2 * math.sqrt(usual + 0.375)
    assert 0.77 < float(np.mean(away > LIMIT)) < 0.88
