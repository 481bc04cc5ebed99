"""What is said of lists that are held, and which of what happened to an account comes of a penalty that waits."""

from __future__ import annotations

from datetime import date

import pytest

from evenhand.explain import facts
from evenhand.explain.waiting import PENALTIES, Waiting, WaitingRow
from release.manifests import manifest_of
from reports.releases import held

NIGHT = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", ("The penalties of the market wait for somebody's answer: unusual",)),
        ("first_wave", ("The penalties of the market wait for somebody's answer: unusual",)),
        ("rejected", ("The penalties of the market were rejected, so that earlier ones are in force: unusual",)),
        ("approved", ()),
    ],
)
def test_a_list_that_was_rejected_is_not_said_to_wait(answer: str, said: tuple[str, ...]) -> None:
    manifest = manifest_of(NIGHT, held_lists=(held("ID", 12, answer=answer), held("TH", 3)))
    assert facts._not_decided(manifest, "ID") == said


@pytest.mark.parametrize(
    ("reasons", "said"),
    [(2, "why 1; why 2"), (3, "why 1; why 2; and 1 more reason"), (9, "why 1; why 2; and 7 more reasons")],
)
def test_of_a_list_with_many_reasons_the_first_are_told_and_how_many_more_there_are(reasons: int, said: str) -> None:
    many = held("ID", 12).model_copy(update={"why": tuple(f"why {n}" for n in range(1, reasons + 1))})
    told = facts._not_decided(manifest_of(NIGHT, held_lists=(many,)), "ID")
    assert told == (f"The penalties of the market wait for somebody's answer: {said}",)


@pytest.mark.parametrize(
    ("entered_on", "since", "programme", "waits"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), "takedowns", True),
        (date(2026, 3, 1), date(2026, 3, 1), "takedowns", False),
        (date(2026, 3, 2), date(2026, 3, 1), "health", False),
        (date(2026, 3, 2), None, "takedowns", True),
    ],
)
def test_a_zone_is_not_decided_where_what_it_brings_waits_and_it_was_entered_since(
    entered_on: date, since: date | None, programme: str, waits: bool
) -> None:
    row = WaitingRow(PENALTIES, "takedowns/live", "", "live", "added")
    assert Waiting({PENALTIES: since}, (row,)).is_of_zone(programme, entered_on) == waits


STEPS = [
    {"step": number, "on_day": date(2026, *on), "event": event, "about": about}
    for number, (on, event, about) in enumerate(
        [
            ((1, 3), "penalty_begins", "takedowns/live"),
            ((1, 3), "stage_entered", "restricted"),
            ((1, 10), "penalty_ends", "takedowns/live"),
            ((3, 2), "penalty_begins", "takedowns/account"),
            ((3, 2), "penalty_begins", "takedowns/live"),
            ((3, 2), "stage_entered", "restricted"),
            ((3, 9), "penalty_ends", "takedowns/live"),
        ],
        1,
    )
]


@pytest.mark.parametrize(
    ("change", "since", "until", "coming"),
    [
        # Of no one night: held back by gate 2, or of a market that the account came from.
        ("", None, 6, {5, 6}),
        ("added", None, 6, {5, 6}),
        ("removed", None, 7, {7}),
        ("removed", None, 4, {3}),
        ("added", None, 0, set()),
        # Of a list that was decided last on a night.
        ("added", date(2026, 3, 1), 7, {5, 6, 7}),
        ("added", date(2026, 1, 3), 7, {3, 5, 6, 7}),
    ],
)
def test_what_came_of_a_penalty_before_the_one_that_waits_does_not_wait(
    change: str, since: date | None, until: int, coming: set[int]
) -> None:
    row = WaitingRow(PENALTIES, "takedowns/live", "", "live", change)
    assert Waiting({PENALTIES: since}, (row,)).coming_of_it(STEPS[:until]) == coming
