"""What an HTTP receiver is sent and gives back, and what its refusals mean: docs/receivers.md, kind `http`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel

from evenhand.delivery.changes import Change

REMEDIES = {
    401: "it doesn't accept the signature: compare the connection's password with its secret, and both clocks",
    403: "it knows the secret but doesn't allow this; ask its owner",
    404: "it has nothing there: the connection's host is the base URL, /v1/... is added to it",
    413: "the batch is too large for it: lower batch_size in receivers.yml",
    421: "it isn't whom this is for: `audience` in receivers.yml must be the name that it calls itself",
    422: "it doesn't understand the request: it must take the form in docs/receivers.md",
}


class ChangeAnswer(BaseModel):
    """The answer for one change, under its key."""

    key: str
    status: Literal["applied", "duplicate", "rejected"]
    reason: str | None = None


class Answers(BaseModel):
    """What `POST /v1/changes` gives back; changes may be missing."""

    results: list[ChangeAnswer]


class StateRow(BaseModel):
    """A row that the receiver holds."""

    list: str
    row_key: str
    payload_sha256: str


class StatePage(BaseModel):
    """What `GET /v1/state` gives back.

    Attributes:
        next: the cursor of the next page, null on the last.
        night: the newest night that it was sent anything of; absent where it doesn't keep that.
    """

    rows: list[StateRow]
    next: str | None
    night: date | None = None


def changes_message(audience: str, night: date, changes: Sequence[Change]) -> bytes:
    """The body of `POST /v1/changes`."""
    rows = [
        {
            "key": change.key,
            "list": change.list,
            "row_key": change.row_key,
            "action": change.action,
            "payload": json.loads(change.payload.text) if change.payload else None,
        }
        for change in changes
    ]
    message = {"to": audience, "asks": "changes", "night": str(night), "changes": rows}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def read_message(audience: str, cursor: str, limit: int) -> str:
    """What the header of `GET /v1/state` says."""
    return json.dumps({"to": audience, "asks": "state", "cursor": cursor, "limit": limit}, separators=(",", ":"))
