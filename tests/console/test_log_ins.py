"""Whose log-in counts of a run: what Airflow's command line takes from the shell is none."""

from __future__ import annotations

import re

import pytest
from airflow.models.dagrun import DagRun
from airflow.utils.types import DagRunTriggeredByType

from evenhand.console import log_ins
from evenhand.console.plugin import EvenhandPlugin
from evenhand.records.persons import PersonRefused, identify
from evenhand.settings import PROJECT


def _run(dag: str, by: DagRunTriggeredByType | None) -> DagRun:
    run = DagRun(dag_id=dag, run_id="by_hand", triggered_by=by, triggering_user_name="mai")
    log_ins.on_dag_run_running(run, "started")
    return run


@pytest.mark.parametrize("by", [*DagRunTriggeredByType, None])
def test_only_who_logged_in_has_triggered_what_persons_ask_for(
    by: DagRunTriggeredByType | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged_in = by in (DagRunTriggeredByType.UI, DagRunTriggeredByType.REST_API, DagRunTriggeredByType.OPERATOR)
    for dag in log_ins.ASKED_BY_A_PERSON:
        assert _run(dag, by).triggering_user_name == ("mai" if logged_in else None)
    # Nothing is asked of whom began a night: there it is a word on a page.
    assert _run("nightly_governance", by).triggering_user_name == "mai"
    monkeypatch.setenv("EVENHAND_PERSONS", "accounts")
    for nobody in (None, "dag_test"):
        with pytest.raises(PersonRefused, match="nobody is logged in here"):
            identify(nobody, "mai", "author")


def test_it_listens_and_knows_each_dag_that_reads_who_triggered_it() -> None:
    assert log_ins in EvenhandPlugin.listeners
    reading = {path.stem for path in (PROJECT / "dags").glob("*.py") if re.search("triggering_user", path.read_text())}
    assert reading == log_ins.ASKED_BY_A_PERSON
