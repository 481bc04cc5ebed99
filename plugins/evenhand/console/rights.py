"""Who may see the pages: whoever may read the nightly DAG in Airflow and is listed in people.yml, if there is one.

Who is listed for single markets sees those alone (`evenhand.console.seen`).

Where everyone is admin, pages are shown on this machine alone.
"""

from __future__ import annotations

from typing import Annotated, Any

from airflow.api_fastapi.core_api.security import get_user, requires_access_dag
from airflow.configuration import conf
from fastapi import Depends, HTTPException, Request

from evenhand.console.reader import language_among, read_in, say
from evenhand.console.refusals import refused
from evenhand.console.run_notes import DAG
from evenhand.console.seen import Markets, is_for_support, is_limited, see, see_in_full
from evenhand.console.values import markets as market_names
from evenhand.people.in_force import people_in_force
from evenhand.people.people import ALL
from evenhand.people.rights import language_of, markets_of
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
            say(
                "Nobody logs in to this installation, so its pages are shown on its own machine alone, at localhost or"
                " 127.0.0.1. Give people log-ins to show them elsewhere (docs/operations.md)."
            ),
        )


def only_who_is_listed(request: Request, user: Annotated[Any, Depends(get_user)]) -> Markets:
    """The markets that somebody may see, None for all; refuse who may see none, or what is of all together.

    Where a page is for support too, those of which they may see what creators may be told are among them.

    Raises:
        HTTPException: people.yml doesn't list them, or not for all markets where a page isn't limited to theirs, or
            it isn't known whom it lists.
    """
    here = settings()
    try:
        people = people_in_force(here.home, here.people)
        if people is None:
            return None
        who, roles, teams = user.get_name(), _named(user, "role"), _named(user, "team")
        in_full = markets_of(people, who, "see", roles, teams)
        told = markets_of(people, who, "support", roles, teams)
    except PersonRefused as error:
        raise HTTPException(403, refused(request, error)) from error
    endpoint = getattr(request.scope.get("route"), "endpoint", None)
    request.state.in_full = None if ALL in in_full else frozenset(in_full)
    markets = in_full | told if is_for_support(endpoint) else in_full
    if told and not markets:
        raise HTTPException(
            403,
            say("You may see what creators may be told, and this is more. Search for a creator instead."),
        )
    if not markets:
        raise HTTPException(
            403, say("people.yml doesn't list you as somebody who may see these pages; have two admins do.")
        )
    if ALL in markets:
        return None
    if not is_limited(endpoint):
        raise HTTPException(
            403,
            say(
                "You may see %(markets)s, and this is of all markets together: have two admins list you for all in"
                " people.yml.",
                markets=market_names(sorted(markets)),
            ),
        )
    return frozenset(markets)


async def of_their_markets(request: Request, markets: Annotated[Markets, Depends(only_who_is_listed)]) -> None:
    """Have all that answers to this request read the rows of the markets of who asks."""
    # In the request's own task, whose context the thread of a route begins with: a function that isn't async has none.
    see(markets)
    see_in_full(getattr(request.state, "in_full", markets))


def language_listed(user: Annotated[Any, Depends(get_user)]) -> str | None:
    """The language that people.yml says somebody reads; None where it says none, or none of these pages."""
    here = settings()
    try:
        people = people_in_force(here.home, here.people)
    except PersonRefused:
        return None
    said = language_of(people, user.get_name(), _named(user, "role"), _named(user, "team")) if people else None
    return language_among(said) if said else None


async def in_their_language(request: Request, listed: Annotated[str | None, Depends(language_listed)]) -> None:
    """Have all that answers to this request be in the language of who asks, unless another was chosen."""
    if listed and language_among(request.query_params.get("lang", "")) is None:
        read_in(listed)


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
