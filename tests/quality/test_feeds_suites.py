"""The limits of gate 1, on their SQL: what Great Expectations would run, without a run of it."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pytest

from evenhand.landing.contracts import APPEALS, CREATORS, METRICS, VIOLATIONS, Contract
from expectations.feeds import RecentNights, arrivals_suite, row_suite
from landing.feeds import night
from quality.queries import queries_of

QUIET = RecentNights(night(29), largest=0, always_a_file=False, always_rows=False)
FIRST = RecentNights(night(29), largest=None, always_a_file=False, always_rows=False)


@pytest.mark.parametrize(
    ("good", "bad", "stops"),
    [(0, 19, False), (0, 20, True), (20, 20, False), (20, 21, True), (100_000, 99_999, False)],
)
def test_bad_rows_stop_a_night_when_they_are_many_and_more_than_the_good_ones(good: int, bad: int, stops: bool) -> None:
    assert bool(_failing("bad rows", FIRST, good, bad)) is stops


@pytest.mark.parametrize(
    ("largest", "rows", "stops"),
    [(0, 10_000, False), (0, 10_001, True), (500, 10_001, True), (501, 10_020, False), (501, 10_021, True)],
)
def test_too_many_rows_stop_a_night(largest: int, rows: int, stops: bool) -> None:
    recent = RecentNights(night(29), largest=largest, always_a_file=False, always_rows=False)
    assert bool(_failing("at most", recent, rows, 0)) is stops


def test_the_first_night_of_a_feed_may_be_of_any_size() -> None:
    assert [str(each.meta["rule"]) for each in arrivals_suite(CREATORS, FIRST) if each.meta] == [
        "at most 50% bad rows in a night"
    ]


def test_what_never_was_every_week_is_not_missed() -> None:
    rules = [str(each.meta["rule"]) for each in arrivals_suite(CREATORS, QUIET) if each.meta]
    assert rules == ["at most 50% bad rows in a night", "at most 10000 rows in a night"]


@pytest.mark.parametrize(
    ("value", "is_a_day"),
    [
        ("2026-02-28", True),
        ("2024-02-29", True),
        ("0001-01-01", True),
        ("2026-02-29", False),
        ("2026-2-28", False),
        ("20260228", False),
        ("2026/02/28", False),
        ("28.02.2026", False),
        ("2026-02-28 10:00:00", False),
        ("2026-02-28T10:00:00Z", False),
        (" 2026-02-28", False),
        ("infinity", False),
        ("-infinity", False),
        ("epoch", False),
        ("0044-03-15 (BC)", False),
        ("today", False),
        ("-026-02-28", False),
    ],
)
def test_a_day_has_one_spelling(value: str, is_a_day: bool) -> None:
    assert _is_bad(APPEALS, "filed_on is a day", "filed_on", value) is not is_a_day


@pytest.mark.parametrize(
    ("value", "is_a_number"),
    [
        ("0", True),
        ("-0", True),
        ("007", True),
        ("-12.5", True),
        ("7.0", True),
        ("99999999999999.9999", True),
        ("-99999999999999.9999", True),
        ("100000000000000", False),
        ("0.00001", False),
        ("7.50000", False),
        ("1.2.3", False),
        (".5", False),
        ("5.", False),
        ("+5", False),
        ("--5", False),
        ("-", False),
        ("1,5", False),
        ("1 000", False),
        (" 5", False),
        ("5\n", False),
        ("1e5", False),
        ("5%", False),
        ("٣", False),
        ("nan", False),
        ("infinity", False),
        ("true", False),
    ],
)
def test_a_number_is_digits_and_fits_a_decimal(value: str, is_a_number: bool) -> None:
    assert _is_bad(METRICS, "value is a number", "value", value) is not is_a_number
    if is_a_number:
        with duckdb.connect() as connection:
            connection.execute("select cast(? as decimal(18, 4))", [value])


@pytest.mark.parametrize(("value", "is_a_number"), [("7.25", True), ("7.250", False), ("7.255", False)])
def test_points_with_more_decimals_than_a_ledger_keeps_are_never_rounded(value: str, is_a_number: bool) -> None:
    assert _is_bad(VIOLATIONS, "points is a number", "points", value) is not is_a_number


def test_every_rule_has_a_remedy_and_a_name_of_its_own() -> None:
    suite = [*row_suite(APPEALS), *arrivals_suite(APPEALS, RecentNights(night(29), 1, True, True))]
    metas = [each.meta or {} for each in suite]
    assert all(meta["remedy"] for meta in metas)
    assert len({meta["rule"] for meta in metas}) == len(metas)


def _failing(rule: str, recent: RecentNights, good: int, bad: int) -> Sequence[tuple[object, ...]]:
    (query,) = [
        query
        for name, query in queries_of(arrivals_suite(CREATORS, recent), "arrivals").items()
        if rule in name and ("bad" in name) == ("bad" in rule)
    ]
    with duckdb.connect() as connection:
        connection.execute(
            "create table arrivals as"
            " select 'f' as landed_file, i as landed_row, if(i <= ?, 'kind: wrong', null) as problem"
            " from range(1, ? + 1) as rows (i)",
            [bad, good + bad],
        )
        return connection.execute(query).fetchall()


def _is_bad(contract: Contract, rule: str, column: str, value: str) -> bool:
    query = queries_of(row_suite(contract), "rows")[rule]
    with duckdb.connect() as connection:
        connection.execute(f"create table rows as select 'f' as landed_file, 1 as landed_row, ? as {column}", [value])
        return bool(connection.execute(query).fetchall())
