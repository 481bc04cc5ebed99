"""A note on a run of a night, where its page begins: what it released, or which task failed of what."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import quote

from airflow.listeners import hookimpl

from evenhand.deployment import deployment
from evenhand.settings import settings

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun


DAG = "nightly_governance"
# As long as Airflow lets a note be, less the link.
_LONGEST = 850


def failures(night: date) -> list[tuple[str, str]]:
    """The steps of a night that failed when they were last run, with what they complained of; the first comes first."""
    found = (settings().work(night) / "steps").glob("*.failed.json")
    in_order = sorted(found, key=lambda path: (path.stat().st_mtime_ns, path))
    return [(path.name.removesuffix(".failed.json"), json.loads(path.read_text())["said"]) for path in in_order]


@hookimpl
def on_dag_run_success(dag_run: DagRun, msg: str) -> None:
    """Note what was released."""
    if dag_run.dag_id == DAG and dag_run.logical_date:
        night = deployment().night_of(dag_run.logical_date)
        released = json.loads((settings().work(night) / "steps" / "night_released.json").read_text())
        _note(dag_run, f"Night {night} is released: revision {released['revision']}, {released['release_id'][:12]}.")


@hookimpl
def on_dag_run_failed(dag_run: DagRun, msg: str) -> None:
    """Note what the tasks that failed complained of."""
    if dag_run.dag_id == DAG and dag_run.logical_date:
        night = deployment().night_of(dag_run.logical_date)
        complaints = [f"{step} failed: {complaint}" for step, complaint in failures(night)]
        said = "\n\n".join(complaints) or f"Night {night} failed; the log of the task that failed says why."
        _note(dag_run, said if len(said) <= _LONGEST else f"{said[:_LONGEST]} …")


def _note(dag_run: DagRun, said: str) -> None:
    page = f"/evenhand/runs/{dag_run.dag_id}/{quote(dag_run.run_id)}"
    dag_run.note = f"{said}\n\n[What it made]({page})"
