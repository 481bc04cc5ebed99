"""A measure imposed now, in Airflow as people use it: a form, a second person who is logged in, the night again."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deployment.standalone import Standalone
from night.installation import Installation

NIGHT = "2026-03-05"
DAG = "/dags/emergency_measure"
FORM = {
    "action": "impose",
    "measure": "account_suspended",
    "scope": "account",
    "market": "world",
    "accounts": ["a5", "a6"],
    "until": "2026-03-07",
    "reason": "Fake prizes in lives",
}


@pytest.fixture
def standalone(tmp_path: Path) -> Any:
    """A small history, and two people who log in with their names."""
    standalone = Standalone(tmp_path / "home")
    Installation(standalone.home).land_history()
    standalone.environment |= {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "mai:admin,lan:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(tmp_path / "passwords.json"),
    }
    (tmp_path / "passwords.json").write_text(json.dumps({"mai": "mai's", "lan": "lan's"}))
    yield standalone
    standalone.processes.stop()


@pytest.mark.timeout(1500)
def test_one_asks_another_approves_and_the_night_is_decided_again(standalone: Standalone) -> None:
    api = standalone.api
    standalone.start("mai", "mai's")
    api.wait_for_run(api.trigger(NIGHT), 400)
    assert _held(standalone, "a5") == []

    refused = _ask(api, **{**FORM, "measure": "flogging"})
    _wait(api, refused, "failed")
    assert "has no 'flogging' on 'account'" in api.complaint(DAG, refused, "emergency_proposed")

    # Who gives another name in the form is still who is logged in.
    run = _ask(api, **FORM, author="somebody else")
    api.wait(lambda: _state(api, run, "second_person_asked") == "awaiting_input", 120, "the question")
    asked = api.call("GET", f"{DAG}/dagRuns/{run}/taskInstances/second_person_asked/-1/hitlDetails")
    assert "**mai** asks for account_suspended on account to be imposed in world, on **2 account(s)**" in asked["body"]
    _answer(api, run, "lan")
    _wait(api, run, "failed")
    assert "mai asked for account_suspended" in api.complaint(DAG, run, "emergency_recorded")
    assert not (standalone.home / "emergencies").exists()

    api.log_in("lan", "lan's")
    api.call(
        "POST",
        f"{DAG}/clearTaskInstances",
        json={
            "dag_run_id": run,
            "task_ids": ["second_person_asked"],
            "include_downstream": True,
            "only_failed": False,
            "dry_run": False,
        },
    )
    api.wait(lambda: _state(api, run, "second_person_asked") == "awaiting_input", 120, "the question")
    _answer(api, run, "")
    _wait(api, run, "success", 500)

    (recorded,) = (standalone.home / "emergencies").glob("*.json")
    content = json.loads(recorded.read_text())
    assert content["author"] == {"name": "mai", "logged_in": True}
    assert content["approved_by"] == {"name": "lan", "logged_in": True}
    assert content["first_night"] == NIGHT
    assert _state(api, run, "later_night_decided_again") == "skipped"
    assert _held(standalone, "a5") == ["a5/emergency/account"]
    assert _held(standalone, "a6") == ["a6/emergency/account"]
    assert (standalone.home / "releases" / f"night={NIGHT}").resolve().name == "0002"


def _ask(api: Any, **form: object) -> str:
    return str(api.call("POST", f"{DAG}/dagRuns", json={"logical_date": None, "conf": form})["dag_run_id"])


def _answer(api: Any, run: str, approved_by: str) -> None:
    # Nobody answers in the second in which Airflow is still putting the question away: it would lose its place.
    time.sleep(5)
    answer = {"chosen_options": ["Approve"], "params_input": {"approved_by": approved_by}}
    api.call("PATCH", f"{DAG}/dagRuns/{run}/taskInstances/second_person_asked/-1/hitlDetails", json=answer)


def _state(api: Any, run: str, task: str) -> str:
    return str(api.call("GET", f"{DAG}/dagRuns/{run}/taskInstances/{task}")["state"])


def _wait(api: Any, run: str, wanted: str, seconds: float = 120) -> None:
    api.wait(lambda: api.call("GET", f"{DAG}/dagRuns/{run}")["state"] in ("success", "failed"), seconds, run)
    assert api.call("GET", f"{DAG}/dagRuns/{run}")["state"] == wanted


def _held(standalone: Standalone, account: str) -> list[str]:
    with closing(sqlite3.connect(standalone.home / "sandbox.sqlite")) as database:
        query = "select row_key from held where list = 'penalties' and row_key like ? order by row_key"
        return [key for (key,) in database.execute(query, [f"{account}/%"]).fetchall()]
