"""The models against the oracle, on random packs and histories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import strategies as st

from evenhand.deciding.project import CompiledModel
from transform.engine import Engine
from transform.histories import days_that_matter, emergencies, histories, last_day, packs
from transform.oracle import Night, decide
from transform.simple import HISTORY, PACK
from transform.together import Told, drawn, in_batches

# Histories that are decided together, and the nights of them that are looked at.
HISTORIES = 60
NIGHTS = 6
NUMBERS = st.lists(st.integers(0, 999), min_size=NIGHTS, max_size=NIGHTS)


@st.composite
def _told(draw: st.DrawFn) -> Told:
    return Told(draw(packs()), draw(histories()))


@st.composite
def _told_of_emergencies(draw: st.DrawFn) -> Told:
    history = draw(histories())
    return Told(draw(packs()), history, draw(emergencies(history)))


SOME = pytest.mark.parametrize("looked_at", [NIGHTS // 2, pytest.param(NIGHTS, marks=pytest.mark.soak)])


@pytest.mark.parametrize(
    ("together", "looked_at"), [(HISTORIES, NIGHTS // 2), pytest.param(40, NIGHTS, marks=pytest.mark.soak)]
)
def test_every_night_is_what_the_oracle_says(models: Sequence[CompiledModel], together: int, looked_at: int) -> None:
    for batch in in_batches(drawn(st.tuples(_told(), NUMBERS), 60), together):
        nights = [
            days[numbers[at % NIGHTS] % len(days)]
            for at, (told, numbers) in enumerate(batch)
            if (days := days_that_matter(list(told.accounts)))
        ]
        # In any order: what a night comes to doesn't depend on what was decided before it.
        _compare(models, [told for told, _ in batch], nights[:looked_at])


@SOME
def test_what_people_impose_and_lift_themselves_is_what_the_oracle_says(
    models: Sequence[CompiledModel], looked_at: int
) -> None:
    for batch in in_batches(drawn(st.tuples(_told_of_emergencies(), NUMBERS), 40), HISTORIES):
        nights = []
        for at, (told, numbers) in enumerate(batch):
            ends = {day for each in told.emergencies for day in (each.first, each.last)}
            days = sorted({day + timedelta(days=later) for day in ends for later in (-1, 0, 1)})
            nights.append(days[numbers[at % NIGHTS] % len(days)])
        _compare(models, [told for told, _ in batch], nights[:looked_at])


def test_the_order_of_rows_the_number_of_threads_and_a_second_run_change_nothing(
    models: Sequence[CompiledModel],
) -> None:
    told = [each.apart(number) for number, each in enumerate(drawn(_told(), 10))]
    packs_of_all = [pack for each in told for pack in each.packs]
    accounts = [account for each in told for account in each.accounts]
    night = last_day(accounts)
    one = Engine(models, packs_of_all, accounts, threads=1)
    one.run(night)
    first = one.lists()
    one.run(night)
    assert one.lists() == first
    for seed in (1, 2):
        other = Engine(models, packs_of_all, accounts, threads=4)
        other.shuffle(seed)
        other.run(night)
        assert other.lists() == first
        other.connection.close()
    one.connection.close()
    assert all(first[name] for name in ("penalties", "rewards", "reasons", "account_standings"))


def test_a_reason_that_hasnt_changed_keeps_its_id(models: Sequence[CompiledModel]) -> None:
    engine = Engine(models, [PACK], HISTORY)
    ids = []
    for days in (0, 1):
        engine.run(last_day(HISTORY) + timedelta(days=days))
        ids.append(engine.connection.execute("select row_key, reason_id from main.penalties order by all").fetchall())

    assert ids[0] == ids[1]
    assert len(ids[0]) == 1


def _compare(models: Sequence[CompiledModel], batch: Sequence[Told], nights: Sequence[date]) -> None:
    """Each history of a batch on each of the nights, against the oracle; one that differs is told by itself."""
    told = [each.apart(number) for number, each in enumerate(batch)]
    engine = Engine(
        models,
        [pack for each in told for pack in each.packs],
        [account for each in told for account in each.accounts],
        emergencies=[emergency for each in told for emergency in each.emergencies],
    )
    for night in nights:
        engine.run(night)
        found, changes = engine.night(), engine.changes()
        rows = 0
        for each in told:
            own = {account.account_id for account in each.accounts}
            wanted = decide(list(each.packs), list(each.accounts), night, each.emergencies)
            before = decide(list(each.packs), list(each.accounts), night - timedelta(days=1), each.emergencies)
            of_it = _of(found, own)
            assert of_it == wanted, (night, each)
            assert {row for row in changes if _account(row[0]) in own} == _changes(before, wanted), (night, each)
            rows += len(wanted.penalties)
        assert rows == len(found.penalties)
    engine.connection.close()


def _of(night: Night, accounts: set[str]) -> Night:
    return Night(
        standings={key: value for key, value in night.standings.items() if key[0] in accounts},
        penalties={key: value for key, value in night.penalties.items() if _account(key) in accounts},
        rewards={key for key in night.rewards if _account(key) in accounts},
    )


def _account(row_key: str) -> str:
    return row_key.partition("/")[0]


def _changes(before: Night, after: Night) -> set[tuple[str, str, str]]:
    earlier = {(key, penalty.measure) for key, penalty in before.penalties.items()}
    later = {(key, penalty.measure) for key, penalty in after.penalties.items()}
    return (
        {(*row, "new") for row in later - earlier}
        | {(*row, "kept") for row in later & earlier}
        | {(*row, "ended") for row in earlier - later}
    )
