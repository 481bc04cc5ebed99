"""The facts of a night that can be drawn from: a handful of rows of two markets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from sampling.warehouse import rows

NIGHT = date(2026, 3, 28)
BEFORE = date(2026, 3, 27)


def entries(*needed: tuple[str, bool | None]) -> str:
    return json.dumps([{"violation": violation, "needed": is_needed, "rule": "r"} for violation, is_needed in needed])


# Of SG: c1 was seen 40 times since yesterday, c2 is new, c3 gained nothing, c4 tells no views. MY tells none at all.
FACTS: Mapping[str, Sequence[Mapping[str, object]]] = {
    "main.stg_creators": [
        rows(account_id="a1", market="SG", category="home"),
        rows(account_id="b1", market="MY", category="home"),
    ],
    "main.stg_contents": [
        rows(content_id="c1", account_id="a1", kind="short_video", views=100, link="https://x.test/1",
             landed_night=NIGHT),
        rows(content_id="c2", account_id="a1", kind="short_video", views=7, category="beauty", landed_night=NIGHT),
        rows(content_id="c3", account_id="a1", kind="short_video", views=9, landed_night=NIGHT),
        rows(content_id="c4", account_id="a1", kind="short_video", landed_night=NIGHT),
        rows(content_id="c5", account_id="a1", kind="short_video", views=50, landed_night=BEFORE),
        rows(content_id="d1", account_id="b1", kind="short_video", landed_night=BEFORE),
    ],
    "main.stg_lives": [rows(live_id="l1", account_id="a1", viewers=30, landed_night=NIGHT)],
    "candidates.contents": [
        rows(content_id="c1", views="20", landed_night=date(2026, 3, 20), landed_row=1),
        rows(content_id="c1", views="60", landed_night=BEFORE, landed_row=1),
        rows(content_id="c3", views="9", landed_night=BEFORE, landed_row=2),
    ],
    "main.stg_violations": [
        rows(violation_id="v1", account_id="a1", content_id="c1", decided_on=NIGHT, confidence=0.6, landed_night=NIGHT),
        rows(violation_id="v2", account_id="a1", live_id="l1", decided_on=BEFORE, landed_night=BEFORE),
        # Landed again as it was decided before; taken back; not decided.
        rows(violation_id="v3", account_id="a1", content_id="c2", decided_on=BEFORE, landed_night=NIGHT),
        rows(violation_id="v4", account_id="a1", content_id="c2", decided_on=NIGHT, restored_on=NIGHT,
             landed_night=NIGHT),
        rows(violation_id="v5", account_id="a1", content_id="c2", landed_night=NIGHT),
        rows(violation_id="w1", account_id="b1", content_id="d1", decided_on=NIGHT, landed_night=NIGHT),
    ],
    "candidates.violations": [rows(violation_id="v3", decided_on="2026-03-27", landed_night=BEFORE)],
    "main.penalties": [
        rows(row_key="p1", account_id="a1", market="SG", measure="no_live", reason_id="r1"),
        rows(row_key="p2", account_id="a1", market="SG", reason_id="r2"),
        rows(row_key="p3", account_id="a1", market="SG", reason_id="r1"),
    ],
    "main.penalty_changes": [
        rows(row_key="p1", change="new"), rows(row_key="p2", change="new"), rows(row_key="p3", change="kept"),
    ],
    "main.reasons": [
        rows(reason_id="r1", list="penalties", entries=entries(("v1", True), ("v2", None), ("v3", False))),
        rows(reason_id="r2", list="penalties", entries="[]"),
    ],
    "accepted.golden_items": [
        rows(golden_id="g1", account_id="a1", subject="c5"),
        rows(golden_id="g2", account_id="a1", subject="v1"),
    ],
    # Version 2 has another amount for fraud and leaves spam; MY's pack is new.
    "policy.entry_rules": [
        rows(edition_id=f"{market}/p/{version}", market=market, pack="p", version=version, effective_from=since,
             effective_before=until, rule_no=number, programme="strikes", rule=rule, amount=amount)
        for market, version, since, until, number, rule, amount in [
            ("SG", 1, date(2026, 1, 1), date(2026, 3, 20), 1, "fraud", 1),
            ("SG", 1, date(2026, 1, 1), date(2026, 3, 20), 2, "spam", 1),
            ("SG", 2, date(2026, 3, 20), None, 3, "fraud", 2),
            ("SG", 2, date(2026, 3, 20), None, 4, "spam", 1),
            ("MY", 1, date(2026, 3, 1), None, 5, "spam", 1),
        ]
    ],
    "main.int_ledger_entries": [
        rows(violation_id="v1", rule_no=3),
        rows(violation_id="v2", rule_no=4),
        rows(violation_id="w1", rule_no=5),
    ],
    # 1 of 2 in breach, the one that was found standing for 3: a share of 3 / 4 of SG's short videos on home.
    "main.stg_qa_reviews": [
        rows(drawn_from="published", account_id="a1", content_id="c1", reviewed_on=NIGHT, is_violation=True, round=1,
             inclusion_probability=1 / 3),
        rows(drawn_from="published", account_id="a1", content_id="c3", reviewed_on=NIGHT, is_violation=False),
        rows(drawn_from="published", account_id="a1", content_id="c3", reviewed_on=date(2026, 2, 28),
             is_violation=True),
        rows(drawn_from="published", account_id="a1", content_id="c3", reviewed_on=NIGHT, is_violation=True, round=2),
        rows(drawn_from="published", account_id="a1", content_id="c3", reviewed_on=NIGHT, is_violation=True,
             blind=False, inclusion_probability=0.5),
    ],
}  # fmt: skip


def opened_to_write(warehouse: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(warehouse))
