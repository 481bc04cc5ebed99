"""# A measure imposed or lifted now

For what can't wait for a policy: somebody asks for it in the form, with a reason and an end, and another person
approves it. The newest night is then decided again, so that it is delivered, explained and told like any other measure,
and every later night knows of it: docs/operations.md.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, chain, task

from evenhand.tasks import emergency as steps
from evenhand.tasks.alerts import notifiers
from evenhand.tasks.facts import Facts
from evenhand.tasks.facts_task import facts_task
from evenhand.tasks.forms import emergency_form
from evenhand.tasks.human_tasks import ask_second_person
from evenhand.tasks.repeating import REPEATED, REPEATED_UNLESS_THE_RUN_FAILED


def deciding_again(task_id: str, what: Any) -> TriggerDagRunOperator:
    """Run the nightly run of a night once more, after one that is running, and wait for it."""
    return TriggerDagRunOperator(
        task_id=task_id,
        trigger_dag_id="nightly_governance",
        trigger_run_id=what["run_id"],
        logical_date=what["logical_date"],
        conf=what["form"],
        reset_dag_run=True,
        wait_for_completion=True,
        deferrable=True,
        poke_interval=3,
        fail_when_dag_is_paused=True,
        **REPEATED_UNLESS_THE_RUN_FAILED,
    )


with DAG(
    "emergency_measure",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2020, 1, 1, tzinfo=UTC),
    default_args={"owner": "strategy", **REPEATED},
    on_failure_callback=notifiers(),
    tags=["governance"],
    params=emergency_form(),
) as dag:

    @facts_task()
    def propose_emergency(params: Any = None, dag_run: Any = None) -> Facts:
        """Find whom it meets, and refuse what the market's pack doesn't have."""
        return steps.propose_emergency(params, dag_run.triggering_user_name)

    @task(multiple_outputs=True)
    def record_emergency(proposed: Any, answer: Any) -> Facts:
        """Write it down, if the second person is another one than the author."""
        return steps.record_emergency(proposed["proposal"], answer, proposed["told"])

    @task.short_circuit(multiple_outputs=True)
    def find_later_night(recorded: Any) -> Facts | None:
        """Go on only if a night has been released meanwhile that was begun before the emergency was recorded."""
        return steps.find_later_night(recorded["emergency"])

    proposed = propose_emergency()
    asked = ask_second_person(
        "Shall this measure be taken now?", "propose_emergency", steps.needed, response_timeout=timedelta(days=1)
    )
    recorded = record_emergency(proposed, asked.output)
    later = find_later_night(recorded)
    chain(proposed, asked, recorded, deciding_again("decide_night_again", recorded), later)
    chain(later, deciding_again("decide_later_night_again", later))
