"""What tasks of a local run talk to Airflow through: its execution API, in the process that runs them.

Airflow's own `InProcessExecutionAPI` makes the routes of each version of the API that it ever had, which takes longer
than all tasks of a small night; a task that this process has forked speaks the newest one. The names used here aren't
promised by Airflow, so they are all in this module; the lock file holds the release that they were tried with.
"""

from __future__ import annotations

from functools import cached_property
from uuid import UUID

import attrs
import svcs
from airflow.api_fastapi.auth.tokens import JWTValidator
from airflow.api_fastapi.common.dagbag import create_dag_bag
from airflow.api_fastapi.common.exceptions import init_error_handlers
from airflow.api_fastapi.execution_api.app import InProcessExecutionAPI, lifespan
from airflow.api_fastapi.execution_api.datamodels.token import TIClaims, TIToken
from airflow.api_fastapi.execution_api.routes import execution_api_router
from airflow.api_fastapi.execution_api.routes.connections import has_connection_access
from airflow.api_fastapi.execution_api.routes.variables import has_variable_access
from airflow.api_fastapi.execution_api.routes.xcoms import has_xcom_access
from airflow.api_fastapi.execution_api.security import _jwt_bearer
from airflow.sdk.api.client import Client
from fastapi import FastAPI, Request

_NO_TASK = "00000000-0000-0000-0000-000000000000"


class _NewestExecutionApi(InProcessExecutionAPI):
    """The same API in its newest version alone."""

    @cached_property
    def app(self) -> FastAPI:
        registry = svcs.Registry()
        # Whoever can call this is this process or one that it forked; there is no token to be checked.
        registry.register_value(JWTValidator, None)
        app = FastAPI(lifespan=attrs.evolve(lifespan, registry=registry))
        app.state.dag_bag = create_dag_bag()
        app.include_router(execution_api_router)
        init_error_handlers(app)
        for check in (_jwt_bearer, has_connection_access, has_variable_access, has_xcom_access):
            app.dependency_overrides[check] = _allow
        return app


async def _allow(request: Request) -> TIToken:
    task = UUID(request.path_params.get("task_instance_id", _NO_TASK))
    return TIToken(id=task, claims=TIClaims(scope="execution"))


def in_process_client() -> Client:
    """A client of the API in this process."""
    client = Client(base_url=None, token="", dry_run=True, transport=_NewestExecutionApi().transport)
    # Nothing is looked up under this name.
    client.base_url = "http://in-process.invalid./"
    return client
