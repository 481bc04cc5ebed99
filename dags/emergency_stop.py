"""Stop all deliveries, or resume them.

Stopping takes one person and works at once: 42 seconds later nothing is sent any more to any receiver. Resuming needs a
second one, who is asked here. Nights go on being decided and released meanwhile; their deliveries fail and say why, and
are cleared after resuming. Without Airflow: `evenhand stop`. See docs/operations.md.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, task

from evenhand.tasks import stop_and_reverse as by_hand
from evenhand.tasks.facts import Facts
from evenhand.tasks.facts_task import facts_task
from evenhand.tasks.forms import stop_form
from evenhand.tasks.human_tasks import ask_second_person
from evenhand.tasks.repeating import REPEATED_AT_ONCE

with DAG(
    "emergency_stop",
    doc_md=__doc__,
    schedule=None,
    # What waits for a second person keeps nobody from stopping.
    max_active_runs=16,
    # It goes before whatever else waits to run.
    default_args={"owner": "strategy", **REPEATED_AT_ONCE, "priority_weight": 1000, "weight_rule": "absolute"},
    params=stop_form(),
    tags=["emergency"],
) as dag:

    @task.run_if(lambda context: context["params"]["action"] == "stop", "deliveries are to be resumed")
    @facts_task()
    def stop_deliveries(params: Any = None, dag_run: Any = None) -> Facts:
        """From now on nothing is sent; what is under way has 40 seconds to end."""
        return by_hand.stop_deliveries(params, dag_run.triggering_user_name)

    @task.run_if(lambda context: context["params"]["action"] == "resume", "deliveries are to be stopped")
    @facts_task()
    def propose_resuming(params: Any = None, dag_run: Any = None) -> Facts:
        """Make sure that there is something to resume, and find what the second person has to know."""
        return by_hand.propose_resuming(params, dag_run.triggering_user_name)

    asked = ask_second_person("Resume all deliveries?", "propose_resuming", by_hand.needed)

    @facts_task()
    def resume_deliveries(answer: Any, params: Any = None, dag_run: Any = None) -> Facts:
        """Deliveries can be made again; those that were stopped are cleared by hand."""
        return by_hand.resume_deliveries(params, dag_run.triggering_user_name, answer)

    stop_deliveries()
    propose_resuming() >> asked >> resume_deliveries(asked.output)
