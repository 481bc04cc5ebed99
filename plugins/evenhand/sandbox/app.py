"""The sandbox's HTTP interface: the contract of docs/receivers.md, and a page to look at what it holds."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
from collections.abc import Callable, Coroutine
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field, ValidationError

from evenhand.delivery.signature import CONTRACT, ID_HEADER, READ_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from evenhand.sandbox.page import page
from evenhand.sandbox.rows import Accepted, Probe, accept
from evenhand.sandbox.store import Store

_TOLERANCE_SECONDS = 300


class _Keyed(BaseModel, extra="allow"):
    # Without a key there is nothing to answer under, so only this is asked of the batch as a whole.
    key: str = Field(min_length=1)


class _Batch(BaseModel):
    to: str
    asks: Literal["changes"]
    night: date
    changes: list[_Keyed]


class _Reading(BaseModel, extra="forbid"):
    to: str
    asks: Literal["state"]
    cursor: str
    limit: int


def create_sandbox(database: Path, secret: str, notices_secret: str) -> FastAPI:
    """A stand-in for two systems: one that enforces measures, and under /notices one that brings notices to accounts.

    Args:
        database: the SQLite file of the first; that of the second is beside it.
        secret: what requests to the first must be signed with.
        notices_secret: what requests to the second must be signed with.
    """
    app = create_app(database, secret, "sandbox")
    notices = create_app(database.with_name(f"{database.stem}_notices{database.suffix}"), notices_secret, "notices")
    app.mount("/notices", notices)
    return app


def create_app(database: Path, secret: str, name: str) -> FastAPI:
    """One system on its SQLite file.

    Args:
        database: the file; it is created if need be.
        secret: what requests must be signed with.
        name: what it calls itself; what is for somebody else is refused.
    """
    store = Store(database)
    store.create()
    app = FastAPI(title="Evenhand sandbox receiver", docs_url=None, redoc_url=None, openapi_url=None)
    signed = Depends(_signed_body(secret))
    read_signed = Depends(_signed_reading(secret, name))

    @app.get("/healthz")
    def healthz() -> dict[str, str | int]:
        return {"status": "ok", "database": str(database), "contract": CONTRACT}

    @app.post("/v1/changes")
    def changes(request: Request, body: bytes = signed) -> Response:
        try:
            batch = _Batch.model_validate_json(body)
        except ValidationError as error:
            where = ".".join(str(step) for step in error.errors()[0]["loc"])
            raise HTTPException(422, f"not a batch of changes: {where}: {error.errors()[0]['msg']}") from error
        _refuse_if_for_somebody_else(batch.to, name)
        message = request.headers[ID_HEADER]
        given = store.answer_to(message, body)
        if given is None:
            given = json.dumps(take(batch)).encode()
            store.answered(message, body, given)
        return Response(given, media_type="application/json")

    def take(batch: _Batch) -> dict[str, list[dict[str, str]]]:
        store.begin(batch.night)
        judged = [(change.key, accept(change.model_dump())) for change in batch.changes]
        took_effect = iter(store.apply([change for _, change in judged if isinstance(change, Accepted)]))
        results = []
        for key, change in judged:
            if isinstance(change, Probe):
                store.probe(change)
                results.append({"key": key, "status": "applied"})
            elif isinstance(change, str):
                results.append({"key": key, "status": "rejected", "reason": change})
            else:
                results.append({"key": key, "status": "applied" if next(took_effect) else "duplicate"})
        return {"results": results}

    @app.get("/v1/state")
    def state(
        cursor: str = "", limit: Annotated[int, Query(ge=1, le=5000)] = 1000, _: None = read_signed
    ) -> dict[str, Any]:
        rows = [dict(row) for row in store.page(_after(cursor), limit)]
        more = len(rows) == limit
        following = _cursor(rows[-1]["list"], rows[-1]["row_key"]) if more else None
        return {"rows": rows if more else rows + store.probes(), "next": following, "night": store.newest_night()}

    @app.get("/", response_class=HTMLResponse)
    def look(
        q: str = "",
        list_: Annotated[str, Query(alias="list")] = "",
        market: str = "",
        number: Annotated[int, Query(alias="page", ge=1)] = 1,
    ) -> str:
        return page(store, q.strip(), list_, market, number)

    return app


def _signed_body(secret: str) -> Callable[[Request], Coroutine[Any, Any, bytes]]:
    async def body_of_signed_request(request: Request) -> bytes:
        body = await request.body()
        _refuse_unsigned(request, secret, body)
        return body

    return body_of_signed_request


def _signed_reading(secret: str, name: str) -> Callable[[Request], None]:
    def refuse_what_may_not_read(request: Request) -> None:
        said = request.headers.get(READ_HEADER, "").encode("latin-1")
        _refuse_unsigned(request, secret, said)
        try:
            reading = _Reading.model_validate_json(said)
        except ValidationError as error:
            raise HTTPException(401, f"{READ_HEADER} doesn't say what is read") from error
        _refuse_if_for_somebody_else(reading.to, name)
        if dict(request.query_params) != {"cursor": reading.cursor, "limit": str(reading.limit)}:
            raise HTTPException(401, f"{READ_HEADER} is of another page")

    return refuse_what_may_not_read


def _refuse_unsigned(request: Request, secret: str, content: bytes) -> None:
    timestamp = request.headers.get(TIMESTAMP_HEADER, "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > _TOLERANCE_SECONDS:
        raise HTTPException(401, f"{TIMESTAMP_HEADER} is missing or not within {_TOLERANCE_SECONDS} s of now")
    expected = sign(secret, request.headers.get(ID_HEADER, ""), int(timestamp), content).encode()
    given = request.headers.get(SIGNATURE_HEADER, "").encode()
    # The standard allows several signatures, so that a secret can be changed without a gap.
    if not any(hmac.compare_digest(expected, one) for one in given.split(b" ")):
        raise HTTPException(401, f"{SIGNATURE_HEADER} isn't that of this request under this receiver's secret")


def _refuse_if_for_somebody_else(to: str, name: str) -> None:
    if to != name:
        raise HTTPException(421, f"this is for {to}, and this is {name}")


def _cursor(name: str, row_key: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([name, row_key]).encode()).decode()


def _after(cursor: str) -> tuple[str, str]:
    if not cursor:
        return "", ""
    try:
        name, row_key = json.loads(base64.urlsafe_b64decode(cursor))
        return str(name), str(row_key)
    except (binascii.Error, ValueError, TypeError) as error:
        raise HTTPException(422, "cursor: not one that this receiver gave") from error
