"""A value that waits for the day of a calendar on which it is evaluated, when a version begins meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evenhand.deciding.project import CompiledModel
from evenhand.policy.language.examples import Event
from transform.story import day, decided, lists_of, versions


def test_what_was_held_while_a_value_waited_is_no_change_when_it_comes_to_the_same(
    models: Sequence[CompiledModel],
) -> None:
    """A score of 5 falls by 5 on Tuesday. From Thursday on scores start at 10, so that on Monday it is 5 as before."""

    def scored(start: int, bound: int) -> dict[str, Any]:
        while_in_zone = {"measure": "no_live", "scope": "live", "while_in_zone": True}
        rule = {"rule": "spamming", "violation_types": ["spam"], "amount": -5, "lasts_days": 30}
        zones = [{"zone": "good"}, {"zone": "bad", "at_most": bound, "measures": [while_in_zone]}]
        score = {
            "unit": "point",
            "entries": [rule],
            "balance": {"start": start},
            "zones": zones,
            "evaluated": "mondays",
        }
        return {"programmes": {"score": score}}

    content = {"measures": ["no_live"], "calendars": {"mondays": {"weekday": "monday"}}, **scored(5, 1)}

    found = decided(
        models,
        versions(content, ("03-26", scored(10, 5))),
        [Event(on=day("03-24"), violation="spam", id="on 03-24")],
        ["03-26", "03-30"],
        "select distinct starts_on, on_day, value_before, value_after from main.int_measures_in_force"
        " where as_of = '2026-03-30'",
    )

    # It tells of the day on which the zone became one, not of a Monday on which nothing moved.
    assert found == [(day("03-26"), day("03-26"), 5, 5)]


def test_what_came_and_went_between_two_evaluations_is_no_change(models: Sequence[CompiledModel]) -> None:
    """5 points on Monday 23 March, 10 from Tuesday to Thursday, and 5 again on Monday 30."""
    while_in_zone = {"measure": "no_live", "scope": "live", "while_in_zone": True}
    rules = [
        {"rule": "spamming", "violation_types": ["spam"], "amount": 5},
        {"rule": "brief", "violation_types": ["fraud"], "amount": 5, "lasts_days": 2},
    ]
    zones = [{"zone": "good"}, {"zone": "bad", "at_least": 4, "measures": [while_in_zone]}]
    content = {
        "measures": ["no_live"],
        "calendars": {"mondays": {"weekday": "monday"}},
        "programmes": {"points": {"unit": "point", "entries": rules, "zones": zones, "evaluated": "mondays"}},
    }

    found = decided(
        models,
        versions(content),
        [Event(on=day("03-20"), violation="spam", id="one"), Event(on=day("03-24"), violation="fraud", id="two")],
        ["03-23", "03-30"],
        "select distinct starts_on, on_day, value_before, value_after from main.int_measures_in_force"
        " where as_of = '2026-03-30'",
    )

    assert found == [(day("03-23"), day("03-23"), 0, 5)]


def test_what_was_held_ends_where_the_programme_has_not_begun_for_the_account(models: Sequence[CompiledModel]) -> None:
    """Evaluated on Monday 23 March; from Wednesday on, it begins with a course, which only one of two accounts took."""
    while_in_zone = {"measure": "no_live", "scope": "live", "while_in_zone": True}
    rule = {"rule": "spamming", "violation_types": ["spam"], "amount": 5}
    zones = [{"zone": "good"}, {"zone": "bad", "at_least": 4, "measures": [while_in_zone]}]
    points = {"unit": "point", "entries": [rule], "zones": zones, "evaluated": "mondays"}
    content = {
        "measures": ["no_live"],
        "calendars": {"mondays": {"weekday": "monday"}},
        "programmes": {"points": points},
    }
    packs = versions(content, ("03-25", {"programmes": {"points": points | {"begins_with": "course"}}}))
    spam = Event(on=day("03-20"), violation="spam", id="on 03-20")

    without = lists_of(models, packs, [spam], ["03-24", "03-25"])
    with_it = lists_of(models, packs, [spam, Event(on=day("03-19"), activity="course")], ["03-24", "03-25"])

    assert [len(told) for told in without.values()] == [1, 0]
    assert [len(told) for told in with_it.values()] == [1, 1]
