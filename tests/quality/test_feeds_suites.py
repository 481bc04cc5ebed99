"""The limits of gate 1, on their SQL: what Great Expectations would run, without a run of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import duckdb
import pytest

from evenhand.landing.contracts import APPEALS, CREATORS, METRICS, QA_REVIEWS, VIOLATIONS, Contract
from expectations.feeds import arrivals_suite, row_suite
from landing.feeds import night
from quality.queries import queries_of

_TONIGHT = night(29)


@pytest.mark.parametrize(
    ("good", "bad", "holds"),
    [(0, 19, False), (0, 20, True), (20, 20, False), (20, 21, True), (100_000, 99_999, False)],
)
def test_bad_rows_hold_a_market_when_they_are_many_and_more_than_its_good_ones(
    good: int, bad: int, holds: bool
) -> None:
    with _arrivals() as connection:
        _arrive(connection, "TH", good, bad)
        _arrive(connection, "VN", 100_000, 0)
        assert _held(connection, "at most 50% bad rows in a night") == (["TH"] if holds else [])


@pytest.mark.parametrize(("others", "held"), [(39, ["every market"]), (40, [])])
def test_bad_rows_of_nobody_who_is_known_hold_everybody_only_where_they_are_most_of_the_night(
    others: int, held: list[str]
) -> None:
    with _arrivals() as connection:
        _arrive(connection, None, 0, 40)
        _arrive(connection, "VN", others, 0)
        assert _held(connection, "at most 50% bad rows in a night") == held


@pytest.mark.parametrize(("days_before", "good", "held"), [(0, 39, ["every market"]), (0, 40, []), (1, 39, [])])
def test_what_came_late_makes_bad_rows_of_tonight_no_fewer(days_before: int, good: int, held: list[str]) -> None:
    with _arrivals() as connection:
        _arrive(connection, None, 0, 40, night(29 - days_before))
        _arrive(connection, "VN", good, 0, _TONIGHT)
        _arrive(connection, "TH", 200, 0, night(22))
        assert _held(connection, "at most 50% bad rows in a night") == held


@pytest.mark.parametrize(
    ("largest", "rows", "holds"),
    [(0, 10_000, False), (0, 10_001, True), (500, 10_001, True), (501, 10_020, False), (501, 10_021, True)],
)
def test_too_many_rows_hold_the_market_that_they_are_of(largest: int, rows: int, holds: bool) -> None:
    with _arrivals() as connection:
        connection.execute("insert into arrivals.usual values ('creators', 'TH', ?, null, null, null)", [largest])
        connection.execute("insert into arrivals.usual values ('creators', 'VN', 100000, null, null, null)")
        _arrive(connection, "TH", rows, 0)
        _arrive(connection, "VN", 100_000, 0)
        # On the first night of a feed nothing is usual yet, and any number is right.
        _arrive(connection, "US", 100_000, 0)
        rule = "at most 20 times the rows of the largest of 28 nights"
        assert _held(connection, rule) == (["TH"] if holds else [])


def test_a_market_without_the_rows_that_it_always_has_is_held_if_they_were_many_and_told_of_else() -> None:
    with _arrivals() as connection:
        for market, fewest in (("TH", 20), ("VN", 19), ("US", None), ("BR", 500)):
            connection.execute(
                "insert into arrivals.usual values ('creators', ?, 500, ?, null, ?)", [market, fewest, night(22)]
            )
        _arrive(connection, "BR", 1, 0)
        assert _held(connection, "rows on a night that always has many") == ["TH"]
        assert _held(connection, "rows on a night that always has some") == ["VN"]


@pytest.mark.parametrize(
    ("nights", "tonight", "held"),
    [
        ((1, 8, 15, 22), None, ["every market"]),
        ((8, 15, 22), None, []),
        # However long it hasn't come.
        ((-20, -13, -6, 1), None, ["every market"]),
        ((-20, -13, -6, 1, 2), None, ["every market"]),
        ((-13, -6, 1), None, []),
        ((-20, -12, -6, 1), None, []),
        ((1, 8, 15, 22), "files", []),
        ((1, 8, 15, 22), "unusable", []),
    ],
)
def test_a_feed_that_always_comes_and_does_not_holds_everybody(
    nights: tuple[int, ...], tonight: str | None, held: list[str]
) -> None:
    with _arrivals() as connection:
        for each in nights:
            connection.execute("insert into landing.files values ('creators', ?)", [night(1) + timedelta(each - 1)])
        if tonight:
            connection.execute(f"insert into landing.{tonight} values ('creators', ?)", [night(29)])
        assert _held(connection, "a file on a night that always has one") == held


@pytest.mark.parametrize(
    ("value", "is_a_day"),
    [
        ("2026-02-28", True),
        ("2024-02-29", True),
        ("1999-12-31", True),
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
    suite = [*row_suite(APPEALS), *arrivals_suite(APPEALS, night(29))]
    metas = [each.meta or {} for each in suite]
    assert all(meta["remedy"] for meta in metas)
    assert len({meta["rule"] for meta in metas}) == len(metas)


@pytest.mark.parametrize(
    ("value", "is_a_name"),
    [
        ("A1", True),
        ("12e5", True),
        ("créatrice 主播", True),
        ("1.23457E+15", False),
        ("1e5", False),
        # As spreadsheets of Indonesia or Brazil write it.
        ("1,23457E+15", False),
        (" A1", False),
        ("A1\u00a0", False),
        ("A\u200b1", False),
        ("A\t1", False),
        ("A1\x00", False),
    ],
)
def test_a_key_is_a_name_as_it_is_written(value: str, is_a_name: bool) -> None:
    rule = "{} is a name as it is written"
    assert _is_bad(VIOLATIONS, rule.format("violation_id"), "violation_id", value) is not is_a_name
    assert _is_bad(VIOLATIONS, rule.format("account_id"), "account_id", value) is not is_a_name


@pytest.mark.parametrize(("value", "is_short"), [("帳" * 200, True), ("A" * 201, False)])
def test_an_account_is_called_no_longer_than_receivers_take(value: str, is_short: bool) -> None:
    rule = "account_id has at most 200 characters"
    assert _is_bad(CREATORS, rule, "account_id", value) is not is_short
    assert _is_bad(VIOLATIONS, rule, "account_id", value) is not is_short
    # What else has a key is in no key of a row that receivers get.
    rules = queries_of(row_suite(VIOLATIONS), "candidates.violations")
    assert [each for each in rules if each.endswith("characters")] == [rule]


@pytest.mark.parametrize(("value", "is_enough"), [("0", True), ("-0", True), ("-0.01", False), ("-5", False)])
def test_points_are_at_least_none(value: str, is_enough: bool) -> None:
    assert _is_bad(VIOLATIONS, "points is at least 0", "points", value) is not is_enough


@pytest.mark.parametrize(
    ("value", "is_a_chance"),
    [("1", True), ("1.0000000000", True), ("0.5", True), ("1.0000000001", False), ("99999999999999.9999999999", False)],
)
def test_a_chance_is_at_most_one(value: str, is_a_chance: bool) -> None:
    rule = "inclusion_probability is at most 1"
    assert _is_bad(QA_REVIEWS, rule, "inclusion_probability", value) is not is_a_chance


@pytest.mark.parametrize(
    ("twins", "out"),
    [
        ([("2026-03-01", "denied"), ("2026-03-02", "denied")], [1, 2]),
        ([("yesterday", "denied"), ("2026-03-02", "denied")], []),
        ([("2026-03-01", "denied"), ("2026-03-01", "Denied")], []),
        ([("2026-03-01", "denied"), ("2026-03-01", ""), ("2026-03-01", "granted")], [1, 3]),
    ],
)
def test_a_row_that_is_wrong_by_itself_takes_nothing_from_another_with_its_key(
    twins: list[tuple[str, str]], out: list[int]
) -> None:
    """As where a file was mended and landed beside the one that it mends."""
    query = queries_of(row_suite(APPEALS), "rows")["one version of a key per night, or each with its own updated_at"]
    with duckdb.connect() as connection:
        columns = ", ".join(f"{name} varchar" for name in APPEALS.column_names)
        connection.execute(f"create table rows (landed_file varchar, landed_row bigint, landed_night date, {columns})")
        for number, (filed_on, outcome) in enumerate(twins, 1):
            connection.execute(
                "insert into rows by name select 'f' as landed_file, ? as landed_row, ? as landed_night, 'P1' as"
                " appeal_id, 'V1' as violation_id, 'A1' as account_id, ? as filed_on, nullif(?, '') as outcome,"
                " '2026-03-03' as decided_on",
                [number, _TONIGHT, filed_on, outcome],
            )
        assert [row for _, row, _ in sorted(connection.execute(query).fetchall())] == out


@pytest.mark.parametrize(("value", "is_late_enough"), [("2000-01-01", True), ("1999-12-31", False)])
def test_a_day_is_of_this_century(value: str, is_late_enough: bool) -> None:
    assert _is_bad(APPEALS, "filed_on is not before 2000-01-01", "filed_on", value) is not is_late_enough


@contextmanager
def _arrivals() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema arrivals")
        connection.execute("create schema landing")
        connection.execute(
            "create table arrivals.usual (feed varchar, market varchar, largest bigint, fewest bigint, oldest integer,"
            " newest date)"
        )
        connection.execute(
            "create table arrivals.creators (landed_file varchar, landed_row bigint, problem varchar, market varchar,"
            " happened_on date, landed_night date)"
        )
        connection.execute("create table arrivals.late_in_place (landed_file varchar)")
        for table in ("files", "unusable"):
            connection.execute(f"create table landing.{table} (feed varchar, night date)")
        yield connection


def _arrive(
    connection: duckdb.DuckDBPyConnection, market: str | None, good: int, bad: int, landed: date = _TONIGHT
) -> None:
    connection.execute(
        "insert into arrivals.creators select 'f', i, if(i <= ?, 'kind: wrong', null), ?, null, cast(? as date)"
        " from range(1, ? + 1) as rows (i)",
        [bad, market, landed, good + bad],
    )


def _held(connection: duckdb.DuckDBPyConnection, rule: str) -> list[object]:
    query = queries_of(arrivals_suite(CREATORS, _TONIGHT), "arrivals.creators")[rule]
    return [market for (market,) in connection.execute(f"select market from ({query}) order by all").fetchall()]


def _is_bad(contract: Contract, rule: str, column: str, value: str) -> bool:
    query = queries_of(row_suite(contract), "rows")[rule]
    with duckdb.connect() as connection:
        connection.execute(f"create table rows as select 'f' as landed_file, 1 as landed_row, ? as {column}", [value])
        return bool(connection.execute(query).fetchall())
