"""Feeds to land in tests."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.contracts import BY_NAME, FEEDS

Row = Mapping[str, str]


def creator(account: str, **changes: str) -> Row:
    return {
        "account_id": account,
        "market": "world",
        "kind": "creator",
        "language": "en",
        "onboarded_on": "2026-01-01",
    } | changes


def content(content_id: str, account: str, **changes: str) -> Row:
    return {"content_id": content_id, "account_id": account, "kind": "short_video", "published_on": ""} | changes


def violation(violation_id: str, account: str, **changes: str) -> Row:
    return {
        "violation_id": violation_id,
        "account_id": account,
        "content_id": "",
        "violation_type": "copyright",
        "batch_id": "",
        "decided_on": "2026-01-01",
    } | changes


def appeal(appeal_id: str, violation_id: str, account: str, **changes: str) -> Row:
    return {
        "appeal_id": appeal_id,
        "violation_id": violation_id,
        "account_id": account,
        "filed_on": "2026-01-01",
        "outcome": "pending",
        "decided_on": "",
    } | changes


def activity(activity_id: str, account: str, **changes: str) -> Row:
    return {
        "activity_id": activity_id,
        "account_id": account,
        "activity": "training_passed",
        "on_day": "2026-01-01",
    } | changes


def measurement(measurement_id: str, account: str, **changes: str) -> Row:
    return {
        "measurement_id": measurement_id,
        "account_id": account,
        "metric": "late_orders",
        "on_day": "2026-01-01",
        "value": "",
    } | changes


def night(day: int) -> date:
    return date(2026, 3, day)


def land(landing: Path, feed: str, day: int, rows: Sequence[Row] = (), name: str = "rows.csv") -> Path:
    """Rows as a CSV file of a night in March, with all columns; without rows, a header alone."""
    path = landing / feed / f"night={night(day)}" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, BY_NAME[feed].column_names)
        writer.writeheader()
        writer.writerows(rows)
    return path


def land_text(landing: Path, feed: str, day: int, text: str | bytes, name: str = "rows.csv") -> Path:
    path = land(landing, feed, day, name=name)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def land_headers(landing: Path, day: int, *feeds: str) -> None:
    """A header alone for each of the feeds, by default for all that may not be absent."""
    for feed in feeds or [contract.feed for contract in FEEDS if not contract.may_be_absent]:
        land(landing, feed, day, name="empty.csv")


def landed(store: Path, feed: str, *columns: str) -> list[tuple[object, ...]]:
    """What the store has of a feed, by default the columns that every file has, in the order it landed."""
    wanted = ", ".join(columns or BY_NAME[feed].names_in_every_file)
    return query(store, f"select {wanted} from landing.{feed} order by landed_night, landed_file, landed_row")


def everything(store: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that loading keeps, but for when files were written."""
    return queries(
        store,
        {
            "files": "select * exclude (changed_at, touched_at) from landing.files order by all",
            **{each.feed: f"select * from landing.{each.feed} order by all" for each in FEEDS},
        },
    )


def query(warehouse: Path, statement: str) -> list[tuple[object, ...]]:
    return queries(warehouse, {"": statement})[""]


def queries(warehouse: Path, statements: Mapping[str, str]) -> dict[str, list[tuple[object, ...]]]:
    """What several statements find, under their names: to open the file takes longer than to ask."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {name: connection.execute(statement).fetchall() for name, statement in statements.items()}
