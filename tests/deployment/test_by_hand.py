"""Stopping deliveries and reversing a night, in Airflow as people use it: a form, and a second person who logs in."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deployment.standalone import Standalone
from night.installation import Installation

EARLIER, NIGHT = "2026-03-05", "2026-03-06"
OF_A1 = "a1/copyright_strikes/account"
STOP, REVERSE = "/dags/emergency_stop", "/dags/release_reversed"
WHY = "The appeal was granted by mistake"


@pytest.fixture
def standalone(tmp_path: Path) -> Iterator[Standalone]:
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


@pytest.mark.timeout(1800)
def test_one_stops_two_resume_and_two_reverse_the_newest_night(standalone: Standalone) -> None:
    api = standalone.api
    standalone.start("mai", "mai's")
    api.wait_for_run(api.trigger(EARLIER), 400)
    run = api.trigger(NIGHT)
    api.wait_for_run(run, 400)
    assert OF_A1 not in _held(standalone)

    stop = _ask(api, STOP, action="stop", reason=WHY)
    _wait(api, STOP, stop, "success")
    tries = api.tries(run)["deliver.sandbox.delivered"]
    api.clear(run, "deliver.sandbox.delivered", downstream=True)
    api.wait_for_run(run, 200, "failed")
    assert "stopped by mai at" in api.complaint("/dags/nightly_governance", run, "deliver.sandbox.delivered")
    # Trying again would be in vain, so it isn't.
    assert api.tries(run)["deliver.sandbox.delivered"] == tries + 1

    resume = _ask(api, STOP, action="resume", reason=WHY)
    _answer(api, STOP, resume)
    _wait(api, STOP, resume, "failed")
    assert "mai asked for resuming deliveries" in api.complaint(STOP, resume, "deliveries_resumed")
    api.log_in("lan", "lan's")
    _clear(api, STOP, resume, "second_person_asked")
    _answer(api, STOP, resume)
    _wait(api, STOP, resume, "success")
    api.clear(run, "deliver.sandbox.delivered", "deliver.notices.delivered", downstream=True)
    api.wait_for_run(run, 200)

    # One who rejects it leaves all as it is.
    rejected = _ask(api, REVERSE, night=NIGHT, reason=WHY)
    _answer(api, REVERSE, rejected, "Reject")
    _wait(api, REVERSE, rejected, "success")
    assert not (standalone.home / "reversals").exists()

    reversal = _ask(api, REVERSE, night=NIGHT, reason=WHY)
    api.log_in("mai", "mai's")
    _answer(api, REVERSE, reversal)
    _wait(api, REVERSE, reversal, "success", 300)
    assert OF_A1 in _held(standalone)
    (recorded,) = (standalone.home / "reversals" / f"night={NIGHT}").iterdir()
    content = json.loads(recorded.read_text())
    assert (content["by"]["name"], content["approved_by"]["name"], content["why"]) == ("lan", "mai", WHY)
    assert content["by"]["logged_in"] and content["approved_by"]["logged_in"]


def _ask(api: Any, dag: str, **form: object) -> str:
    return str(api.call("POST", f"{dag}/dagRuns", json={"logical_date": None, "conf": form})["dag_run_id"])


def _answer(api: Any, dag: str, run: str, say: str = "Approve") -> None:
    task = f"{dag}/dagRuns/{run}/taskInstances/second_person_asked"
    api.wait(lambda: api.call("GET", task)["state"] == "awaiting_input", 120, "the question")
    # Nobody answers in the second in which Airflow is still putting the question away: it would lose its place.
    time.sleep(5)
    answer = {"chosen_options": [say], "params_input": {"approved_by": None}}
    api.call("PATCH", f"{task}/-1/hitlDetails", json=answer)


def _clear(api: Any, dag: str, run: str, task: str) -> None:
    body = {"dag_run_id": run, "task_ids": [task], "include_downstream": True, "only_failed": False, "dry_run": False}
    api.call("POST", f"{dag}/clearTaskInstances", json=body)


def _wait(api: Any, dag: str, run: str, wanted: str, seconds: float = 120) -> None:
    api.wait(lambda: api.call("GET", f"{dag}/dagRuns/{run}")["state"] in ("success", "failed"), seconds, run)
    assert api.call("GET", f"{dag}/dagRuns/{run}")["state"] == wanted


def _held(standalone: Standalone) -> list[str]:
    with closing(sqlite3.connect(standalone.home / "sandbox.sqlite")) as database:
        return [key for (key,) in database.execute("select row_key from held where list = 'penalties'").fetchall()]
