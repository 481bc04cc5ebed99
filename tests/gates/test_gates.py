"""A night with 21 planted faults, as `make gates` runs two hundred."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from gates import run as gates
from gates.nights import Nights
from gates.planted import FAULTS, SMALLEST, draw
from gates.run import run
from gates.silent import FAULTS as SILENT
from gates.silent import RUNS, draw_silent
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
