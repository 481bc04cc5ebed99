"""Who triggered a run that people ask for something with: only a log-in counts, and a command line of Airflow has none.

`airflow dags trigger` calls the person what a variable of the shell says. Before such a run begins, that is forgotten,
so that its tasks find nobody logged in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.listeners import hookimpl
from airflow.utils.types import DagRunTriggeredByType

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun

# The DAGs whose tasks read who triggered them.
ASKED_BY_A_PERSON = frozenset({"emergency_measure", "emergency_stop", "release_reversed"})
# A run that another began has that one's person, of whom the same was asked.
_LOGGED_IN = (DagRunTriggeredByType.UI, DagRunTriggeredByType.REST_API, DagRunTriggeredByType.OPERATOR)


@hookimpl
def on_dag_run_running(dag_run: DagRun, msg: str) -> None:
    """Forget a name that nobody logged in under."""
    if dag_run.dag_id in ASKED_BY_A_PERSON and dag_run.triggered_by not in _LOGGED_IN:
        dag_run.triggering_user_name = None
