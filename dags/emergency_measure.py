"""# A measure imposed or lifted now

For what can't wait for a policy: somebody asks for it in the form, with a reason and an end, and another person
approves it. The newest night is then decided again, so that it is delivered, explained and told like any other measure,
and every later night knows of it: docs/operations.md.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, Param, chain, task

from evenhand.policy.language.part import Scope
from evenhand.tasks import emergency as steps
from evenhand.tasks.alerts import notifiers
from evenhand.tasks.facts import Facts
from evenhand.tasks.human_tasks import ask_second_person, name
from evenhand.tasks.repeating import REPEATED, REPEATED_UNLESS_THE_RUN_FAILED


def text(description: str, **schema: Any) -> Param:
    """A field that must be filled in."""
    return Param(type="string", minLength=1, description=description, **schema)


def of_a_segment(description: str) -> Param:
    """A field that can stay empty."""
    return Param(None, type=["string", "null"], description=description, section="Or a segment of the market")


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
        poke_interval=10,
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
    params={
        "action": Param("impose", enum=["impose", "lift"], description="Put a measure in force, or take it back."),
        "measure": text("A penalty or a reward of the market's pack, such as `no_live`."),
        "scope": text("What of the account it is about, as the pack has it.", enum=list(get_args(Scope))),
        "market": text("The market, as the feeds spell it."),
        "until": text("The last day.", format="date"),
        "reason": text("Why. The accounts are told it as it stands; it names nobody.", maxLength=500),
        "author": name("Who asks for it, if nobody logs in here."),
        "accounts": Param([], type=["array", "null"], items={"type": "string"}, description="Accounts, one a line."),
        "kind": of_a_segment("Accounts of this kind, such as `creator`."),
        "stage": of_a_segment("Accounts at this stage, such as `pilot`."),
        "programme": of_a_segment("With a zone: accounts that stand in it."),
        "zone": of_a_segment("The zone of the programme."),
    },
) as dag:

    @task
    def propose_emergency(params: Any = None, dag_run: Any = None) -> Facts:
        """Find whom it meets, and refuse what the market's pack doesn't have."""
        return steps.propose_emergency(params, dag_run.triggering_user_name)

    @task
    def record_emergency(proposed: Any, answer: Any) -> Facts:
        """Write it down, if the second person is another one than the author."""
        return steps.record_emergency(proposed["proposal"], answer, proposed["told"])

    @task.short_circuit
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
