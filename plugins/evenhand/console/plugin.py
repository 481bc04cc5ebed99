"""The plugin that Airflow finds by its entry point: pages, a note on every run of a night, and whose log-in counts.

Each of Airflow's processes imports this, so it imports nothing that takes time.
"""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin

from evenhand.console import log_ins, run_notes
from evenhand.records.imports import look_seldom_for_garbage

# Airflow imports this at the start of an API server, before it makes all that it answers with.
look_seldom_for_garbage()
PREFIX = "/evenhand"


async def pages(scope: Any, receive: Any, send: Any) -> None:
    """The pages' ASGI application, made when it is first asked for something: only the API server is."""
    from evenhand.console.app import app
    from evenhand.console.warming import begin

    begin()
    await app(scope, receive, send)


_PAGES = [{"app": pages, "url_prefix": PREFIX, "name": "Evenhand"}]
_VIEWS = [
    {"name": "Evenhand", "href": f"{PREFIX}/", "destination": "nav", "url_route": "evenhand"},
    {
        "name": "What it made",
        "href": f"{PREFIX}/runs/{{DAG_ID}}/{{RUN_ID}}",
        "destination": "dag_run",
        "url_route": "made",
    },
]
_CARDS = [{"name": "What needs you tonight", "bundle_url": "evenhand/card/script", "destination": "dashboard"}]


class EvenhandPlugin(AirflowPlugin):
    """What Evenhand adds to Airflow."""

    name = "evenhand"
    fastapi_apps: list[Any] = _PAGES
    external_views: list[Any] = _VIEWS
    react_apps: list[Any] = _CARDS
    listeners: list[Any] = [log_ins, run_notes]  # noqa: RUF012
