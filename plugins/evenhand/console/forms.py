"""Forms of pages: that it was a page of ours that sent it, and who did."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import urlsplit

from airflow.api_fastapi.core_api.security import get_user
from airflow.configuration import conf
from fastapi import Depends, Form, HTTPException, Request

from evenhand.console.reader import say
from evenhand.records.atomic_files import write_once
from evenhand.records.persons import Person, PersonRefused, identify, persons
from evenhand.settings import settings

_SECRET = "forms.secret"
User = Annotated[Any, Depends(get_user)]
ByWord = Annotated[str, Form(alias="by")]


def token_of(user: Any) -> str:
    """What each form of somebody's pages carries: no other page can know it."""
    path = settings().home / _SECRET
    if not path.exists():
        write_once(path, secrets.token_hex(32).encode())
    return hmac.new(path.read_bytes(), str(user.get_name()).encode(), sha256).hexdigest()


def sent_by_us(request: Request, user: User, token: Annotated[str, Form()] = "") -> None:
    """Refuse a form that another site had somebody's browser send.

    Raises:
        HTTPException: its origin is another, or it lacks what our forms carry.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = urlsplit(request.headers.get("origin", "")).netloc
    # Behind a proxy, the name that people call it by.
    ours = {request.headers.get("host", ""), urlsplit(conf.get("api", "base_url", fallback="")).netloc} - {""}
    if site != "same-origin" or origin not in ours or not hmac.compare_digest(token, token_of(user)):
        raise HTTPException(
            403, say("This form wasn't sent by a page of this installation; open the page and send it there.")
        )


def asks_for_name(user: Any) -> bool:
    """Whether a form asks who it is: nobody logs in, and names are believed."""
    try:
        identify(user.get_name(), None, "")
    except PersonRefused:
        return persons() == "none"
    return False


def who(user: Any, says: str) -> Person:
    """Who sent a form.

    Raises:
        PersonRefused: it isn't known.
    """
    return identify(user.get_name(), says, say("Your name"))


def form_of(user: Any) -> dict[str, Any]:
    """What the template of a form needs of who opens it."""
    return {"token": token_of(user), "asks_for_name": asks_for_name(user)}
