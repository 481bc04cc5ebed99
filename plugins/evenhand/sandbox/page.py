"""The sandbox's page: what it holds and what happened last."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from evenhand.records.sql_files import SqlFile
from evenhand.records.written import finalised
from evenhand.sandbox.store import Store

_SQL = SqlFile(__file__)

_ROWS_PER_PAGE = 25
_RECENT = 12
_SHOWN_IN_COLUMNS = {"account_id", "market", "measure", "reward", "scope", "starts_on", "ends_on", "explanation"}

_templates = Environment(
    loader=PackageLoader("evenhand.sandbox"),
    autoescape=True,
    finalize=finalised,
    undefined=StrictUndefined,
    trim_blocks=True,
)


def page(store: Store, q: str, list_: str, market: str, number: int) -> str:
    """The HTML of one view.

    Args:
        store: what the sandbox holds.
        q: text that the row_key or the payload contains, in any case; empty: every row.
        list_: only this list; empty: all.
        market: only this market; empty: all.
        number: the page of the table, from 1; beyond the last, the last.
    """
    wanted = _SQL("wanted")
    given: dict[str, Any] = {"q": q, "pattern": f"%{_literal(q)}%", "list": list_, "market": market}
    with store.open() as database:
        # One transaction, so that the counts and the rows are of one moment.
        database.execute("begin")
        total = database.execute("select count(*) from held").fetchone()[0]
        found = database.execute(f"select count(*) from ({wanted})", given).fetchone()[0]
        pages = max(1, -(-found // _ROWS_PER_PAGE))
        number = min(number, pages)
        given |= {"most": _ROWS_PER_PAGE, "passed_over": (number - 1) * _ROWS_PER_PAGE}
        rows = database.execute(_SQL("rows", wanted=wanted), given).fetchall()
        return _templates.get_template("page.html").render(
            total=total,
            found=found,
            effects=database.execute("select count(*) from effects").fetchone()[0],
            lists=_counts(database, ["list"]),
            markets=_counts(database, ["market"]),
            measures=_counts(database, ["measure", "scope"]),
            recent=database.execute(_SQL("recent"), (_RECENT,)).fetchall(),
            rows=[_row(row) for row in rows],
            q=q,
            list=list_,
            market=market,
            number=number,
            pages=pages,
            link=lambda number: "?" + urlencode({"q": q, "list": list_, "market": market, "page": number}) + "#rows",
        )


def _counts(database: sqlite3.Connection, columns: Sequence[str]) -> list[sqlite3.Row]:
    return database.execute(_SQL("counts", columns=columns)).fetchall()


def _row(row: sqlite3.Row) -> dict[str, Any]:
    payload = json.loads(row["payload"])
    return {
        **dict(row),
        "starts_on": payload.get("starts_on"),
        "ends_on": payload.get("ends_on"),
        "explanation": payload.get("explanation"),
        "others": {name: value for name, value in sorted(payload.items()) if name not in _SHOWN_IN_COLUMNS},
    }


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
