"""The DSA Transparency Database's API as its published code has it, strict and lenient where that is.

Run as a process: `python -m delivery.transparency PORT FILE`. What it stored is in a SQLite file and outlives a kill.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import uuid
from contextlib import closing
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from evenhand.delivery.announcements.statement_words import StatementWords, enums

TOKEN = "the-platforms-token"
# How the penalties of tests are said in its words.
WORDS = StatementWords.model_validate(
    {
        "markets": ["US"],
        "territorial_scope": ["FR", "DE"],
        "measures": {
            "no_live": {"decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION"},
            "no_ads": {"decision_monetary": "DECISION_MONETARY_SUSPENSION"},
            "warning": {
                "decision_visibility": ["DECISION_VISIBILITY_OTHER"],
                "decision_visibility_other": "A warning, without other effect",
            },
        },
        "grounds": {
            "copyright": {
                "category": "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
                "category_specification": ["KEYWORD_COPYRIGHT_INFRINGEMENT"],
            },
        },
        "decision_ground_reference_url": "https://market.example/policies",
    }
)
_DECISIONS = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
_REQUIRED = (
    *("decision_ground", "content_type", "category", "content_date", "application_date", "decision_facts"),
    *("source_type", "automated_detection", "automated_decision", "puid"),
)
_LONGEST = {"decision_facts": 5000, "illegal_content_explanation": 2000, "incompatible_content_explanation": 2000}


def create(file: str) -> FastAPI:
    """The application on its file."""
    app = FastAPI()
    with closing(sqlite3.connect(file)) as database:
        database.execute("pragma journal_mode = wal")
        database.execute(
            "create table if not exists statements (number integer primary key, puid text unique, content)"
        )

    @app.post("/api/v1/statements")
    async def statements(request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"message": "Unauthenticated."}, 401)
        given = (await request.json()).get("statements")
        if not isinstance(given, list) or not 1 <= len(given) <= 100:
            return JSONResponse({"message": "wrong", "errors": {"statements": ["between 1 and 100"]}}, 422)
        errors: dict[str, Any] = {
            f"statement_{place}": wrong for place, one in enumerate(given) if (wrong := _wrong(one))
        }
        if errors:
            return JSONResponse({"message": "wrong", "errors": errors}, 422)
        puids = [one["puid"] for one in given]
        with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as database:
            database.execute("begin immediate")
            there = [
                puid
                for place, puid in enumerate(puids)
                if puid in puids[:place]
                or database.execute("select 1 from statements where puid = ?", (puid,)).fetchone()
            ]
            if there:
                database.execute("rollback")
                return JSONResponse({"message": "not unique", "errors": {"existing_puids": there}}, 422)
            for one in given:
                database.execute("insert into statements (puid, content) values (?, ?)", (one["puid"], json.dumps(one)))
            database.execute("commit")
        return JSONResponse({"statements": [{**one, "uuid": str(uuid.uuid4())} for one in given]}, 201)

    @app.get("/api/v1/statement/existing-puid/{puid}")
    def existing(puid: str) -> Response:
        with closing(sqlite3.connect(file)) as database:
            found = database.execute("select number from statements where puid = ?", (puid,)).fetchone()
        return RedirectResponse(f"/api/v1/statement/{found[0]}", 302) if found else JSONResponse({}, 404)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {}

    return app


def _wrong(one: dict[str, Any]) -> dict[str, list[str]]:
    """What its own rules refuse. What they let pass and then drop, such as an unknown field, passes here too."""
    wrong = {field: ["required"] for field in _REQUIRED if not one.get(field)}
    if not any(one.get(field) for field in _DECISIONS):
        wrong["decision_visibility"] = ["required without the others"]
    for field, known in enums().items():
        values = one.get(field) or []
        if not set(values if isinstance(values, list) else [values]) <= known:
            wrong[field] = ["the selected value is invalid"]
    for field, value in one.items():
        if isinstance(value, str) and len(value) > _LONGEST.get(field, 500):
            wrong[field] = ["too long"]
    for field in ("content_date", "application_date"):
        if not re.fullmatch(r"20\d\d-\d\d-\d\d", str(one.get(field))):
            wrong[field] = ["not a date"]
    ground = "illegal" if one.get("decision_ground") == "DECISION_GROUND_ILLEGAL_CONTENT" else "incompatible"
    needed = ("legal_ground", "explanation") if ground == "illegal" else ("ground", "explanation")
    wrong |= {f"{ground}_content_{each}": ["required"] for each in needed if not one.get(f"{ground}_content_{each}")}
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,500}", str(one.get("puid"))):
        wrong["puid"] = ["format"]
    return wrong


if __name__ == "__main__":
    uvicorn.run(create(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
