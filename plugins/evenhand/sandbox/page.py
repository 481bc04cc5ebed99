"""The sandbox's page: what it holds and what happened last."""

from __future__ import annotations

import json
import sqlite3
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from evenhand.sandbox.store import Store

_ROWS_PER_PAGE = 25
_RECENT = 12
_SHOWN_IN_COLUMNS = {"account_id", "market", "measure", "reward", "scope", "starts_on", "ends_on", "explanation"}

_templates = Environment(
    loader=PackageLoader("evenhand.sandbox"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
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
    where = (
        "where (:q = '' or row_key like :like escape '\\' or payload like :like escape '\\')"
        " and (:list = '' or list = :list) and (:market = '' or market = :market)"
    )
    given: dict[str, Any] = {"q": q, "like": f"%{_literal(q)}%", "list": list_, "market": market}
    with store.open() as database:
        # One transaction, so that the counts and the rows are of one moment.
        database.execute("begin")
        total = database.execute("select count(*) from held").fetchone()[0]
        found = database.execute(f"select count(*) from held {where}", given).fetchone()[0]
        pages = max(1, -(-found // _ROWS_PER_PAGE))
        number = min(number, pages)
        rows = database.execute(
            f"select list, row_key, account_id, market, measure, scope, payload, changed_at from held {where}"
            f" order by list, row_key limit {_ROWS_PER_PAGE} offset {(number - 1) * _ROWS_PER_PAGE}",
            given,
        ).fetchall()
        return _templates.get_template("page.html").render(
            total=total,
            found=found,
            effects=database.execute("select count(*) from effects").fetchone()[0],
            lists=_counts(database, "list"),
            markets=_counts(database, "market"),
            measures=_counts(database, "measure, scope"),
            recent=database.execute(
                "select list, row_key, action, account_id, measure, happened_at from effects"
                f" order by number desc limit {_RECENT}"
            ).fetchall(),
            rows=[_row(row) for row in rows],
            q=q,
            list=list_,
            market=market,
            number=number,
            pages=pages,
            link=lambda number: "?" + urlencode({"q": q, "list": list_, "market": market, "page": number}) + "#rows",
        )


def _counts(database: sqlite3.Connection, columns: str) -> list[sqlite3.Row]:
    return database.execute(
        f"select {columns}, count(*) as number from held group by {columns} order by number desc, {columns}"
    ).fetchall()


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
