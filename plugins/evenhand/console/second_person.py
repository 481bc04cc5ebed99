"""Asking another person for what a form wants: in Airflow, whose DAGs carry it out, or written down as a terminal does.

What is begun in Airflow is begun as who is logged in there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from evenhand.console.airflow_api import ask
from evenhand.console.reader import say, say_counted
from evenhand.people.acts import act_of
from evenhand.records import proposals
from evenhand.records.persons import Person
from evenhand.settings import settings


def begun(request: Request, dag: str, form: Mapping[str, Any]) -> str:
    """Begin a run of a DAG with a form, as who is logged in; what to do next, or nothing where Airflow doesn't run."""
    run = ask(request, "POST", f"/dags/{dag}/dagRuns", {"logical_date": None, "conf": form})
    if not run:
        return ""
    return say(
        "Asked for: another person is asked in Airflow, under Required Actions (%(run)s).", run=run["dag_run_id"]
    )


def proposed_act(action: str, form: Mapping[str, Any], said: str, by: Person, needs: int = 0) -> str:
    """Write down what is asked for, as the terminal does; returns what to do next."""
    needs = needs or act_of(action, form).approvals
    act = proposals.ProposedAct(action=action, form=dict(form), said=said, by=by, at=datetime.now(UTC), needs=needs)
    name = proposals.propose(settings().home, act)
    return say_counted(
        "Proposed as %(name)s. Another person approves it within 24 hours: evenhand approve %(name)s",
        "Proposed as %(name)s. %(num)s other persons approve it within 24 hours: evenhand approve %(name)s",
        needs,
        name=name,
    )
