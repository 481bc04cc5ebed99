"""Airflow's own API, asked within its process as who is logged in: what they may not do there, they may not do here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import anyio.from_thread
import httpx
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import HTTPException, Request

from evenhand.console.reader import say

# Of who sends a form: what Airflow asks of who answers to a held list there, or begins such a run.
may_answer = requires_access_dag("PUT", DagAccessEntity.HITL_DETAIL, param_dag_id="held_list")
may_ask = requires_access_dag("POST", DagAccessEntity.RUN, param_dag_id="emergency_measure")
may_stop = requires_access_dag("POST", DagAccessEntity.RUN, param_dag_id="emergency_stop")
may_reverse = requires_access_dag("POST", DagAccessEntity.RUN, param_dag_id="release_reversed")
# The module in which Airflow's server has its application.
_SERVER = "airflow.api_fastapi.main"
_CARRIED = ("cookie", "authorization")


class AirflowRefused(Exception):
    """Airflow didn't do it. The message says why."""


def ask(request: Request, method: str, path: str, content: Mapping[str, Any] | None = None) -> Any:
    """What Airflow answers to who sent a request; None where it doesn't run in this process: then nothing waits in it.

    Args:
        path: below that of its API.

    Raises:
        AirflowRefused: it refuses, or has no such thing.
    """
    running = _running()
    if running is None:
        return None
    headers = {name: request.headers[name] for name in _CARRIED if name in request.headers}

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=running)
        async with httpx.AsyncClient(transport=transport, base_url="http://airflow", headers=headers) as client:
            return await client.request(method, f"/api/v2{path}", json=content)

    # A route runs in a thread of its own, and Airflow's application in the loop that began it.
    answer = anyio.from_thread.run(call)
    if answer.status_code >= httpx.codes.BAD_REQUEST:
        raise AirflowRefused(
            say("Airflow answered %(status)s to it: %(why)s", status=str(answer.status_code), why=_why(answer))
        )
    return answer.json()


def lets(request: Request, user: Any, asked: Callable[[Request, Any], None]) -> bool:
    """Whether Airflow's own roles let who opens a page send a form of it; all do where Airflow doesn't run.

    Args:
        asked: what the form's route depends on.
    """
    if _running() is None:
        return True
    try:
        asked(request, user)
    except HTTPException:
        return False
    return True


def _running() -> Any:
    return getattr(sys.modules.get(_SERVER), "app", None)


def _why(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]
