"""The task of a night: it brings the cases up to date and exports them, and where it can't, the night goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from airflow.models import DagBag
from airflow.sdk.exceptions import AirflowFailException
from typer.testing import CliRunner

from cases.nights import NIGHT, appeal, packs, release, warehouse
from evenhand.cases.store import reading
from evenhand.cli import app
from evenhand.settings import PROJECT, settings
from evenhand.tasks.cases import alone, update_cases


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    packs(tmp_path / "packs")
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EVENHAND_POLICIES", str(tmp_path / "packs"))
    return tmp_path / "home"


def test_a_night_s_cases_are_updated_exported_and_verified(home: Path) -> None:
    folder = release(home, account_violations=[appeal("p1")])
    warehouse(home)
    before = sorted((path.name, path.read_bytes()) for path in folder.iterdir())
    assert update_cases(NIGHT)["told"] == "cases: 1 opened"
    assert update_cases(NIGHT)["told"] == "cases: none changed"
    release(home, NIGHT - timedelta(days=1))
    earlier = NIGHT - timedelta(days=1)
    assert update_cases(earlier)["told"] == f"cases are as of a later night than {earlier}"
    assert [path.name for path in sorted((home / "cases" / f"night={NIGHT}").iterdir())] == [
        "0001.json",
        "0001.parquet",
    ]
    assert sorted((path.name, path.read_bytes()) for path in folder.iterdir()) == before
    verified = CliRunner().invoke(app, ["verify"])
    assert verified.exit_code == 0, verified.output
    (home / "cases.sqlite").unlink()
    assert f"{home}/cases.sqlite: is gone" in " ".join(CliRunner().invoke(app, ["verify"]).output.split())


def test_what_it_cannot_do_is_told_and_fails_nothing(home: Path) -> None:
    release(home, account_violations=[appeal("p1")])
    (home / "cases.sqlite").write_bytes(b"nonsense" * 100)
    with pytest.raises(AirflowFailException, match=r"cases\.sqlite: file is not a database"):
        update_cases(NIGHT)
    said = alone(lambda: update_cases(NIGHT), SimpleNamespace(try_number=1, max_tries=3))
    assert said["told"].startswith("the cases aren't up to date: ")
    assert "cases.sqlite" in (settings().work(NIGHT) / "steps" / "update_cases.failed.json").read_text()

    def passes() -> None:
        raise TimeoutError("the disk")

    # What may pass is tried again first.
    with pytest.raises(TimeoutError):
        alone(passes, SimpleNamespace(try_number=3, max_tries=3))
    assert alone(passes, SimpleNamespace(try_number=4, max_tries=3)) == {
        "told": "the cases aren't up to date: the disk"
    }


def test_no_task_waits_for_the_cases_and_they_come_after_each_release() -> None:
    tasks = [
        (dag.dag_id, task)
        for dag in DagBag(str(PROJECT / "dags")).dags.values()
        for task in dag.tasks
        if task.task_id.endswith("update_cases")
    ]
    assert sorted(f"{dag}.{task.task_id}" for dag, task in tasks) == [
        "held_list.answer.update_cases",
        "held_list.rest.update_cases",
        "nightly_governance.update_cases",
        "release_reversed.update_cases",
    ]
    for dag, task in tasks:
        # What comes after a whole group waits for all of it, and it ends well whatever came of it.
        assert task.downstream_task_ids <= {"is_first_wave", "send_reports"}, dag
        assert {each.rpartition(".")[2] for each in task.upstream_task_ids} <= {"publish_release", "reverse_release"}


def test_before_the_first_night_there_is_nothing_to_verify_and_nothing_is_made(home: Path) -> None:
    assert CliRunner().invoke(app, ["verify"]).exit_code == 0
    assert not (home / "cases.sqlite").exists()
    with reading(home) as cases:
        assert cases.all() == {} and cases.head() == (0, "")
