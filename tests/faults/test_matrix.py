"""The fault matrix in short, and that it would find a sender that isn't right.

`make soak` runs three schedules of each receiver and not one, `make faults` all of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest

from delivery.systems import KINDS, ONCE
from faults import sabotage
from faults.run import Harness, Outcome
from faults.schedule import ROW_OF, Fault, Night, Schedule, draw
from faults.table import failures

SEED = "short"
# How many schedules are drawn to find a sender that isn't right.
DRAWN = 30
Work = Callable[[Harness], Outcome]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> Iterator[Mapping[str, Future[Outcome]]]:
    """What becomes of everything that is tested, by the test's name.

    For most of it is waiting, the kinds of receivers are disturbed side by side; the one that has most, twice.
    """
    with ThreadPoolExecutor(1 + len((*KINDS, *ONCE))) as executor:
        found: dict[str, Future[Outcome]] = {}
        in_turn: dict[tuple[str, bool], list[tuple[Work, Future[Outcome]]]] = defaultdict(list)
        for item in request.session.items:
            if isinstance(item, pytest.Function) and item.path == request.path:
                kind, work = _work(item)
                found[item.name] = Future()
                is_beside = kind == "http" and "schedule" in item.name
                in_turn[kind, is_beside].append((work, found[item.name]))
        for each in in_turn.values():
            executor.submit(_in_turn, each)
        yield found


def _in_turn(works: list[tuple[Work, Future[Outcome]]]) -> None:
    try:
        harness = Harness()
    except BaseException as error:
        for _, future in works:
            future.set_exception(error)
        return
    try:
        for work, future in works:
            try:
                future.set_result(work(harness))
            except BaseException as error:
                future.set_exception(error)
    finally:
        harness.stop()


@pytest.fixture
def outcome(request: pytest.FixtureRequest, outcomes: Mapping[str, Future[Outcome]]) -> Outcome:
    return outcomes[request.node.name].result()


def _work(item: pytest.Function) -> tuple[str, Work]:
    """The kind of receiver that a test is of, and what is done to it."""
    of = item.callspec.params if hasattr(item, "callspec") else {}
    match item.originalname:
        case "test_a_schedule_ends_as_wanted":
            schedule = draw(f"{SEED}/{of['number']}", str(of["kind"]))
        case "test_a_server_killed_when_it_has_taken_a_part_ends_as_wanted":
            schedule = _killed(str(of["kind"]), int(str(of["pieces"])))
        case "test_a_state_that_is_told_wrong_an_answer_without_end_or_a_ledger_that_is_lost_ends_as_wanted":
            schedule = _state(str(of["kind"]), str(of["done"]))
        case "test_it_finds_a_sender_that_believes_what_it_sends":
            # None of the first five loses an answer.
            return "postgres", partial(_until_it_fails, "postgres", sabotage.believes_what_it_sends, 5)
        case "test_it_finds_a_sender_that_changes_keys":
            return "http", partial(_until_it_fails, "http", sabotage.asks_under_another_key, 0)
        case "test_it_finds_a_sender_that_lies":
            return "postgres", partial(_until_it_fails, "postgres", sabotage.always_reports_success, 0)
        case other:
            raise AssertionError(f"{other} says nothing of what is done")
    return schedule.kind, lambda harness: harness.run(schedule)


def _killed(kind: str, pieces: int) -> Schedule:
    wanted = {f"p{number:02}": "no_live" for number in range(12)}
    kill = Fault("kill -9 of the receiver", "kill_receiver_after", pieces, 0)
    return Schedule("in the middle", kind, 3, (Night(wanted, (kill,)),))


def _state(kind: str, done: str) -> Schedule:
    wanted = [{f"p{number:02}": measure for number in range(6)} for measure in ("no_live", "no_ads", "warning")]
    fault = Fault(ROW_OF[done], done, 0, 0.3)
    nights = [Night(each, (fault,) if number == 1 else ()) for number, each in enumerate(wanted)]
    return Schedule(done, kind, 4, tuple(nights))


def _until_it_fails(kind: str, sender: Callable[..., None], first: int, harness: Harness) -> Outcome:
    for number in range(first, first + DRAWN):
        outcome = harness.run(draw(f"sabotage/{number}", kind), sender)
        if not outcome.holds:
            return outcome
    raise AssertionError("the matrix doesn't see it")


@pytest.mark.parametrize("kind", [*KINDS, *ONCE])
@pytest.mark.parametrize("number", [0, *(pytest.param(number, marks=pytest.mark.soak) for number in (1, 2))])
def test_a_schedule_ends_as_wanted(number: int, kind: str, outcome: Outcome) -> None:
    assert outcome.holds, failures([outcome])


@pytest.mark.parametrize(("kind", "pieces"), [("postgres", 36), ("object_store", 13)])
def test_a_server_killed_when_it_has_taken_a_part_ends_as_wanted(kind: str, pieces: int, outcome: Outcome) -> None:
    assert outcome.in_the_middle == {"kill -9 of the receiver"}
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
    kind: str, done: str, outcome: Outcome
) -> None:
    assert outcome.happened == {ROW_OF[done]}
    assert outcome.holds, failures([outcome])


def test_it_finds_a_sender_that_believes_what_it_sends(outcome: Outcome) -> None:
    assert outcome.missing or outcome.stale or outcome.wrong or outcome.false_success


def test_it_finds_a_sender_that_changes_keys(outcome: Outcome) -> None:
    assert outcome.duplicates


def test_it_finds_a_sender_that_lies(outcome: Outcome) -> None:
    assert outcome.false_success
