"""The steps of what a person starts with a form: stopping and resuming deliveries.

A function for each task. Heavy imports are inside the functions, for this module is imported wherever a DAG is parsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evenhand.nightly import Facts
from evenhand.settings import settings


def stop_deliveries(form: Mapping[str, Any], logged_in_as: str | None) -> Facts:
    """Stop all deliveries, at once.

    Args:
        form: the parameters of the run.
        logged_in_as: who filled it in, as Airflow has it.

    Raises:
        AirflowFailException: it isn't known who that was.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.delivery.stopping import stop
    from evenhand.persons import PersonRefused, who

    try:
        stopped = stop(settings().home, who(logged_in_as, form["author"], "author"), form["reason"])
    except PersonRefused as error:
        raise AirflowFailException(str(error)) from error
    return {"told": str(stopped)}


def propose_resuming(form: Mapping[str, Any], logged_in_as: str | None) -> Facts:
    """What the second person has to know before deliveries are resumed.

    Raises:
        AirflowFailException: nothing is stopped, or it isn't known who asks.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.delivery.stopping import stopped
    from evenhand.persons import PersonRefused, who

    try:
        author = who(logged_in_as, form["author"], "author")
    except PersonRefused as error:
        raise AirflowFailException(str(error)) from error
    stop = stopped(settings().home)
    if not stop:
        raise AirflowFailException("deliveries aren't stopped; there is nothing to resume")
    return {"told": f"**{author}** asks to resume them: {form['reason']}\n\nUntil now, {stop}"}


def resume_deliveries(form: Mapping[str, Any], logged_in_as: str | None, answer: Mapping[str, Any]) -> Facts:
    """Let deliveries be made again, as a second person approved; none begins by itself.

    Args:
        form: the parameters of the run.
        logged_in_as: who filled it in, as Airflow has it.
        answer: what the task that asked the second person got.

    Raises:
        AirflowFailException: the second person is the first or unknown, or nothing is stopped.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.delivery.stopping import NothingStopped, resume
    from evenhand.persons import PersonRefused, who

    try:
        resumed = resume(
            settings().home,
            who(logged_in_as, form["author"], "author"),
            who((answer["responded_by_user"] or {}).get("name"), answer["params_input"]["approved_by"], "approved_by"),
            form["reason"],
        )
    except (PersonRefused, NothingStopped) as error:
        raise AirflowFailException(f"{error}. To ask again, clear second_person_asked.") from error
    return {"told": str(resumed)}
