"""Who may see the pages: whoever may read the nightly DAG in Airflow; where everyone is admin, only on this machine."""

from __future__ import annotations

from airflow.api_fastapi.core_api.security import requires_access_dag
from airflow.configuration import conf
from fastapi import HTTPException, Request

from evenhand.console.run_notes import DAG

# Airflow protects nothing of a plugin by itself: every route depends on this.
may_see = requires_access_dag("GET", param_dag_id=DAG)

_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def only_here_where_all_are_admins(request: Request) -> None:
    """Refuse whoever comes from elsewhere to an installation in which nobody logs in.

    Raises:
        HTTPException: the request came under another name than this machine's own, or was forwarded.
    """
    if not _all_are_admins():
        return
    host = request.headers.get("host", "")
    name = host[: host.rindex(":")] if ":" in host.rpartition("]")[2] else host
    if name not in _HERE or any(header in request.headers for header in _FORWARDED):
        raise HTTPException(
            403,
            "Nobody logs in to this installation, so its pages are shown on its own machine alone, at localhost or"
            " 127.0.0.1. Give people log-ins to show them elsewhere (docs/operations.md).",
        )


def _all_are_admins() -> bool:
    manager = conf.get("core", "auth_manager", fallback="")
    return manager.endswith("SimpleAuthManager") and conf.getboolean(
        "core", "simple_auth_manager_all_admins", fallback=False
    )
