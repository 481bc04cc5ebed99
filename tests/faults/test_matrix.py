"""The fault matrix in short, and that it would find a sender that isn't right.

`make soak` runs three schedules of each receiver and not one, `make faults` all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

import pytest

from delivery.systems import KINDS, ONCE
from faults import sabotage
from faults.run import Harness, Outcome
from faults.schedule import ROW_OF, Fault, Night, Schedule, draw
from faults.table import failures

SEED = "short"
SIDE_BY_SIDE = 4
# How many schedules are drawn to find a sender that isn't right.
DRAWN = 30


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    harness = Harness()
    yield harness
    harness.stop()


@pytest.fixture(scope="module")
def outcomes(harness: Harness, request: pytest.FixtureRequest) -> Iterator[Mapping[tuple[int, str], Future[Outcome]]]:
    """What becomes of every schedule that is tested: of several kinds side by side, for most of each is waiting."""
    busy = {kind: Lock() for kind in (*KINDS, *ONCE)}

    def run(number: int, kind: str) -> Outcome:
        with busy[kind]:
            return harness.run(draw(f"{SEED}/{number}", kind))

    wanted = [
        (number, kind)
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == test_a_schedule_ends_as_wanted.__name__
        if isinstance(number := item.callspec.params["number"], int)
        if isinstance(kind := item.callspec.params["kind"], str)
    ]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as executor:
        yield {each: executor.submit(run, *each) for each in wanted}


@pytest.mark.parametrize("kind", [*KINDS, *ONCE])
@pytest.mark.parametrize("number", [0, *(pytest.param(number, marks=pytest.mark.soak) for number in (1, 2))])
def test_a_schedule_ends_as_wanted(number: int, kind: str, outcomes: Mapping[tuple[int, str], Future[Outcome]]) -> None:
    outcome = outcomes[number, kind].result()
    assert outcome.holds, failures([outcome])


@pytest.mark.parametrize(("kind", "pieces"), [("postgres", 36), ("object_store", 13)])
def test_a_server_killed_when_it_has_taken_a_part_ends_as_wanted(kind: str, pieces: int, harness: Harness) -> None:
    wanted = {f"p{number:02}": "no_live" for number in range(12)}
    kill = Fault("kill -9 of the receiver", "kill_receiver_after", pieces, 0)
    outcome = harness.run(Schedule("in the middle", kind, 3, (Night(wanted, (kill,)),)))
    assert outcome.in_the_middle == {kill.row}
    assert outcome.holds, failures([outcome])


@pytest.mark.parametrize(
    ("kind", "done"),
    [
        ("http", "drip"),
        ("http_without_keys", "lag"),
        ("http", "empty"),
        ("http", "lose_ledger"),
        ("files", "bring_back_ledger"),
    ],
)
def test_a_state_that_is_told_wrong_an_answer_without_end_or_a_ledger_that_is_lost_ends_as_wanted(
    kind: str, done: str, harness: Harness
) -> None:
    wanted = [{f"p{number:02}": measure for number in range(6)} for measure in ("no_live", "no_ads", "warning")]
    fault = Fault(ROW_OF[done], done, 0, 0.3)
    nights = [Night(each, (fault,) if number == 1 else ()) for number, each in enumerate(wanted)]
    outcome = harness.run(Schedule(done, kind, 4, tuple(nights)))
    assert outcome.happened == {fault.row}
    assert outcome.holds, failures([outcome])


def test_it_finds_a_sender_that_believes_what_it_sends(harness: Harness) -> None:
    # None of the first five loses an answer.
    found = _until_it_fails(harness, "postgres", sabotage.believes_what_it_sends, first=5)
    assert found.missing or found.stale or found.wrong or found.false_success


def test_it_finds_a_sender_that_changes_keys(harness: Harness) -> None:
    assert _until_it_fails(harness, "http", sabotage.asks_under_another_key).duplicates


def test_it_finds_a_sender_that_lies(harness: Harness) -> None:
    found = _until_it_fails(harness, "postgres", sabotage.always_reports_success)
    assert found.false_success


def _until_it_fails(harness: Harness, kind: str, sender: Callable[..., None], first: int = 0) -> Outcome:
    for number in range(first, first + DRAWN):
        outcome = harness.run(draw(f"sabotage/{number}", kind), sender)
        if not outcome.holds:
            return outcome
    raise AssertionError("the matrix doesn't see it")
