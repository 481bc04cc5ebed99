"""The models against the oracle, on random packs and histories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.deciding.compiled import CompiledModel
from evenhand.policy.language.pack import Pack
from transform.engine import Engine
from transform.histories import days_that_matter, emergencies, histories, last_day, packs
from transform.oracle import Account, Night, decide
from transform.simple import HISTORY, PACK


@settings(derandomize=True, deadline=None, max_examples=60)
@given(packs=packs(), history=histories(), nights=st.lists(st.integers(0, 999), min_size=2, max_size=2))
def test_every_night_is_what_the_oracle_says(
    models: Sequence[CompiledModel], packs: list[Pack], history: list[Account], nights: list[int]
) -> None:
    days = days_that_matter(history)
    with TemporaryDirectory() as folder:
        engine = Engine(Path(folder) / "warehouse.duckdb", models, packs, history)
        # In any order: what a night comes to doesn't depend on what was decided before it.
        for night in (days[number % len(days)] for number in nights):
            engine.run(night)
            wanted = decide(packs, history, night)
            found = engine.night()
            assert found.standings == wanted.standings
            assert found.penalties == wanted.penalties
            assert found.rewards == wanted.rewards
            before = decide(packs, history, night - timedelta(days=1))
            assert engine.changes() == _changes(before, wanted)
        engine.connection.close()


@settings(derandomize=True, deadline=None, max_examples=40)
@given(data=st.data(), packs=packs(), history=histories(), nights=st.lists(st.integers(0, 999), min_size=2, max_size=2))
def test_what_people_impose_and_lift_themselves_is_what_the_oracle_says(
    models: Sequence[CompiledModel], data: st.DataObject, packs: list[Pack], history: list[Account], nights: list[int]
) -> None:
    known = data.draw(emergencies(history))
    ends = {each.last for each in known} | {each.first for each in known}
    days = sorted({day + timedelta(days=later) for day in ends for later in (-1, 0, 1)})
    with TemporaryDirectory() as folder:
        engine = Engine(Path(folder) / "warehouse.duckdb", models, packs, history, emergencies=known)
        for night in (days[number % len(days)] for number in nights):
            engine.run(night)
            wanted = decide(packs, history, night, known)
            found = engine.night()
            assert found.penalties == wanted.penalties
            assert found.standings == wanted.standings
            assert engine.changes() == _changes(decide(packs, history, night - timedelta(days=1), known), wanted)
        engine.connection.close()


@settings(derandomize=True, deadline=None, max_examples=10)
@given(packs=packs(), history=histories(), seed=st.integers(0, 99))
def test_the_order_of_rows_the_number_of_threads_and_a_second_run_change_nothing(
    models: Sequence[CompiledModel], packs: list[Pack], history: list[Account], seed: int
) -> None:
    night = last_day(history)
    with TemporaryDirectory() as folder:
        one = Engine(Path(folder) / "one.duckdb", models, packs, history, threads=1)
        one.run(night)
        first = one.lists()
        one.run(night)
        assert one.lists() == first
        other = Engine(Path(folder) / "other.duckdb", models, packs, history, threads=4)
        other.shuffle(seed)
        other.run(night)
        assert other.lists() == first
        one.connection.close()
        other.connection.close()


def test_a_reason_that_hasnt_changed_keeps_its_id(models: Sequence[CompiledModel], tmp_path: Path) -> None:
    engine = Engine(tmp_path / "warehouse.duckdb", models, [PACK], HISTORY)
    ids = []
    for days in (0, 1):
        engine.run(last_day(HISTORY) + timedelta(days=days))
        ids.append(engine.connection.execute("select row_key, reason_id from main.penalties order by all").fetchall())

    assert ids[0] == ids[1]
    assert len(ids[0]) == 1


def _changes(before: Night, after: Night) -> set[tuple[str, str, str]]:
    earlier = {(key, penalty.measure) for key, penalty in before.penalties.items()}
    later = {(key, penalty.measure) for key, penalty in after.penalties.items()}
    return (
        {(*row, "new") for row in later - earlier}
        | {(*row, "kept") for row in later & earlier}
        | {(*row, "ended") for row in earlier - later}
    )
