"""The task of a DAG that most are: one whose facts are one result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from airflow.sdk import task
from airflow.sdk.bases.decorator import Task

_Given = ParamSpec("_Given")
_Facts = TypeVar("_Facts")


def facts_task(**said: Any) -> Callable[[Callable[_Given, _Facts]], Task[_Given, _Facts]]:
    """Airflow's `@task` for a function that returns Facts, with what else is said of it.

    Airflow keeps each key of a dictionary as a result of its own unless it is told otherwise, see facts.py; a task of
    which another takes a single key is a `@task(multiple_outputs=True)`.
    """
    return task(multiple_outputs=False, **said)
