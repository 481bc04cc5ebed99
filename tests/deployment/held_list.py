"""A held list in Airflow, as people meet it: two of them log in, and one has changed a policy."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from deployment.standalone import Standalone
from evenhand.settings import PROJECT

DAG = "/dags/held_list"
AUTHOR, ANOTHER = "mai", "lan"


def with_two_people(standalone: Standalone, folder: Path) -> Path:
    """Have two people log in, and the packs lie in the folder; returns where."""
    passwords = folder / "passwords.json"
    passwords.write_text(json.dumps({name: f"{name}'s" for name in (AUTHOR, ANOTHER)}))
    policies = folder / "policies"
    shutil.copytree(PROJECT / "policies", policies, ignore=shutil.ignore_patterns("published"))
    standalone.environment |= {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{AUTHOR}:admin,{ANOTHER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "EVENHAND_POLICIES": str(policies),
    }
    return policies


def log_in(standalone: Standalone, name: str) -> None:
    standalone.api.log_in(name, f"{name}'s")


def run_of(api: Any, night: str, name: str, market: str) -> str:
    """The run that the night began for a list."""
    runs = api.call("GET", f"{DAG}/dagRuns")["dag_runs"]
    (found,) = [each["dag_run_id"] for each in runs if each["dag_run_id"].startswith(f"{night}.{name}.{market}.")]
    return str(found)


def state(api: Any, run: str, task: str) -> str:
    return str(api.call("GET", f"{DAG}/dagRuns/{run}/taskInstances/{task}")["state"])


def question(api: Any, run: str, task: str, seconds: float = 180) -> dict[str, Any]:
    """What a person is asked, once it is."""
    api.wait(lambda: state(api, run, task) == "awaiting_input", seconds, f"{task} of {run}")
    asked: dict[str, Any] = api.call("GET", f"{DAG}/dagRuns/{run}/taskInstances/{task}/-1/hitlDetails")
    return asked


def answer(api: Any, run: str, task: str, said: str) -> None:
    """Answer, as whoever is logged in."""
    # Nobody answers in the second in which Airflow is still putting the question away: it would lose its place.
    time.sleep(5)
    body = {"chosen_options": [said], "params_input": {"answered_by": ""}}
    api.call("PATCH", f"{DAG}/dagRuns/{run}/taskInstances/{task}/-1/hitlDetails", json=body)


def wait(api: Any, run: str, wanted: str, seconds: float = 300) -> None:
    """Wait until the run has ended as wanted."""
    api.wait(lambda: api.call("GET", f"{DAG}/dagRuns/{run}")["state"] in ("success", "failed"), seconds, run)
    assert api.call("GET", f"{DAG}/dagRuns/{run}")["state"] == wanted


def ask_again(api: Any, run: str, task: str) -> None:
    """Clear the task that asked, with all that follows."""
    body = {
        "dag_run_id": run,
        "task_ids": [task],
        "include_downstream": True,
        "only_failed": False,
        "dry_run": False,
    }
    api.call("POST", f"{DAG}/clearTaskInstances", json=body)


def ends_held(standalone: Standalone) -> dict[str, str | None]:
    """Row key to the last day of every pause that the sandbox holds."""
    with closing(sqlite3.connect(standalone.home / "sandbox.sqlite")) as database:
        found = database.execute("select row_key, payload from held where measure = 'publishing_paused'").fetchall()
    return {row_key: json.loads(payload)["ends_on"] for row_key, payload in found}
