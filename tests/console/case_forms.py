"""Forms of pages, sent as a browser sends them: with what the page that it was on carries."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient
from httpx import Response

HERE = "http://127.0.0.1:8080"


def send_unoffered(client: TestClient, to: str, **fields: str) -> Response:
    """Send a form that no page shows to who is logged in, with what all of theirs carry."""
    from airflow.api_fastapi.core_api.security import get_user

    from evenhand.console.app import app
    from evenhand.console.forms import token_of

    user = app.dependency_overrides[get_user]()
    told: Response = client.post(to, data=fields | {"token": token_of(user)}, headers={"origin": HERE})
    return told


def send(client: TestClient, page: str, to: str, **fields: str) -> Response:
    """Send a form of a page."""
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', client.get(page).text))
    headers = {"origin": HERE, "sec-fetch-site": "same-origin"}
    told: Response = client.post(to, data=hidden | fields, headers=headers, follow_redirects=True)
    return told
