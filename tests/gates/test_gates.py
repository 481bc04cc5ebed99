"""Two nights with six planted faults, as `make gates` runs two hundred."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from gates import run as gates
from gates.planted import FAULTS, SMALLEST, draw
from gates.run import run
from made_once import shared_compiled


def test_every_fault_is_held_and_nothing_else_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "RELEASED_BEFORE", 8)

    outcomes = list(run(tmp_path / "market", 1, 2, 3000, shared_compiled()))

    assert len(outcomes) == 2
    for outcome in outcomes:
        assert outcome.held_clean == ()
        assert outcome.caught == dict.fromkeys(FAULTS, True), outcome.said
        assert set(outcome.escaped.values()) == {0}


def test_the_faults_of_a_night_are_in_markets_of_their_own() -> None:
    for day in range(50):
        faults = draw(date(2026, 1, 1) + timedelta(days=day), 1)
        assert faults.tenfold == SMALLEST
        assert len({faults.market_of(fault) for fault in FAULTS}) == len(FAULTS)
