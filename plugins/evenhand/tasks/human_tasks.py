"""How DAGs ask a person: what every such task has in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.exceptions import HITLTimeoutError
from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLOperator
from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from evenhand.settings import settings
from evenhand.tasks.forms import name

if TYPE_CHECKING:
    from evenhand.people.people import Right

# The right that an answer needs and the market that it is about, from the form of the run.
Needed = Callable[[Mapping[str, Any]], "tuple[Right, str]"]

# Airflow 3.3 fails a task that is answered before its scheduler has heard that the process that asked has ended, which
# on a busy host takes a while: then it is asked again, and so it is if who answered may not. What nobody answers in
# time isn't.
_ASKED_AGAIN: dict[str, Any] = {
    "retries": 100,
    "retry_delay": timedelta(seconds=5),
    "retry_policy": ExceptionRetryPolicy([RetryRule(HITLTimeoutError, RetryAction.FAIL)]),
}


def refuse_answer(needed: tuple[Right, str], answer: Mapping[str, Any], field: str) -> None:
    """Make sure that people.yml lets somebody answer; it is looked at once more where the answer is written down.

    Args:
        answer: as Airflow has it.
        field: of its form, for their name where nobody logs in.

    Raises:
        PersonRefused: it doesn't, so that another is asked.
    """
    from evenhand.people.rights import refuse_without_right
    from evenhand.records.persons import PersonRefused, identify

    by = None
    with suppress(PersonRefused):
        # Who it was is said, and refused, where the answer is written down.
        by = identify((answer["responded_by_user"] or {}).get("name"), (answer["params_input"] or {}).get(field), field)
    if by:
        refuse_without_right(settings().home, by, needed[0], (needed[1],))


class AskPerson(HITLOperator):
    """Ask somebody who may answer; who may not is told in the log, and it is asked again."""

    def __init__(self, *, needed: Needed, **asking: Any) -> None:
        super().__init__(**asking)
        self.needed = needed

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Take an answer of somebody who may give it."""
        if "error" not in event:
            refuse_answer(self.needed(context["params"]), event, "answered_by")
        return super().execute_complete(context, event)


class AskSecondPerson(ApprovalOperator):
    """The same, of a second person who approves or doesn't."""

    def __init__(self, *, needed: Needed, **asking: Any) -> None:
        super().__init__(**asking)
        self.needed = needed

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Take an answer of somebody who may give it."""
        if "error" not in event:
            refuse_answer(self.needed(context["params"]), event, "approved_by")
        return super().execute_complete(context, event)


def ask_person(options: list[str], shown_by: str, needed: Needed, task_id: str = "ask_person") -> HITLOperator:
    """Ask a person about what a task has shown: `subject` and `body` of what it returns."""
    return AskPerson(
        task_id=task_id,
        needed=needed,
        subject=f"{{{{ ti.xcom_pull('{shown_by}')['subject'] }}}}",
        body=f"{{{{ ti.xcom_pull('{shown_by}')['body'] }}}}",
        options=options,
        params={"answered_by": name()},
        **_ASKED_AGAIN,
    )


def ask_second_person(subject: str, told_by: str, needed: Needed, **asking: Any) -> ApprovalOperator:
    """Ask a second person to approve what the first one asks for.

    Args:
        subject: the question.
        told_by: the task that returns, as `told`, what the second person has to know.
        needed: the right that the second person needs.
        asking: what else `ApprovalOperator` takes.
    """
    return AskSecondPerson(
        task_id="ask_second_person",
        needed=needed,
        subject=subject,
        body=f"{{{{ ti.xcom_pull('{told_by}')['told'] }}}}",
        params={"approved_by": name()},
        **_ASKED_AGAIN,
        **asking,
    )
