"""Figures against targets and goals: met, missed, and what is too few or too early to say."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from evenhand.policy.targets import Goal, Target, Targets
from evenhand.release.figures import Figure
from evenhand.release.targets import Measured, judged, state_of, state_of_goal
from release.manifests import manifest_of

FIRST = date(2026, 3, 1)


def _target(**otherwise: Any) -> Target:
    said = {"metric": "m", "market": "ID", "at_most": Decimal("0.2"), "effective_from": FIRST}
    return Target.model_validate(said | otherwise)


def _figure(figure: str | None, low: str = "", high: str = "", **otherwise: Any) -> Figure:
    ends = (Decimal(low) if low else None, Decimal(high) if high else None)
    said: dict[str, Any] = {"is_enough": True, "unit": "share", "low": ends[0], "high": ends[1]} | otherwise
    return Figure(metric="m", label="M", market="ID", figure=figure, **said)


@pytest.mark.parametrize(
    ("figure", "state"),
    [
        (_figure("0.2"), "met"),
        (_figure("0.201"), "missed"),
        (_figure("0.1", "0.05", "0.2"), "met"),
        (_figure("0.1", "0.05", "0.21"), "too few to say"),
        (_figure("0.3", "0.19", "0.4"), "too few to say"),
        (_figure("0.3", "0.21", "0.4"), "missed"),
        (_figure("0.1", is_enough=False), "too few to say"),
        (_figure(None), "too few to say"),
    ],
)
def test_a_target_is_met_by_the_figure_unless_the_interval_could_be_either(figure: Figure, state: str) -> None:
    assert state_of(_target(), figure) == state


@pytest.mark.parametrize(
    ("how", "state"), [("at_least", "met"), ("more_than", "missed"), ("less_than", "missed"), ("at_most", "met")]
)
def test_whether_the_bound_itself_is_inside_is_said(how: str, state: str) -> None:
    assert state_of(_target(**{"at_most": None, how: Decimal("0.2")}), _figure("0.2")) == state


def test_a_figure_in_days_is_compared_with_no_target_in_hours() -> None:
    target = _target(at_most=Decimal(24), unit="hours")
    assert state_of(target, _figure("2", unit="days")) is None
    assert state_of(target, _figure("23", unit="hours")) == "met"


def test_the_target_of_the_night_counts_and_without_one_nothing_is_said() -> None:
    later = _target(at_most=Decimal("0.3"), effective_from=FIRST + timedelta(1))
    content = Targets(targets=(_target(effective_until=FIRST), later)).model_dump(mode="json", exclude_none=True)

    def told(night: date, figure: Figure) -> str | None:
        found = judged(manifest_of(night).model_copy(update={"targets": content}), figure)
        return found.text if found else None

    assert told(FIRST - timedelta(1), _figure("0.25")) is None
    assert told(FIRST, _figure("0.25")) == "missed: at most 20.0 %"
    assert told(FIRST + timedelta(1), _figure("0.25")) == "met: at most 30.0 %"
    assert told(FIRST, _figure("0.25", slice="category", slice_value="beauty")) is None


# From 0.4 on the eve of 1 March to 0.2 on the last night of the goal, 100 nights later.
GOAL = Goal(
    policy="p@2", metric="m", market="ID", at_most=Decimal("0.2"), effective_from=FIRST, by=FIRST + timedelta(99)
)
EVE = Measured(FIRST - timedelta(1), Decimal("0.4"))


@pytest.mark.parametrize(
    ("days", "figure", "state"),
    [
        # The first window of 28 days that begins on the goal's first day ends on its 28th.
        (26, "0.1", "too early to say"),
        (27, "0.2", "met"),
        (49, "0.3", "on the way"),
        (49, "0.301", "behind"),
        (99, "0.201", "behind"),
        (99, "0.2", "met"),
        (100, "0.201", "missed"),
    ],
)
def test_a_goal_is_held_to_the_straight_line_from_the_last_window_before_it(days: int, figure: str, state: str) -> None:
    night = FIRST + timedelta(days)
    assert state_of_goal(GOAL, [Measured(night, Decimal(figure)), EVE], night) == state


@pytest.mark.parametrize(
    ("days", "low", "figure", "high", "state"),
    [
        # The goal, and before it the line, could be on either side of the interval.
        (90, "0.15", "0.19", "0.24", "too few to say"),
        (200, "0.15", "0.21", "0.24", "too few to say"),
        (200, "0.21", "0.22", "0.24", "missed"),
        (90, "0.1", "0.15", "0.19", "met"),
        (40, "0.25", "0.3", "0.39", "too few to say"),
        (40, "0.39", "0.395", "0.41", "behind"),
        (40, "0.21", "0.22", "0.23", "on the way"),
    ],
)
def test_a_goal_is_judged_by_the_interval_too(days: int, low: str, figure: str, high: str, state: str) -> None:
    night = FIRST + timedelta(days)
    newest = Measured(night, *map(Decimal, (figure, low, high)))
    assert state_of_goal(GOAL, [newest, EVE], night) == state


@pytest.mark.parametrize(("on_its_day", "later", "state"), [("0.3", "0.1", "missed"), ("0.1", "0.3", "met")])
def test_what_a_goal_came_to_by_its_day_stands(on_its_day: str, later: str, state: str) -> None:
    measured = [
        Measured(night, Decimal(figure)) for night, figure in ((GOAL.by, on_its_day), (GOAL.by + timedelta(1), later))
    ]
    assert state_of_goal(GOAL, [EVE, *measured], GOAL.by + timedelta(30)) == state


def test_without_a_window_before_it_only_its_end_says_anything() -> None:
    night = FIRST + timedelta(49)
    measured = [Measured(night, Decimal("0.3"))]
    assert state_of_goal(GOAL, measured, night) == "too early to say"
    assert state_of_goal(GOAL, measured, FIRST + timedelta(120)) == "missed"
    assert state_of_goal(GOAL, [], FIRST + timedelta(120)) == "missed"
    # What comes after the night isn't known on it.
    assert state_of_goal(GOAL, [EVE, Measured(night, Decimal("0.1"))], night - timedelta(1)) == "too early to say"
