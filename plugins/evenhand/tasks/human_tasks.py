"""How DAGs ask a person: what every such task has in common, and the field for names where nobody logs in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.exceptions import HITLTimeoutError
from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLOperator
from airflow.sdk import ExceptionRetryPolicy, Param, RetryAction, RetryRule

# Airflow 3.3 fails a task that is answered before its scheduler has heard that the process that asked has ended, which
# on a busy host takes a while: then it is asked again. What nobody answers in time isn't.
_ASKED_AGAIN: dict[str, Any] = {
    "retries": 5,
    "retry_delay": timedelta(seconds=5),
    "retry_policy": ExceptionRetryPolicy([RetryRule(HITLTimeoutError, RetryAction.FAIL)]),
}


def name(description: str = "Your name, where nobody logs in") -> Param:
    """A field for somebody's name, which can stay empty."""
    return Param(None, type=["string", "null"], description=description)


def night_form() -> dict[str, Param]:
    """The form of a night by hand: what `evenhand.tasks.choosing` makes of it is said there."""
    return {
        "night": Param(None, type=["string", "null"], format="date", description="By default the newest landed"),
        "older": Param(False, type="boolean", description="It may be older than the newest that is released"),
        "market": Param(None, type=["string", "null"], description="Of a released night, decide this one alone again"),
    }


def ask_person(options: list[str], shown_by: str, task_id: str = "ask_person") -> HITLOperator:
    """Ask a person about what a task has shown: `subject` and `body` of what it returns."""
    return HITLOperator(
        task_id=task_id,
        subject=f"{{{{ ti.xcom_pull('{shown_by}')['subject'] }}}}",
        body=f"{{{{ ti.xcom_pull('{shown_by}')['body'] }}}}",
        options=options,
        params={"answered_by": name()},
        **_ASKED_AGAIN,
    )


def ask_second_person(subject: str, told_by: str, **asking: Any) -> ApprovalOperator:
    """Ask a second person to approve what the first one asks for.

    Args:
        subject: the question.
        told_by: the task that returns, as `told`, what the second person has to know.
        asking: what else `ApprovalOperator` takes.
    """
    return ApprovalOperator(
        task_id="ask_second_person",
        subject=subject,
        body=f"{{{{ ti.xcom_pull('{told_by}')['told'] }}}}",
        params={"approved_by": name()},
        **_ASKED_AGAIN,
        **asking,
    )
