"""Airflow as people meet it: two of them log in, fill in forms, are asked and answer."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from deployment.airflow_api import AirflowApi
from deployment.standalone import Standalone
from evenhand.settings import PROJECT

MAI, LAN = "mai", "lan"


def with_two_people(standalone: Standalone, folder: Path) -> None:
    """Have two people log in, each with a name and a password; start it as one of them."""
    passwords = folder / "passwords.json"
    passwords.write_text(json.dumps({name: password(name) for name in (MAI, LAN)}))
    standalone.environment |= {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{MAI}:admin,{LAN}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
    }


def with_packs_of_its_own(standalone: Standalone, folder: Path) -> Path:
    """Have the packs lie in the folder, to be changed; returns where."""
    policies = folder / "policies"
    shutil.copytree(PROJECT / "policies", policies, ignore=shutil.ignore_patterns("published"))
    standalone.environment["EVENHAND_POLICIES"] = str(policies)
    return policies


def start(standalone: Standalone, name: str) -> None:
    standalone.start(name, password(name))


def log_in(api: AirflowApi, name: str) -> None:
    api.log_in(name, password(name))


def password(name: str) -> str:
    return f"{name}'s"


def fill_in(api: AirflowApi, dag: str, **form: object) -> str:
    """Start a run with a form; returns its id."""
    return str(api.call("POST", f"/dags/{dag}/dagRuns", json={"logical_date": None, "conf": form})["dag_run_id"])


def run_of_list(api: AirflowApi, night: str, name: str, market: str) -> str:
    """The run that a night began for a list that it holds."""
    runs = api.call("GET", "/dags/held_list/dagRuns")["dag_runs"]
    (found,) = [each["dag_run_id"] for each in runs if each["dag_run_id"].startswith(f"{night}.{name}.{market}.")]
    return str(found)


def state(api: AirflowApi, dag: str, run: str, task: str) -> str:
    return str(api.call("GET", _task(dag, run, task))["state"])


def question(api: AirflowApi, dag: str, run: str, task: str, seconds: float = 180) -> dict[str, Any]:
    """What a person is asked, once it is."""
    api.wait(lambda: state(api, dag, run, task) == "awaiting_input", seconds, f"{task} of {run}")
    asked: dict[str, Any] = api.call("GET", f"{_task(dag, run, task)}/-1/hitlDetails")
    return asked


def answer(api: AirflowApi, dag: str, run: str, task: str, said: str) -> None:
    """Answer as whoever is logged in, at the pace of a person, and again if it is asked again: see evenhand.asking."""
    became = "awaiting_input"

    def is_settled() -> bool:
        nonlocal became
        became = state(api, dag, run, task)
        return became in ("success", "skipped", "failed", "awaiting_input")

    while became == "awaiting_input":
        asked = question(api, dag, run, task)
        time.sleep(10)
        body = {"chosen_options": [said], "params_input": dict.fromkeys(asked["params"])}
        api.call("PATCH", f"{_task(dag, run, task)}/-1/hitlDetails", json=body)
        api.wait(is_settled, 120, f"what {task} makes of an answer")
    assert became != "failed", f"{said} to {task}: {api.complaint(f'/dags/{dag}', run, task)}"


def ask_again(api: AirflowApi, dag: str, run: str, task: str) -> None:
    """Clear the task that asked, with all that follows."""
    body = {"dag_run_id": run, "task_ids": [task], "include_downstream": True, "only_failed": False, "dry_run": False}
    api.call("POST", f"/dags/{dag}/clearTaskInstances", json=body)


def held_penalties(standalone: Standalone) -> dict[str, Any]:
    """Row key to row of every penalty that the sandbox holds."""
    with closing(sqlite3.connect(standalone.home / "sandbox.sqlite")) as database:
        found = database.execute("select row_key, payload from held where list = 'penalties' order by row_key")
        return {row_key: json.loads(payload) for row_key, payload in found}


def _task(dag: str, run: str, task: str) -> str:
    return f"/dags/{dag}/dagRuns/{run}/taskInstances/{task}"
