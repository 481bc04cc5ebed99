"""A note on a run of a night, where its page begins: what it released, or which task failed of what."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import quote

from airflow.listeners import hookimpl

from evenhand.deployment import deployment
from evenhand.records.markdown import plain
from evenhand.records.runs import night_of
from evenhand.records.steps import complaints, kept
from evenhand.settings import settings

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun


DAG = "nightly_governance"
# As long as Airflow lets a note be, less the link.
_LONGEST = 850


def failures(night: date) -> list[tuple[str, str]]:
    """The steps of a night that failed when they were last run, with what they complained of; the first comes first."""
    return complaints(settings().work(night))


def night_of_run(dag_run: DagRun) -> date | None:
    """The night that a run decides: what it chose or, if an earlier version began it, its logical date."""
    chosen = night_of(settings().nights, dag_run.run_id)
    if chosen or not dag_run.logical_date:
        return chosen
    # What ended well chose a night, so that of this nothing was written down yet; what didn't may have been refused.
    is_by_date = str(dag_run.run_type) in ("scheduled", "backfill") or str(dag_run.state) == "success"
    return deployment().night_of(dag_run.logical_date) if is_by_date else None


@hookimpl
def on_dag_run_success(dag_run: DagRun, msg: str) -> None:
    """Note what was released."""
    if dag_run.dag_id == DAG and (night := night_of_run(dag_run)):
        released = kept(settings().work(night), "publish_release")
        _note(dag_run, f"Night {night} is released: revision {released['revision']}, {released['release_id'][:12]}.")


@hookimpl
def on_dag_run_failed(dag_run: DagRun, msg: str) -> None:
    """Note what the tasks that failed complained of."""
    if dag_run.dag_id == DAG:
        night = night_of_run(dag_run)
        complaints = (
            ["\n".join(map(plain, f"{step} failed: {complaint}".splitlines())) for step, complaint in failures(night)]
            if night
            else []
        )
        which = f"Night {night}" if night else "The night"
        said = "\n\n".join(complaints) or f"{which} failed; the log of the task that failed says why."
        _note(dag_run, said if len(said) <= _LONGEST else f"{said[:_LONGEST]} …")


def _note(dag_run: DagRun, said: str) -> None:
    page = f"/evenhand/runs/{dag_run.dag_id}/{quote(dag_run.run_id)}"
    dag_run.note = f"{said}\n\n[What it made]({page})"
