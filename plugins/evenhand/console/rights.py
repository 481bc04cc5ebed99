"""Who may see the pages: whoever may read the nightly DAG in Airflow and is listed in people.yml, if there is one.

Where everyone is admin, pages are shown on this machine alone.
"""

from __future__ import annotations

from typing import Annotated, Any

from airflow.api_fastapi.core_api.security import get_user, requires_access_dag
from airflow.configuration import conf
from fastapi import Depends, HTTPException, Request

from evenhand.console.run_notes import DAG
from evenhand.people.in_force import people_in_force
from evenhand.people.people import ALL
from evenhand.people.rights import markets_of
from evenhand.records.persons import PersonRefused
from evenhand.settings import settings

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


def only_who_is_listed(user: Annotated[Any, Depends(get_user)]) -> None:
    """Refuse whoever people.yml lets see nothing, or some markets alone: pages show all of them.

    Raises:
        HTTPException: it doesn't list them, not for all markets, or it isn't known whom it lists.
    """
    here = settings()
    try:
        people = people_in_force(here.home, here.people)
        if people is None:
            return
        markets = markets_of(people, user.get_name(), "see", _named(user, "role"), _named(user, "team"))
    except PersonRefused as error:
        raise HTTPException(403, str(error)) from error
    if not markets:
        raise HTTPException(403, "people.yml doesn't list you as somebody who may see these pages; have two admins do.")
    if ALL not in markets:
        raise HTTPException(
            403,
            f"You may see {', '.join(sorted(markets))}, and these pages show all markets: have two admins list you for"
            " all in people.yml, or read your markets' lists where they are delivered.",
        )


def _named(user: Any, what: str) -> set[str]:
    """The roles or teams of a log-in, as its auth manager has them: one, or several, as names or with them."""
    found = getattr(user, what, None) or getattr(user, f"{what}s", None) or ()
    several = [found] if isinstance(found, str) else list(found)
    return {str(getattr(each, "name", each)) for each in several}


def _all_are_admins() -> bool:
    manager = conf.get("core", "auth_manager", fallback="")
    return manager.endswith("SimpleAuthManager") and conf.getboolean(
        "core", "simple_auth_manager_all_admins", fallback=False
    )
