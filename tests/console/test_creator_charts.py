"""What was in force on an account over its days, as its timeline tells it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.console.creator_charts import InForce, Told, charts, over_days, zones_over_days
from evenhand.console.values import key_of
from evenhand.explain.explanation import Entry, Explanation, Period, ProgrammeStanding, Violation

_FIRST = date(2026, 3, 1)


def _on(day: int) -> date:
    return _FIRST + timedelta(days=day)


def test_a_penalty_ends_on_the_day_before_its_end_is_told_and_one_that_goes_on_has_no_last_day() -> None:
    told: list[Told] = [
        (_on(0), 4, "penalty_begins", "health/live", "no_live on live"),
        (_on(7), 9, "penalty_ends", "health/live", "no_live on live, in force since 2026-03-01"),
        (_on(7), 8, "penalty_begins", "health/account", "Warning on account"),
    ]
    assert over_days(told) == [
        InForce("health", "live", "no_live", _on(0), _on(6)),
        InForce("health", "account", "Warning", _on(7), None),
    ]


def test_a_measure_is_found_in_a_sentence_that_says_its_scope_in_words() -> None:
    told: list[Told] = [(_on(0), 1, "penalty_begins", "health/short_video", "Publishing paused on short video")]
    assert over_days(told) == [InForce("health", "short_video", "Publishing paused", _on(0), None)]
    assert key_of("measure", over_days(told)[0].measure) == "publishing_paused"


def test_one_that_is_followed_by_a_stricter_one_ends_where_that_begins_whichever_is_told_first() -> None:
    begins: Told = (_on(3), 5, "penalty_begins", "health/live", "closed on live")
    for place in (4, 6):
        told: list[Told] = [
            (_on(0), 1, "penalty_begins", "health/live", "no_live on live"),
            begins,
            (_on(3), place, "penalty_reversed", "health/live", "no_live on live, in force since 2026-03-01"),
            (_on(9), 1, "penalty_ends", "health/live", "closed on live, in force since 2026-03-04"),
        ]
        assert over_days(told) == [
            InForce("health", "live", "no_live", _on(0), _on(2)),
            InForce("health", "live", "closed", _on(3), _on(8)),
        ]


def test_one_that_is_taken_back_on_the_day_on_which_it_began_was_never_in_force() -> None:
    told: list[Told] = [
        (_on(0), 1, "penalty_begins", "health/live", "no_live on live"),
        (_on(0), 2, "penalty_reversed", "health/live", f"no_live on live, in force since {_on(0)}"),
    ]
    assert over_days(told) == []


def test_what_waits_for_an_answer_is_in_force_nowhere_and_what_it_would_end_goes_on() -> None:
    told: list[Told] = [
        (_on(0), 1, "penalty_begins", "health/live", "no_live on live"),
        (_on(3), 2, "penalty_begins", "health/live", "closed on live"),
        (_on(3), 3, "penalty_begins", "health/account", "Warning on account"),
        (_on(5), 4, "penalty_begins", "health/live", "ban on live"),
        (_on(6), 5, "penalty_reversed", "health/account", "Warning on account, in force since 2026-03-04"),
        (_on(7), 6, "penalty_begins", "health/account", "Notice on account"),
        (_on(8), 7, "penalty_ends", "health/account", "Notice on account, in force since 2026-03-08"),
    ]
    # The list of live has waited since day 3, and on day 8 that of the account: there a notice would be over.
    assert over_days(told, {2, 4, 7}) == [
        InForce("health", "live", "closed", _on(3), _on(4), is_released=False),
        InForce("health", "account", "Warning", _on(3), _on(5)),
        InForce("health", "live", "no_live", _on(0), None),
        InForce("health", "account", "Notice", _on(7), None),
        InForce("health", "live", "ban", _on(5), None, is_released=False),
    ]
    assert all(not each.is_released for each in over_days(told[:2], {1, 2}))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 20), st.sampled_from(["a", "b"])), max_size=8))
def test_what_was_in_force_is_found_again_from_its_beginnings_and_ends(drawn: list[tuple[int, int, str]]) -> None:
    wanted: list[InForce] = []
    told: list[Told] = []
    day = {"a": 0, "b": 0}
    for gap, length, scope in drawn:
        first = day[scope] + gap
        day[scope] = first + length
        wanted.append(InForce("p", scope, "m", _on(first), _on(first + length - 1)))
        told.append((_on(first), 2, "penalty_begins", f"p/{scope}", f"m on {scope}"))
        told.append((_on(first + length), 1, "penalty_ends", f"p/{scope}", f"m on {scope}, in force since then"))

    def place(each: InForce) -> tuple[date, str]:
        return each.first_day, each.scope

    assert sorted(over_days(told), key=place) == sorted(wanted, key=place)


def test_days_without_a_value_have_the_zone_that_they_were_in() -> None:
    drawn = _drawn(
        _period(0, 9, 5, "good"),
        _period(9, 14, 2, "poor"),
        _period(14, 19, None, "usual"),
        _period(19, None, 2, "poor"),
    )
    assert _zones(drawn) == {
        "Zone": [
            ("Good", "1 Mar 2026 to 9 Mar 2026: 5, Good"),
            ("Poor", "10 Mar 2026 to 14 Mar 2026: 2, Poor"),
            ("Usual", "15 Mar 2026 to 19 Mar 2026: Usual"),
            ("Poor", "20 Mar 2026 on, without an end: 2, Poor"),
        ]
    }
    # Without a value nothing is drawn above them.
    assert drawn.count("<rect") == 3


def test_each_of_several_balances_has_its_own_zones() -> None:
    drawn = _drawn(
        _period(0, 9, 0, "good", "a"),
        _period(9, None, 3, "warned", "a"),
        _period(0, 19, 6, "warned", "b"),
        _period(19, None, 0, "good", "b"),
    )
    assert _zones(drawn) == {
        "Of a": [
            ("Good", "1 Mar 2026 to 9 Mar 2026: Of a, 0, Good"),
            ("Warned", "10 Mar 2026 on, without an end: Of a, 3, Warned"),
        ],
        "Of b": [
            ("Warned", "1 Mar 2026 to 19 Mar 2026: Of b, 6, Warned"),
            ("Good", "20 Mar 2026 on, without an end: Of b, 0, Good"),
        ],
    }
    # The lower one lies before the higher one, so that both can be pointed at.
    assert drawn.index("Of b, 6, Warned") < drawn.index("Of a, 3, Warned")


def test_periods_of_one_zone_are_one_only_where_they_touch() -> None:
    drawn = _drawn(
        _period(0, 4, 1, "good"),
        _period(4, 8, 2, "good"),
        _period(10, 12, 2, "good"),
        _period(12, None, 9, "poor"),
    )
    assert [said for _, said in _zones(drawn)["Zone"]] == [
        "1 Mar 2026 to 8 Mar 2026: Good",
        "11 Mar 2026 to 12 Mar 2026: 2, Good",
        "13 Mar 2026 on, without an end: 9, Poor",
    ]


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.none() | st.integers(-3, 3), st.sampled_from("xyz")), min_size=1, max_size=8
    )
)
def test_every_day_is_in_the_zone_that_its_period_has(drawn: list[tuple[int, int | None, str]]) -> None:
    periods, place = [], 0
    for gap, balance, zone in drawn:
        periods.append(_period(place + gap, place + gap + 2, balance, zone))
        place += gap + 2
    wanted = {
        _on(n): each.zone
        for each in periods
        for n in range(60)
        if each.first_day <= _on(n) <= (each.last_day or _FIRST)
    }
    found = {}
    for each in zones_over_days(periods):
        for n in range(60):
            if each.first_day <= _on(n) <= (each.last_day or _FIRST):
                assert _on(n) not in found
                found[_on(n)] = each.zone
    assert found == wanted


def test_a_balance_below_nothing_is_drawn_below_the_line_of_nothing() -> None:
    drawn = _drawn(_period(0, 9, 0, "good"), _period(9, 19, -3, "good"), _period(19, None, 1, "good"))
    # The scale goes from -3 to 1, so that nothing is at a quarter of the height.
    heights = re.findall(r'<rect class="area[^"]*"[^>]* y="([^"]*)"[^>]* height="([^"]*)"><title>([^<]*)', drawn)
    assert sorted((said.rpartition(": ")[2], float(y), float(high)) for y, high, said in heights) == [
        ("0, Good", 25.0, 0.0),
        ("1, Good", 0.0, 25.0),
        ("\N{MINUS SIGN}3, Good", 25.0, 75.0),
    ]
    assert "Balance from 1 Mar 2026 to 14 Apr 2026, between \N{MINUS SIGN}3 and 1" in drawn


def test_a_balance_that_was_never_above_nothing_is_drawn() -> None:
    drawn = _drawn(_period(0, None, -3, "good"))
    assert 'y="0.0" width="1000.0" height="100.0"' in drawn
    assert "Balance from 1 Mar 2026 to 14 Apr 2026, between \N{MINUS SIGN}3 and \N{MINUS SIGN}3" in drawn


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=6))
def test_every_balance_is_drawn_within_the_chart(thousandths: list[int]) -> None:
    periods = [_period(at, at + 1, value, "good") for at, value in enumerate(thousandths)]
    if not any(thousandths):
        return
    heights = re.findall(r'<rect class="area[^"]*"[^>]* y="([^"]*)"[^>]* height="([^"]*)"', _drawn(*periods))
    assert len(heights) == len(periods)
    assert all(float(y) >= 0 and float(h) >= 0 and float(y) + float(h) <= 100.01 for y, h in heights)


def test_violations_beside_a_balance_are_those_that_its_entries_are_of() -> None:
    entry = Entry("health/v1", "r", "", "p", "", 1, Decimal(3), _on(9), None, "", "", violation="v1")
    unknown = (None,) * 8
    found = [
        Violation(each, "Copyright", None, "", "", None, None, "", None, _on(9), *unknown) for each in ("v1", "v2")
    ]
    drawn = _drawn(_period(0, 9, 0, "good"), _period(9, None, 3, "good"), entries=[entry], violations=found)
    assert re.findall(r'class="dot"[^>]*title="([^"]*)"', drawn) == ["10 Mar 2026: Copyright, v1"]


def _period(first: int, until: int | None, balance: int | None, zone: str, of: str = "") -> Period:
    value = None if balance is None else Decimal(balance)
    last = None if until is None else _on(until - 1)
    return Period(_on(first), last, value, zone, zone.capitalize(), of, f"Of {of}" if of else "")


def test_a_penalty_that_is_not_released_is_drawn_as_such_beside_what_is_in_force() -> None:
    penalties = [
        InForce("health", "live", "no_live", _on(0), None),
        InForce("health", "live", "<b>", _on(9), None, is_released=False),
    ]
    drawn = _drawn(_period(0, None, 3, "good"), penalties=penalties)
    assert re.findall(r'<span class="(penalties|waits)"[^>]*>([^<]*)</span>', drawn) == [
        ("penalties", "No live streaming"), ("waits", "&lt;b&gt;: not released"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "wanted"),
    [
        ("percent", ["at most 5\u00a0%", "3\u00a0%, Good", "5\u00a0%, Bad"]),
        ("point", ['at most 5"', "3\u00a0%, Good", "5 points, Bad"]),
    ],
)
def test_a_balance_of_an_edition_with_another_unit_is_told_in_that(unit: str, wanted: list[str]) -> None:
    """0.03 of a share beside 5 percent is as high as 3 percent; beside 5 points it is told as what it is."""
    periods = [
        replace(_period(0, 4, 0, "good"), balance=Decimal("0.03"), unit="share"),
        replace(_period(5, None, 5, "bad"), unit=unit),
    ]
    drawn = _drawn(*periods, unit=unit)
    assert [each for each in wanted if each not in drawn] == []


def test_a_number_beside_tonights_unit_has_its_own_where_that_is_another() -> None:
    standing = _standing("point")
    assert [standing.unit_told(each) for each in ("point", "", "strike", "share")] == ["", "", "strike", "share"]
    assert _standing("percent").unit_told("") == "percent"


def _standing(unit: str, periods: Sequence[Period] = (), entries: Sequence[Entry] = ()) -> ProgrammeStanding:
    return ProgrammeStanding(
        programme="health", label="Health", unit=unit, balance=None, zone="good", zone_label="Good", since=None,
        next_zone=None, next_zone_label="", to_next_zone=None, periods=periods, entries=entries,
    )  # fmt: skip


def _drawn(
    *periods: Period,
    unit: str = "",
    entries: Sequence[Entry] = (),
    violations: Sequence[Violation] = (),
    penalties: Sequence[InForce] = (),
) -> str:
    """The chart of a programme with these periods."""
    health = _standing(unit, periods, entries)
    of = Explanation(
        account="a1", night=_on(30), revision=1, release_id="r", audience="managers", market="world", kind="creator",
        kind_label="Creator", language="en", onboarded_on=None, exited_on=None, stage="active", stage_label="Active",
        stage_since=None, not_decided=(), programmes=(health,), measures=(), lacking=(), restorable=(),
        violations=violations, timeline=(), told=(), linked=(),
    )  # fmt: skip
    return str(charts(of, penalties)["health"])


def _zones(drawn: str) -> dict[str, list[tuple[str, str]]]:
    """The zones of a chart with what is said of them, by the name of their lane."""
    lanes = re.findall(r'<div class="called"[^>]*>([^<]*)</div><div class="lane"[^>]*>(.*?)</div>', drawn)
    zone = re.compile(r'<span class="zone"[^>]*title="([^"]*)">([^<]*)</span>')
    return {called: [(words, said) for said, words in zone.findall(lane)] for called, lane in lanes}
