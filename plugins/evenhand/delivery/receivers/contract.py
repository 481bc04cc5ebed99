"""What an HTTP receiver is sent and gives back, and what its refusals mean: docs/receivers.md, kind `http`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from evenhand.delivery.changes import Change
from evenhand.records.written import in_one_line

_ELSEWHERE = (
    "it is at another address, and what is for one isn't sent on to another: the connection's host must be the address"
    " at which it answers itself"
)
REMEDIES = {
    **dict.fromkeys((301, 302, 303, 307, 308), _ELSEWHERE),
    401: "it doesn't accept the signature: compare the connection's password with its secret, and both clocks",
    403: "it knows the secret but doesn't allow this; ask its owner",
    404: "it has nothing there: the connection's host is the base URL, /v1/... is added to it",
    413: "the batch is too large for it: lower batch_size in receivers.yml",
    421: "it isn't whom this is for: `audience` in receivers.yml must be the name that it calls itself",
    422: "it doesn't understand the request: it must take the form in docs/receivers.md",
}


# Letters of a wrong answer that are told.
_SHOWN = 60


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
    payload_sha256: Annotated[str, StringConstraints(to_lower=True)]


class StatePage(BaseModel):
    """What `GET /v1/state` gives back.

    Attributes:
        next: the cursor of the next page, null on the last.
        night: the newest night that it was sent anything of; absent where it doesn't keep that.
    """

    rows: list[StateRow]
    next: str | None
    night: Annotated[date | None, Field(strict=True)] = None


def breach(error: ValidationError, content: bytes) -> str:
    """What is first wrong with an answer, in words."""
    wrong = error.errors()[0]
    if wrong["type"] == "json_invalid":
        begins = in_one_line(content[:_SHOWN].decode(errors="replace"))
        return f"its answer is no JSON, in UTF-8 and without a mark before it: it begins: {begins}"
    where = ".".join(str(step) for step in wrong["loc"]) or "the answer"
    found = in_one_line(repr(wrong["input"])[:_SHOWN])
    if wrong["type"] == "missing":
        return f"{where} is missing"
    return f"{where} is {found}: {in_one_line(wrong['msg'])}"


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
