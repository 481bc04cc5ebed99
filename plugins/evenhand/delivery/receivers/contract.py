"""What an HTTP receiver gives back, and what its refusals mean."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

# How often a request is made in all before its changes are left to the next delivery.
ATTEMPTS = 4

REMEDIES = {
    401: "it doesn't accept the signature: compare the connection's password with its secret, and both clocks",
    403: "it knows the secret but doesn't allow this; ask its owner",
    404: "it has nothing there: the connection's host is the base URL, /v1/... is added to it",
    413: "the batch is too large for it: lower batch_size in receivers.yml",
    422: "it doesn't understand the request: it must take the form in docs/receivers.md",
}


class Answer(BaseModel):
    """The answer for one change, under its key."""

    key: str
    status: Literal["applied", "duplicate", "rejected"]
    reason: str | None = None


class Answers(BaseModel):
    """What `POST /v1/changes` gives back; changes may be missing."""

    results: list[Answer]


class Held(BaseModel):
    """A row that the receiver holds."""

    list: str
    row_key: str
    payload_sha256: str


class StatePage(BaseModel):
    """What `GET /v1/state` gives back; `next` is the cursor of the next page, null on the last."""

    rows: list[Held]
    next: str | None
