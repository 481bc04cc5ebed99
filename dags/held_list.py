"""# A list of a market that is held

Gate 2 found something unusual in it, and the market keeps what was released last until a person has answered: approve,
reject, or release a first wave and answer for the rest. Where it isn't known who wrote code that changes the list,
another person is asked after the first. Approved rows are released and delivered like any others. The night begins a
run for each list that it holds; an answer counts for what was shown and nothing else.
See docs/operations.md.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from airflow.sdk import DAG, Asset, TaskGroup, chain, task

from evenhand.tasks import held_list as steps
from evenhand.tasks import night as nightly
from evenhand.tasks.alerts import notifiers
from evenhand.tasks.cases import cases_task
from evenhand.tasks.deliveries import delivery_groups
from evenhand.tasks.facts import Facts
from evenhand.tasks.facts_task import facts_task
from evenhand.tasks.forms import held_list_form
from evenhand.tasks.human_tasks import ask_person
from evenhand.tasks.pools import WAREHOUSE
from evenhand.tasks.repeating import REPEATED

NIGHT = "{{ params.night }}"


@facts_task(pool=WAREHOUSE)
def record_answer(answer: Any, params: Any = None) -> Facts:
    """Write the answer down, unless its person changed the policy that it is about."""
    return steps.record_answer(params, answer)


@facts_task(pool=WAREHOUSE)
def record_other_answer(answer: Any, params: Any = None) -> Facts:
    """Write down what another person answered, if it isn't the same person's word again."""
    return steps.record_other_answer(params, answer)


# Several lists of a night can be answered at once; a release is published and delivered one after the other.
@facts_task(outlets=[Asset("evenhand_release", uri="evenhand://releases/nightly")], pool=WAREHOUSE)
def publish_release(night: str) -> Facts:
    """Freeze the lists as the answers have them, as a new revision of the night's release."""
    return nightly.publish_release(date.fromisoformat(night))


# Where it doesn't, what asks another person is left out, and the night is released on what was answered.
@task.short_circuit(ignore_downstream_trigger_rules=False)
def needs_another(recorded: Any) -> bool:
    """Go on to ask another person only if one isn't enough."""
    return bool(recorded["needs_another"])


def asked_recorded_and_released(options: list[str]) -> None:
    """Ask a person, and another where one isn't enough; release the night on that, and deliver it."""
    recorded = record_answer(ask_person(options, "show_list", steps.needed).output)
    asked_too = ask_person(options, "show_list", steps.needed, "ask_another_person")
    needs_another(recorded) >> asked_too
    recorded_too = record_other_answer(asked_too.output)
    released = publish_release.override(trigger_rule="none_failed_min_one_success")(NIGHT)
    [recorded, recorded_too] >> released
    delivery_groups(NIGHT, released)
    cases_task(NIGHT, released)


with DAG(
    "held_list",
    doc_md=__doc__,
    schedule=None,
    max_active_runs=64,
    default_args={"owner": "strategy", **REPEATED},
    on_failure_callback=notifiers(),
    params=held_list_form(),
    tags=["governance"],
) as dag:

    @facts_task(pool=WAREHOUSE)
    def show_list(params: Any = None) -> Facts:
        """Show what is unusual: counts, causes, the largest groups, and twenty accounts with their reasons."""
        return steps.show_list(params)

    @task.short_circuit
    def is_first_wave(params: Any = None) -> bool:
        """Go on to ask about the rest only if a first wave was released."""
        return steps.is_first_wave(params)

    shown = show_list()
    with TaskGroup("answer", tooltip="What a person says, and what comes of it") as answer:
        asked_recorded_and_released(list(steps.OPTIONS))
    with TaskGroup("rest", tooltip="After a first wave: the rest of the list") as rest:
        asked_recorded_and_released(["Approve", "Reject"])
    chain(shown, answer, is_first_wave(), rest)
