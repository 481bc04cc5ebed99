"""What was in force on an account over its days, as its timeline tells it."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from evenhand.console.creator_charts import InForce, Told, over_days

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
