"""What a night was computed in, as far as samples read it: tables of a few rows, written by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from evenhand.landing.held_markets import create_held_markets
from evenhand.policy.tables import TABLES as RULES
from evenhand.policy.tables.row import ddl
from evenhand.release.quality_samples import CREATED

_LANDED = "updated_at varchar, landed_night date, landed_file varchar, landed_row bigint"
TABLES = {
    "main.stg_creators": "account_id varchar, market varchar, category varchar",
    "main.stg_contents": "content_id varchar, account_id varchar, kind varchar, category varchar, link varchar,"
    " views bigint, landed_night date",
    "main.stg_lives": "live_id varchar, account_id varchar, category varchar, link varchar, viewers bigint,"
    " landed_night date",
    "main.stg_violations": "violation_id varchar, account_id varchar, content_id varchar, live_id varchar,"
    " violation_type varchar, decided_on date, restored_on date, detected_by varchar, confidence decimal(18, 4),"
    " landed_night date",
    "main.stg_qa_reviews": "review_id varchar, drawn_from varchar, account_id varchar, content_id varchar,"
    " violation_id varchar, reviewed_on date, is_violation boolean, round bigint, guidance_version varchar,"
    " blind boolean, draw_item_id varchar, inclusion_probability decimal(24, 10), landed_night date",
    "main.int_qa_reviews_weighted": "review_id varchar, weight decimal(18, 6)",
    "main.penalties": "row_key varchar, account_id varchar, market varchar, measure varchar, reason_id varchar",
    "main.penalty_changes": "row_key varchar, change varchar",
    "main.reasons": "reason_id varchar, list varchar, entries varchar",
    "main.int_ledger_entries": "violation_id varchar, rule_no integer",
    "deciders.packs": "file varchar, text varchar",
    "candidates.contents": f"content_id varchar, views varchar, {_LANDED}",
    "candidates.lives": f"live_id varchar, viewers varchar, {_LANDED}",
    "candidates.violations": f"violation_id varchar, decided_on varchar, {_LANDED}",
    "quarantine.bad": "feed varchar, landed_file varchar, landed_row bigint",
    "accepted.golden_items": "golden_id varchar, account_id varchar, subject varchar, is_violation varchar,"
    " guidance_version varchar",
    "policy.entry_rules": ddl(RULES["entry_rules"]),
}


def rows(**of: object) -> dict[str, object]:
    return of


def write(warehouse: Path, facts: Mapping[str, Sequence[Mapping[str, object]]]) -> Path:
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        for schema in ("candidates", "quarantine", "accepted", "policy", "deciders"):
            connection.execute(f"create schema {schema}")
        create_held_markets(connection)
        for statement in CREATED:
            connection.execute(statement)
        for table, columns in TABLES.items():
            connection.execute(f"create table {table} ({columns})")
        for table, of_table in facts.items():
            alike: dict[tuple[str, ...], list[object]] = defaultdict(list)
            for row in of_table:
                alike[tuple(row)] += row.values()
            for names, values in alike.items():
                row_of = f"({', '.join('?' * len(names))})"
                times = len(values) // len(names)
                connection.execute(
                    f"insert into {table} ({', '.join(names)}) values {', '.join([row_of] * times)}", values
                )
    return warehouse
