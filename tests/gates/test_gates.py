"""A night with 21 planted faults, as `make gates` runs two hundred."""

from __future__ import annotations

import json
import random
import shutil
import sys
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

import made_once
from evenhand.settings import PROJECT
from gates import __main__ as command
from gates import run as gates
from gates.__main__ import JUDGED_BY
from gates.nights import Judged, Nights
from gates.planted import FAULTS, SMALLEST, draw
from gates.run import Outcome, run
from gates.silent import FAULTS as SILENT
from gates.silent import RUNS, draw_silent
from gates.sizes import Sizes, held_for_sizes, held_for_sizes_table
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
def test_what_was_known_is_for_all_judgements_of_a_night_what_each_decides_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every judgement of a night, once as the table is made and once with nothing taken from another."""
    seen: list[str] = []

    def judged_twice(nights: Nights, landed: Path, night: date, name: str, **how: Any) -> Judged:
        judged = judge(nights, landed, night, name, **how)
        if how.pop("known", None):
            by_itself = judge(nights, landed, night, f"{name}-by-itself", **how)
            seen.append(name)
            assert judged.held == by_itself.held
            assert _all_of(judged.warehouse) == _all_of(by_itself.warehouse)
        return judged

    judge = Nights.judge
    monkeypatch.setattr(gates, "RELEASED_BEFORE", 8)
    monkeypatch.setattr(Nights, "judge", judged_twice)

    list(run(tmp_path / "market", 1, 1, 500, shared_compiled()))

    assert seen == ["clean", "spoilt", *(f"silent-{number}" for number in range(len(RUNS)))]


def _all_of(warehouse: Path) -> dict[str, list[Any]]:
    tables = ("changes", "counts", "shares", "trends", "list_sizes", "left_by_time", "power")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            table: connection.execute(f"from {table} order by all").fetchall()
            for table in ("main.penalties", "main.rewards", "main.reasons", *(f"gate.{name}" for name in tables))
        }


@pytest.mark.parametrize(
    "changed",
    [
        "policies/creators_sg.yml",
        "plugins/evenhand/simulation/plan.py",
        "plugins/evenhand/simulation/sql/3_cases.sql",
        "plugins/evenhand/quality/range_sizes.py",
        "tests/gates/silent.py",
        "tests/gates/table.py",
    ],
)
def test_a_run_of_other_packs_marketplaces_or_faults_is_another_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    project = tmp_path / "project"
    for each in JUDGED_BY:
        copied = project / each
        copied.parent.mkdir(parents=True, exist_ok=True)
        if (PROJECT / each).is_dir():
            shutil.copytree(PROJECT / each, copied, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(PROJECT / each, copied)
    shutil.copy(PROJECT / "uv.lock", project)
    # As it is without its memory: a run asks once.
    monkeypatch.setattr(command, "digest", made_once.digest.__wrapped__)
    before = command.home_of(tmp_path, 50, 40_000)
    monkeypatch.setattr(made_once, "PROJECT", project)
    assert command.home_of(tmp_path, 50, 40_000) == before

    with (project / changed).open("a") as file:
        file.write("\n")

    assert command.home_of(tmp_path, 50, 40_000) != before


def test_where_no_night_is_judged_nothing_is_told_and_that_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["gates", "--so-far", "--home", str(tmp_path)])

    with pytest.raises(SystemExit, match="No night is judged yet"):
        command.main()


def test_of_a_run_that_was_stopped_while_its_folder_was_cleared_all_outcomes_are_told(tmp_path: Path) -> None:
    (tmp_path / "1" / "outcomes").mkdir(parents=True)
    night = Outcome(date(2026, 9, 13), (("penalties", "MY", ("too many",)),), {}, {}, {}, ("link",))
    (tmp_path / "1" / "outcomes" / f"{night.night}.json").write_text(json.dumps(asdict(night), default=str))
    (tmp_path / "1" / "landing").mkdir()

    assert gates.all_of(tmp_path, 1, 1, 400) == [night]
    assert [each.name for each in (tmp_path / "1").iterdir()] == ["outcomes"]


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


def test_of_clean_sizes_what_rises_is_told_by_its_number() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema history")
        connection.execute(
            """create table history.list_sizes as
            select night::date as as_of, list, market, 'points' as programme, 'close' as measure, 90 as rows,
                90 as released, 0 as by_emergency, 90 as left_by_time,
                if(night = '2026-03-30' and market = 'SG' and list = 'penalties', 30, 9 + day(night) % 3) as added,
                0 as removed, 0 as changed, false as is_held
            from generate_series(date '2026-02-20', date '2026-03-31', interval 1 day) as nights (night),
                (values ('penalties'), ('rewards')) as lists (list), (values ('SG'), ('TH')) as markets (market)"""
        )

        held = held_for_sizes(connection, [date(2026, 3, 29), date(2026, 3, 30), date(2026, 3, 31)])

    assert [(each.night.day, each.list, each.market, each.numbers) for each in held] == [
        (30, "penalties", "SG", ("added",))
    ]
    assert "| 12 | of any of these | 1 (8.33 %) |" in held_for_sizes_table([Sizes(12, tuple(held))])
