"""Reverse the delivery of a whole release: every receiver is brought back to what the release before it had.

A second person approves. The newest night is then released anew, with the penalties, rewards and reasons of the release
before it, less what has ended; receivers and accounts are told the difference as of any release. Running the night
again doesn't undo that; lifting it here does. The next night decides afresh: see docs/operations.md.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, Asset

from evenhand.tasks import stop_and_reverse as by_hand
from evenhand.tasks.cases import cases_task
from evenhand.tasks.deliveries import delivery_groups
from evenhand.tasks.facts import Facts
from evenhand.tasks.facts_task import facts_task
from evenhand.tasks.forms import reversal_form
from evenhand.tasks.human_tasks import ask_second_person
from evenhand.tasks.pools import WAREHOUSE
from evenhand.tasks.repeating import REPEATED

with DAG(
    "release_reversed",
    doc_md=__doc__,
    schedule=None,
    max_active_runs=1,
    default_args={"owner": "strategy", **REPEATED},
    params=reversal_form(),
    tags=["emergency"],
) as dag:

    @facts_task()
    def propose_reversing(params: Any = None, dag_run: Any = None) -> Facts:
        """Make sure that it can be done, and find what the second person has to know."""
        return by_hand.propose_reversing(params, dag_run.triggering_user_name)

    asked = ask_second_person(
        "{{ 'Reverse night' if params.action == 'reverse' else 'Lift the reversal of night' }} {{ params.night }}?",
        "propose_reversing",
        by_hand.needed,
        # Of those who say something once too, which go on when a delivery before them failed.
        ignore_downstream_trigger_rules=True,
    )

    @facts_task(outlets=[Asset("evenhand_release", uri="evenhand://releases/nightly")], pool=WAREHOUSE)
    def reverse_release(answer: Any, params: Any = None, dag_run: Any = None) -> Facts:
        """Release the night with the lists of the release before it, or, once that is lifted, with its own."""
        return by_hand.reverse_release(params, dag_run.triggering_user_name, answer)

    released = reverse_release(asked.output)
    propose_reversing() >> asked
    delivery_groups("{{ params.night }}", released)
    cases_task("{{ params.night }}", released)
