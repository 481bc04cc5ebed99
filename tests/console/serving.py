"""The pages, served for a browser as Airflow's API server does: below a prefix, and to who may see them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import uvicorn
from fastapi import FastAPI

from night.directly import environment
from ports import free_port

# A run of the night as Airflow's database has it.
RUN = SimpleNamespace(
    run_id="r", logical_date=datetime(2026, 3, 6, 20, tzinfo=UTC), run_type="scheduled", state="success",
    dag_id="nightly_governance",
)  # fmt: skip


@contextmanager
def seen_by_all(home: Path) -> Iterator[FastAPI]:
    """The pages of an installation, for whoever asks."""
    from evenhand.console.airflow_api import may_answer, may_ask, may_reverse, may_stop
    from evenhand.console.app import app
    from evenhand.console.rights import may_see, only_who_is_listed
    from evenhand.console.seen import see

    with environment({"EVENHAND_HOME": str(home)}):
        open_to_all = (may_see, may_answer, may_ask, may_stop, may_reverse, only_who_is_listed)
        app.dependency_overrides |= dict.fromkeys(open_to_all, lambda: None)
        log_in("ann")
        # What a test reads of a release without a request, it reads of all markets.
        see(None)
        try:
            yield app
        finally:
            app.dependency_overrides.clear()


def log_in(name: str) -> None:
    """Be somebody, as whoever sends a form of a page is."""
    from airflow.api_fastapi.core_api.security import get_user

    from evenhand.console.app import app

    app.dependency_overrides[get_user] = lambda: SimpleNamespace(get_name=lambda: name)


def has_run(run: SimpleNamespace | None) -> None:
    """Have Airflow's database know one run, or none."""
    from airflow.api_fastapi.common.db.common import _get_session

    from evenhand.console.app import app

    app.dependency_overrides[_get_session] = lambda: SimpleNamespace(scalar=lambda _: run)


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The address of the pages of an installation."""
    port = free_port()
    outer = FastAPI()
    server = uvicorn.Server(uvicorn.Config(outer, port=port, log_level="warning"))
    with seen_by_all(home) as app:
        outer.mount("/evenhand", app)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{port}/evenhand"
        finally:
            server.should_exit = True
            thread.join()
