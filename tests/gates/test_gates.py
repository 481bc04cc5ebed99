"""A night with 21 planted faults, as `make gates` runs two hundred."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gates import run as gates
from gates.nights import Judged, Nights
from gates.planted import FAULTS, SMALLEST, draw
from gates.run import run
from gates.silent import FAULTS as SILENT
from gates.silent import RUNS, draw_silent
from gates.thinning import Thinning
from made_once import shared_compiled


@pytest.mark.parametrize(
    ("creators", "silent_runs"), [(1000, 1), pytest.param(2000, len(RUNS), marks=pytest.mark.soak)]
)
def test_every_fault_is_held_and_nothing_else_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, creators: int, silent_runs: int
) -> None:
    """With the silent faults of one of their runs, which is drawn each time, or of all."""
    monkeypatch.setattr(gates, "RELEASED_BEFORE", 8)
    silent = random.SystemRandom().sample(gates.ALL_SILENT, silent_runs)
    print(f"runs of silent faults: {silent}")

    (outcome,) = run(tmp_path / "market", 1, 1, creators, shared_compiled(), silent)

    assert outcome.held_clean == ()
    assert {fault: outcome.caught[fault] for fault in FAULTS} == dict.fromkeys(FAULTS, True), outcome.said
    assert {outcome.escaped[fault] for fault in FAULTS} == {0}
    # Of so few creators the silent ones are seldom of the size at which they have to be held: that is for the table.
    assert set(outcome.caught) == {*FAULTS, *(fault for number in silent for fault in RUNS[number])}
    # A run that was stopped goes on after the nights that it has judged.
    monkeypatch.setattr(Nights, "judge", None)
    assert list(run(tmp_path / "market", 1, 1, creators, shared_compiled(), silent)) == [outcome]


@pytest.mark.soak
def test_what_is_decided_beside_the_clean_night_is_what_is_decided_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every run of a night with faults, once as the table is made and once with nothing taken from the clean night."""
    seen: list[str] = []

    def judged_twice(nights: Nights, landed: Path, night: date, name: str, **how: Any) -> Judged:
        judged = judge(nights, landed, night, name, **how)
        if how.get("clean"):
            alone = {key: value for key, value in how.items() if key not in ("clean", "known", "markets")}
            by_itself = judge(nights, landed, night, f"{name}-by-itself", **alone)
            seen.append(name)
            assert judged.held == by_itself.held
            assert _all_of(judged.warehouse) == _all_of(by_itself.warehouse)
        return judged

    judge = Nights.judge
    monkeypatch.setattr(gates, "RELEASED_BEFORE", 8)
    monkeypatch.setattr(Nights, "judge", judged_twice)

    list(run(tmp_path / "market", 1, 1, 3000, shared_compiled(), thinning=Thinning()))

    assert seen == ["spoilt", *(f"silent-{number}" for number in range(len(RUNS)))]


def _all_of(warehouse: Path) -> dict[str, list[Any]]:
    tables = ("changes", "counts", "shares", "trends", "list_sizes", "left_by_time", "power")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            table: connection.execute(f"from {table} order by all").fetchall()
            for table in ("main.penalties", "main.rewards", "main.reasons", *(f"gate.{name}" for name in tables))
        }


def test_the_faults_of_a_night_are_in_markets_of_their_own() -> None:
    for day in range(50):
        faults = draw(date(2026, 1, 1) + timedelta(days=day), 1)
        assert faults.tenfold == SMALLEST
        assert len({faults.market_of(fault) for fault in FAULTS}) == len(FAULTS)


def test_silent_faults_of_a_run_are_in_markets_of_their_own_and_none_is_left_out() -> None:
    night = date(2026, 1, 1)
    drawn = [draw_silent(night, 1, number) for number in range(len(RUNS))]
    assert {fault for each in drawn for fault in each} == set(SILENT)
    for each in drawn:
        assert len(set(each.values())) == len(each)
