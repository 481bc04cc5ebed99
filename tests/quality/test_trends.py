"""Rises that last and drifts: what is found of them, beside a slow form of the rule and on counts of chance."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evenhand.quality.trends import lay_trends
from evenhand.quality.windows import trends
from expectations.changes import trends_suite
from gates.rises import TOO_LITTLE, drifts, is_held, rises

NIGHT = date(2026, 3, 1)
LIMIT = 4.0


def tail(number: int, of: int, share: float) -> tuple[float, float]:
    """The chance of so many or more, and of so many or fewer, summed term by term."""
    terms = [math.comb(of, each) * share**each * (1 - share) ** (of - each) for each in range(of + 1)]
    return math.fsum(terms[number:]), math.fsum(terms[: number + 1])


def spreads_of(chance: float) -> float:
    """Beyond how many spreads the normal distribution has this chance, found by halving."""
    low, high = 0.0, 40.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erfc(middle / math.sqrt(2)) / 2 > chance else (low, middle)
    return low


def drift_of(a_night: float) -> float:
    """From how many spreads on a drift is one where so many rows are usual."""
    if a_night < 4:
        return LIMIT
    return min(LIMIT, 2.8 * math.sqrt(a_night / 5)) if a_night > 5 else 2.8


def windows_of(numbers: list[int], approved: set[int]) -> list[float]:
    """How far each window of the last night is away, of one series without weekdays or spread; nan where none is."""
    since, seen, dropped, alone = 0, -1, set[int](), -2
    found: list[float] = []
    for night in range(7, len(numbers)):
        found, enough = [], []
        for nights, skipped, least in ((1, 1, 1.2), (3, 3, 1.2), (7, 7, 1.2), (7, 28, 1.5)):
            inside = [each for each in range(night - nights + 1, night + 1) if each > seen and each not in dropped]
            before = [each for each in range(since, night - skipped + 1) if each not in dropped and each not in inside]
            if len(inside) < nights or len(before) < 7:
                found.append(math.nan)
                enough.append(math.nan)
                continue
            rows, known = sum(numbers[each] for each in inside), sum(numbers[each] for each in before)
            usual = known * len(inside) / len(before)
            more, fewer = tail(rows, rows + known, len(inside) / (len(inside) + len(before)))
            z = spreads_of(more) if more < fewer else -spreads_of(fewer)
            if min(more, fewer) >= 0.5 or not (rows >= least * usual if z > 0 else rows <= usual / least):
                z = 0.0
            found.append(z)
            enough.append(drift_of(usual / 7) if skipped == 28 else {1: 2.8, 3: 2.9, 7: 3.35}[nights])
        beyond = [number for number, z in enumerate(found) if z > enough[number] or z < -LIMIT]
        if night < len(numbers) - 1 and beyond and night in approved:
            nights = (1, 3, 7, 7)[beyond[0]]
            if nights == 1 and alone == night - 1:
                since, alone = night - 1, night
                dropped.discard(night - 1)
            elif nights == 1:
                alone = night
                dropped.add(night)
            else:
                seen = night
                since = night - nights + 1 if abs(found[beyond[0]]) > LIMIT else since
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 6), min_size=9, max_size=45).flatmap(
        lambda calm: st.tuples(st.just(calm), st.integers(0, len(calm) - 1), st.integers(0, 40), st.integers(1, 9))
    ),
    st.one_of(st.just(set(range(45))), st.sets(st.integers(0, 44))),
)
def test_windows_are_as_a_slow_form_of_the_rule_has_them(
    drawn: tuple[list[int], int, int, int], approved: set[int]
) -> None:
    calm, at, flood, lasts = drawn
    numbers = [each + (flood if at <= night < at + lasts else 0) for night, each in enumerate(calm)]
    series = np.array([numbers], float)

    # Twelve weekdays of one and no other spread than that of chance: what is left is the rule itself.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("evenhand.quality.windows.weekday_weights", lambda series, weekdays: np.ones(7))
        patch.setattr("evenhand.quality.windows.night_spreads", lambda series: np.ones(len(series)))
        was_approved = np.array([[night in approved for night in range(len(numbers))]])
        found = trends(series, np.zeros(len(numbers), int), np.array([LIMIT]), np.array([True]), was_approved)

    expected = windows_of(numbers, approved)
    assert [bool(each.is_whole[0]) for each in found] == [not math.isnan(z) for z in expected]
    for each, z in zip(found, expected, strict=True):
        if not math.isnan(z):
            assert each.z[0] == pytest.approx(z, abs=1e-6)


def test_a_rise_that_lasts_is_held_nearly_as_often_as_by_the_best_test() -> None:
    """Short form of the table of `make gates`, where chance leaves neither test in doubt."""
    found = rises(150, seed=5, usual=(100,))

    clear = [each for each in found if each.best > 0.99]
    assert len(clear) >= 6
    assert all(each.held >= 0.9 * each.best for each in clear)
    assert all(each.held <= 0.05 for each in found if each.best < TOO_LITTLE / 10)


def test_a_drift_is_held_before_the_rate_has_doubled() -> None:
    (found,) = drifts(100, seed=6, usual=(10,))

    assert found.held >= 0.95
    assert found.false_holds <= 0.01


@pytest.mark.parametrize("nights", [9, 57])
def test_rows_that_come_together_are_held_as_seldom_by_chance_as_others(nights: int) -> None:
    """An account brings three rows at once: so do lists in which a zone has several measures."""
    chance = np.random.default_rng(7)
    held = [
        is_held(3 * chance.poisson(usual / 3, (8, nights)).astype(float)).mean()
        for usual in (0.3, 1, 4, 12)
        for _ in range(25)
    ]

    assert np.mean(held) <= 0.01


@pytest.mark.parametrize(("asks_early", "limit"), [(True, 2.8), (False, LIMIT)])
def test_only_where_it_is_asked_for_a_rise_has_less_than_the_limit(asks_early: bool, limit: float) -> None:
    counts = np.full((1, 57), 20.0)
    nobody = np.full(counts.shape, False)

    found = trends(counts, np.arange(57) % 7, np.array([LIMIT]), np.array([True]), nobody, asks_early=asks_early)

    assert found[0].rise == pytest.approx(limit)


def test_a_flood_that_a_person_has_seen_is_neither_usual_nor_held_again() -> None:
    chance = np.random.default_rng(4)
    counts = chance.poisson(20, (200, 57)).astype(float)
    counts[:, 50] = 300

    every_night = np.full(counts.shape, True)
    found = trends(counts, np.arange(57) % 7, np.full(200, LIMIT), np.full(200, True), every_night)

    assert np.any([each.is_beyond for each in found], axis=0).mean() <= 0.02
    assert all(
        abs(np.median(each.compared.usual) - 20 * each.window.nights) < each.window.nights
        for each in found
        if each.is_whole.all()
    )


@pytest.mark.parametrize("nights", [15, 20, 22, 25, 33, 40])
def test_a_flood_takes_little_from_what_is_seen_of_its_market(nights: int) -> None:
    """Of few nights no less than of many, of which it isn't among the tenth that is left out."""
    counts = np.random.default_rng(3).poisson(10, (10, nights + 1)).astype(float)
    counts[0, nights // 2 - 3] = 200
    counts[:, -1] = 50

    found = trends(
        counts, np.arange(nights + 1) % 7, np.full(10, 5.0), np.full(10, True), np.full((10, nights + 1), False)
    )[0]

    assert found.is_beyond.all()


def asked_about(counts: NDArray[np.float64], by_somebody: bool) -> list[int]:
    """The nights on which a list is held, where somebody approves it each time, or nobody was asked."""
    found = []
    for night in range(30, counts.shape[1] + 1):
        known = counts[:, :night]
        approved = np.full(known.shape, by_somebody)
        windows = trends(known, np.arange(night) % 7, np.array([LIMIT]), np.array([True]), approved)
        found += [night] if any(each.is_beyond[0] for each in windows) else []
    return found


def test_a_rise_that_a_person_has_seen_is_what_is_usual_from_then_on() -> None:
    counts = np.full((1, 57), 20.0)
    counts[:, 40:] = 40

    # Not for the four weeks until it is a half of them.
    assert asked_about(counts, by_somebody=True) == [41, 42]


def test_a_rise_that_nobody_was_asked_about_has_been_seen_by_nobody() -> None:
    """As where a pack's limits let it out, or an earlier version: the first night by today's limits asks."""
    counts = np.full((1, 57), 20.0)
    counts[:, 40:] = 40

    assert asked_about(counts, by_somebody=False) == list(range(41, 58))


def lay_sizes(releases: Path, night: date, rows: list[tuple[str, str, int]], held: bool = False) -> None:
    """A release's list_sizes.parquet: rows added of each list and market."""
    folder = releases / f"night={night}"
    folder.mkdir(parents=True)
    values = ", ".join(
        f"('{name}', '{market}', 'points', 'close', {added}, {added}, 0, 0, 0, 0, {held})"
        for name, market, added in rows
    )
    duckdb.sql(
        f"""copy (from (values {values}) as sizes (list, market, programme, measure, rows, added, removed, changed,
        released, by_emergency, is_held)) to '{folder}/list_sizes.parquet'"""
    )


def test_a_rise_of_some_nights_is_found_in_the_releases(tmp_path: Path) -> None:
    chance = np.random.default_rng(2)
    rows = 0
    for days in range(40, 0, -1):
        rows = int(chance.poisson(60)) if days > 2 else 78
        lay_sizes(tmp_path, NIGHT - timedelta(days), [("penalties", "SG", rows), ("penalties", "TH", 60)])
    with duckdb.connect() as connection:
        connection.execute("create schema gate")
        connection.execute("create table gate.limits as select unnest(['SG', 'TH']) as market, 4 as usual_spreads")
        connection.execute(
            """create table gate.list_sizes as from (values ('penalties', 'SG', 'points', 'close', 84, 0, 0),
            ('penalties', 'TH', 'points', 'close', 61, 0, 0))
            as sizes (list, market, programme, measure, added, removed, changed)"""
        )

        lay_trends(connection, tmp_path, NIGHT)

        beyond = connection.execute(
            """select market, what, measure = '' as is_list, nights from gate.trends
            where abs(z_score) > most_spreads order by all"""
        ).fetchall()
        assert {(market, what) for market, what, *_ in beyond} == {("SG", "added")}
        assert {nights for *_, nights in beyond} >= {3}
        queries = [each.configuration.kwargs["unexpected_rows_query"] for each in trends_suite()]
        lasts, drifts_away = (query.replace("{batch}", "gate.trends") for query in queries)
        ((*of, said),) = connection.execute(f"select list, market, found from ({lasts})").fetchall()
        assert of == ["penalties", "SG"]
        assert re.fullmatch(
            r"rows added over the last 3 nights: 240 where 1\d\d are usual, which chance brings on one night of"
            r" (1,000|10,000|100,000) at most",
            said,
        )
        assert connection.execute(drifts_away).fetchall() == []


def test_without_seven_nights_nothing_is_said(tmp_path: Path) -> None:
    for days in range(7, 0, -1):
        lay_sizes(tmp_path, NIGHT - timedelta(days), [("penalties", "SG", 10)])
    with duckdb.connect() as connection:
        connection.execute("create schema gate")
        connection.execute("create table gate.limits as select 'SG' as market, 4 as usual_spreads")
        connection.execute(
            """create table gate.list_sizes as from (values ('penalties', 'SG', 'points', 'close', 900, 0, 0))
            as sizes (list, market, programme, measure, added, removed, changed)"""
        )

        lay_trends(connection, tmp_path, NIGHT)

        assert connection.execute("select count(*) from gate.trends").fetchone() == (0,)
