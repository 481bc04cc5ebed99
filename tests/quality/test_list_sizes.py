"""How far a list, or a measure in it, may be from what it was, on the SQL that Great Expectations would run."""

from __future__ import annotations

import duckdb
import pytest

from expectations.changes import sizes_suite
from quality.queries import queries_of

AS_LARGE, NOT_EMPTY, NO_REASON_BY_MUCH = (
    "the list is about as large as the last one",
    "the list isn't empty all at once",
    "what landed changes no reason's rows by much",
)


@pytest.mark.parametrize(
    ("before", "rows", "is_far"),
    [
        (1_000, 1_300, False),
        (1_000, 1_301, True),
        (1_000, 699, True),
        # A third of few is chance: 12 more pauses where 16 were left were seen on nights with nothing wrong.
        (16, 28, False),
        (28, 16, False),
        (16, 40, True),
        (60, 92, False),
        (60, 98, True),
        # Fewer than ten rows are no change, whatever their share.
        (1, 10, False),
        (1, 11, True),
    ],
)
def test_a_third_more_or_less_is_far_if_chance_doesnt_do_it(before: int, rows: int, is_far: bool) -> None:
    assert _broken((rows, before, before)) == ({AS_LARGE, NO_REASON_BY_MUCH} if is_far else set())


def test_what_time_ends_is_a_smaller_list_and_no_change_by_what_landed() -> None:
    assert _broken((400, 1_000, 400)) == {AS_LARGE}


@pytest.mark.parametrize(("left", "is_held"), [(2, False), (3, True)])
def test_a_list_that_time_would_have_left_some_rows_isnt_empty(left: int, is_held: bool) -> None:
    assert _broken((0, left, left)) == ({NOT_EMPTY} if is_held else set())


def test_the_first_list_of_a_market_may_be_of_any_size() -> None:
    assert _broken((5_000, 0, 0)) == set()


def test_one_measure_alone_is_far_in_a_list_that_isnt() -> None:
    assert _broken((980, 1_000, 1_000), (40, 10, 10)) == {NO_REASON_BY_MUCH}


def _broken(*measures: tuple[int, int, int]) -> set[str]:
    """The rules that a list breaks; of each measure its rows, those last released, and those that time alone left."""
    with duckdb.connect() as connection:
        connection.execute("create schema gate")
        connection.execute(
            "create table gate.limits as select 'ID' as market, 4.00 as usual_spreads, 0.30 as share_changed"
        )
        connection.execute(
            "create table list_sizes (list varchar, market varchar, programme varchar, measure varchar,"
            " rows bigint, released bigint, left_by_time bigint, by_emergency bigint)"
        )
        connection.execute(
            "create table gate.preapproved_moves"
            " (list varchar, market varchar, programme varchar, measure varchar, rows bigint)"
        )
        connection.executemany(
            "insert into list_sizes values ('penalties', 'ID', 'strikes', ?, ?, ?, ?, 0)",
            [(f"measure {number}", *sizes) for number, sizes in enumerate(measures)],
        )
        queries = queries_of(sizes_suite(), "list_sizes")
        return {rule for rule, query in queries.items() if connection.execute(query).fetchall()}
