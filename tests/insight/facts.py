"""Facts for the metrics, a handful of them, so that every figure can be worked out by hand."""

from __future__ import annotations

import duckdb

# Of the 28 days until the night the first is 1 March.
NIGHT = "2026-03-28"

# What isn't named in a row is null.
FACTS: dict[str, list[dict[str, object]]] = {
    "int_violation_cases": [
        # Posted on the 5th, enforced a day after the decision, told three days later, appealed against with success.
        {
            "violation_id": "c1", "is_enforcement_due": True, "is_decision_due": True,
            "market": "SG", "content_id": "x1", "violation_type": "fraud",
            "surface": "short_video", "severity": "high", "detected_by": "model", "category": "beauty",
            "detected_on": "2026-03-08", "decided_on": "2026-03-10", "enforced_on": "2026-03-11",
            "notified_on": "2026-03-14", "is_repeat": False, "days_to_detection": 3, "days_to_decision": 2,
            "days_to_enforcement": 1, "days_to_notice": 3, "appealed_on": "2026-03-15",
            "appeal_decided_on": "2026-03-20", "appeal_outcome": "granted", "days_to_appeal_decision": 5,
            "granted_on": "2026-03-20", "restored_on": "2026-03-25", "is_proactive": True, "views_before_removal": 0,
            "automation_of_detection": "full", "automation_of_decision": "full", "hours_to_decision": 40,
            "hours_from_post_to_enforcement": 24, "hours_to_enforcement": 30,
        },
        {
            "violation_id": "c2", "is_enforcement_due": True, "is_decision_due": True,
            "market": "SG", "live_id": "l1", "violation_type": "fraud", "surface": "live",
            "severity": "low", "detected_by": "user_report", "category": "beauty",
            "detected_on": "2026-03-12", "decided_on": "2026-03-12", "enforced_on": "2026-03-12",
            "notified_on": "2026-03-13", "is_repeat": True, "days_to_detection": 1, "days_to_decision": 0,
            "days_to_enforcement": 0, "days_to_notice": 1, "is_proactive": False, "automation_of_detection": "full",
            "automation_of_decision": "part", "hours_to_decision": 1, "hours_from_post_to_enforcement": 24.5,
            "restored_on": "2026-03-26",
        },
        # Nothing was done about it; the appeal is open.
        {
            "violation_id": "c3", "is_enforcement_due": True, "is_decision_due": True,
            "market": "SG", "content_id": "x2", "violation_type": "spam",
            "surface": "short_video", "severity": "low", "detected_by": "model", "category": "home",
            "detected_on": "2026-03-10", "decided_on": "2026-03-20", "is_repeat": True, "days_to_detection": 0,
            "days_to_decision": 10, "appealed_on": "2026-03-22",
        },
        # Never decided.
        {
            "violation_id": "c4", "is_enforcement_due": False, "is_decision_due": True,
            "market": "SG", "content_id": "x3", "violation_type": "spam",
            "surface": "short_video", "severity": "low", "detected_by": "model", "category": "home",
            "detected_on": "2026-03-05",
            "is_repeat": False, "days_to_detection": 4,
        },
        # Of the weeks before, but for its enforcement.
        {
            "violation_id": "c5", "is_enforcement_due": True, "is_decision_due": True,
            "market": "SG", "content_id": "x4", "violation_type": "spam",
            "surface": "short_video", "severity": "low", "detected_by": "model", "category": "home",
            "detected_on": "2026-02-20",
            "decided_on": "2026-02-28", "enforced_on": "2026-03-01", "is_repeat": True, "days_to_detection": 99,
            "days_to_decision": 99, "days_to_enforcement": 2, "views_before_removal": 5,
            "automation_of_decision": "full",
        },
        # Too young to be late.
        {
            "violation_id": "d1", "is_enforcement_due": False, "is_decision_due": False,
            "market": "MY", "content_id": "y1", "violation_type": "fraud",
            "surface": "short_video", "severity": "high", "detected_by": "model", "category": "home",
            "detected_on": "2026-03-28",
            "decided_on": "2026-03-28", "is_repeat": False,
        },
    ],
    "enforcement_gaps": [
        {"gap": "decided_not_enforced", "market": "SG", "row_key": "c3", "since": "2026-03-20"},
        {"gap": "detected_not_decided", "market": "SG", "row_key": "c4", "since": "2026-03-05"},
        {"gap": "enforced_not_decided", "market": "SG", "row_key": "c9", "since": "2026-03-05"},
        {"gap": "decided_not_enforced", "market": "SG", "row_key": "c0", "since": "2026-02-20"},
        {"gap": "sold_while_penalised", "market": "SG", "row_key": "a/s/l", "since": "2026-03-15", "orders": 4},
    ],
    "int_account_days": [
        {
            "account_id": "a1", "market": "SG", "category": "beauty", "on_day": "2026-03-10", "contents": 500,
            "lives": 10, "live_minutes": 1200, "viewers": 1000, "interactions": 50, "product_links": 4,
            "lives_without_interaction": 2, "lives_interrupted": 1, "orders": 200, "orders_from_lives": 30,
            "amount": 1, "misleading_reports_on_lives": 3,
        },
        {
            "account_id": "a1", "market": "SG", "category": "beauty", "on_day": "2026-03-12", "contents": 1500,
            "lives": 30, "live_minutes": 2400, "viewers": 3000, "interactions": 60, "product_links": 6,
            "lives_without_interaction": 4, "lives_interrupted": 1, "orders": 600, "orders_from_lives": 50,
            "amount": 1, "misleading_reports_on_lives": 1,
        },
        {
            "account_id": "a2", "market": "MY", "category": "home", "on_day": "2026-03-12", "contents": 100,
            "lives": 0, "live_minutes": 0, "viewers": 0, "interactions": 0, "product_links": 0,
            "lives_without_interaction": 0, "lives_interrupted": 0, "orders": 0, "orders_from_lives": 0, "amount": 0,
            "misleading_reports_on_lives": 0,
        },
    ],
    "int_penalty_periods": [
        # Two began in these weeks, of which one was taken back.
        {"account_id": "a1", "market": "SG", "programme": "p", "scope": "live", "measure": "no_live",
         "in_force_from": "2026-03-10", "in_force_until": "2026-03-12", "was_reversed": True},
        {"account_id": "a2", "market": "SG", "programme": "p", "scope": "live", "measure": "warning",
         "in_force_from": "2026-03-11", "was_reversed": False},
        {"account_id": "a3", "market": "SG", "programme": "p", "scope": "live", "measure": "no_live",
         "in_force_from": "2026-02-10", "in_force_until": "2026-03-12", "was_reversed": True},
    ],
    "eligibility": [
        {"as_of": NIGHT, "account_id": f"a{n}", "market": "SG", "eligibility": "campaigns", "is_open": n < 3}
        for n in range(4)
    ],
    "int_landed_rows": [
        {"landed_night": "2026-03-02", "feed": "violations", "market": "SG", "rows_landed": 60,
         "rows_without_effect": 3},
        {"landed_night": "2026-03-28", "feed": "user_reports", "market": "SG", "rows_landed": 40,
         "rows_without_effect": 0},
        # Of the weeks before.
        {"landed_night": "2026-02-28", "feed": "violations", "market": "SG", "rows_landed": 60,
         "rows_without_effect": 60},
    ],
    "int_open_work": [
        # Three cases and one appeal; of one case nobody knows since when.
        {"as_of": NIGHT, "waiting": "case", "thing": "w0", "market": "SG", "violation_type": "spam", "days_waited": 3},
        {"as_of": NIGHT, "waiting": "case", "thing": "w1", "market": "SG", "violation_type": "spam", "days_waited": 20},
        {"as_of": NIGHT, "waiting": "case", "thing": "w2", "market": "SG", "violation_type": "spam"},
        {"as_of": NIGHT, "waiting": "appeal", "thing": "p1", "market": "SG", "violation_type": "spam",
         "days_waited": 6},
    ],
    "int_reports_decided": [
        # Of three, two have both times.
        {"report_id": "r1", "market": "SG", "notifier": "user", "report_type": "spam", "decided_on": "2026-03-02",
         "days_to_report_decision": 1, "hours_to_report_decision": 20},
        {"report_id": "r2", "market": "SG", "notifier": "authority", "report_type": "spam",
         "decided_on": "2026-03-03", "days_to_report_decision": 2, "hours_to_report_decision": 40},
        {"report_id": "r3", "market": "SG", "notifier": "user", "report_type": "spam", "decided_on": "2026-03-04",
         "days_to_report_decision": 9},
        {"report_id": "r0", "market": "SG", "notifier": "user", "report_type": "spam", "decided_on": "2026-02-28",
         "days_to_report_decision": 9, "hours_to_report_decision": 200},
    ],
    "int_contacts": [
        {"contact_id": "k1", "market": "SG", "rule": "fraud", "subject": "strike", "opened_on": "2026-03-02",
         "solved_on": "2026-03-04", "satisfaction": 4, "days_to_solve": 2, "hours_to_solve": 50},
        {"contact_id": "k2", "market": "SG", "subject": "payout", "opened_on": "2026-03-02", "solved_on": "2026-03-03",
         "satisfaction": 1, "days_to_solve": 1, "hours_to_solve": 30},
        # Opened before these weeks, solved in them.
        {"contact_id": "k3", "market": "SG", "rule": "fraud", "subject": "strike", "opened_on": "2026-02-25",
         "solved_on": "2026-03-01", "days_to_solve": 4, "hours_to_solve": 96},
        {"contact_id": "k4", "market": "SG", "rule": "spam", "subject": "strike", "opened_on": "2026-03-28"},
    ],
    "int_rule_decisions": [
        *(
            {"entry_id": f"p/v{n}", "market": "SG", "programme": "p", "rule": "fraud", "decided_on": "2026-03-02",
             "is_overturned": n == 0}
            for n in range(4)
        ),
        {"entry_id": "q/v0", "market": "SG", "programme": "q", "rule": "any", "decided_on": "2026-03-02",
         "is_overturned": True},
        {"entry_id": "p/v9", "market": "SG", "programme": "p", "rule": "fraud", "decided_on": "2026-02-02",
         "is_overturned": True},
    ],
    "int_bonus_budgets": [
        # Of two bonuses one has a budget.
        {"as_of": NIGHT, "market": "SG", "bonus": "posts", "period_from": "2026-03-01", "budget": 200, "paid": 50.5},
        {"as_of": NIGHT, "market": "SG", "bonus": "welcomes", "period_from": "2026-03-01", "paid": 7},
        {"as_of": NIGHT, "market": "MY", "bonus": "posts", "period_from": "2026-03-01", "budget": 9, "paid": 9},
    ],
    "int_commission_held": [
        {"order_id": "h1", "account_id": "a1", "market": "SG", "measure": "held", "ordered_on": "2026-03-10",
         "commission": 12.5, "is_given_back": True},
        {"order_id": "h2", "account_id": "a2", "market": "SG", "measure": "held", "ordered_on": "2026-03-10",
         "commission": 0.4, "is_given_back": False},
    ],
    "int_rewards_begun": [
        {"as_of": NIGHT, "account_id": "a1", "market": "SG", "reward": "badge", "begins_on": "2026-03-10",
         "violations_before": 3, "violations_after": 0, "sales_before": 10, "sales_after": 25},
        {"as_of": NIGHT, "account_id": "a2", "market": "SG", "reward": "badge", "begins_on": "2026-03-11",
         "violations_before": 1, "violations_after": 1, "sales_before": 5, "sales_after": 0},
    ],
}  # fmt: skip


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the facts in place of what the models would make of the feeds."""
    for table, rows in FACTS.items():
        connection.execute(f"delete from main.{table}")
        for row in rows:
            columns = ", ".join(row)
            marks = ", ".join("?" for _ in row)
            connection.execute(f"insert into main.{table} ({columns}) values ({marks})", list(row.values()))
