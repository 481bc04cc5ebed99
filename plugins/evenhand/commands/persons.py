"""Who gives a command: the account of the operating system, or whom a token of Airflow's log-in names."""

from __future__ import annotations

import asyncio
import os

from evenhand.records.persons import Person, PersonRefused, account, identify, persons, refuse_the_same_person


def person(says: str) -> Person:
    """Who gives this command.

    Args:
        says: `--by`, which counts only where nobody logs in.

    Raises:
        PersonRefused: it isn't known, or they say that they are somebody else.
    """
    how = persons()
    if how == "none":
        return identify(None, says or account().name, "--by")
    known = _of_token() if how == "tokens" else account()
    if says:
        try:
            refuse_the_same_person(Person(says, logged_in=True), known, "")
        except PersonRefused:
            return known
        where = "EVENHAND_TOKEN" if how == "tokens" else "your account"
        raise PersonRefused(f"--by says {says}, and {where} says {known.name}; names are believed only where"
                            " EVENHAND_PERSONS is none")  # fmt: skip
    return known


def second_person(says: str) -> Person:
    """Who approves, as who proposes says in the same call: only where nobody logs in.

    Raises:
        PersonRefused: somebody has to log in here.
    """
    if persons() != "none":
        raise PersonRefused(
            "--approved-by is only for installations without a log-in (EVENHAND_PERSONS=none); leave it out, and"
            " another person approves in a call of their own: evenhand approve"
        )
    return identify(None, says, "--approved-by")


def _of_token() -> Person:
    token = os.environ.get("EVENHAND_TOKEN") or ""
    if not token:
        raise PersonRefused(
            "all commands run as one account here, so a token says who you are: get one from Airflow (POST /auth/token"
            " with your name and password) and put it into EVENHAND_TOKEN"
        )
    from airflow.api_fastapi.app import create_auth_manager
    from jwt import InvalidTokenError

    try:
        user = asyncio.run(create_auth_manager().get_user_from_token(token))
    except InvalidTokenError as error:
        raise PersonRefused(f"the token in EVENHAND_TOKEN isn't one of Airflow's ({error}); get another") from error
    return identify(user.get_name(), None, "EVENHAND_TOKEN")
