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
