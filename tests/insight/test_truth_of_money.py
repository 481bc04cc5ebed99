"""Work that waits, rules, complaints, money and rewards of a simulated marketplace, recomputed in a few lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

import duckdb
import pytest

from evenhand.policy.load import load_packs
from evenhand.settings import PROJECT
from insight.marketplace import NIGHT, Row, hours, landed, recent

# As creators_base.yml has them, of accounts of the kinds that it judges.
RULES = {
    "counterfeit": "unsafe_goods", "prohibited_goods": "unsafe_goods", "misleading_claim": "misleading_claims",
    "copyright": "copyright", "low_quality": "low_quality",
}  # fmt: skip
WEEK = timedelta(days=7)


def _told(connection: duckdb.DuckDBPyConnection, market: str, slice_: str = "") -> dict[Any, tuple[Any, ...]]:
    """Numerator, denominator, figure and unit by metric, or by metric and part."""
    found = connection.execute(
        "select metric, slice_value, numerator, denominator, figure, unit from main.operational_metrics"
        " where market = ? and slice = ?",
        [market, slice_],
    ).fetchall()
    return {(metric, part) if slice_ else metric: tuple(values) for metric, part, *values in found}


def _days_since(rows: Sequence[Row], day: str) -> Decimal:
    return Decimal(str(median((NIGHT - date.fromisoformat(row[day])).days for row in rows)))


def _void(feeds: Mapping[str, Sequence[Row]]) -> set[str]:
    """The violations that are void on the night: by an appeal granted, or taken back without one."""
    granted = {row["violation_id"] for row in feeds["appeals"] if row["outcome"] == "granted"}
    return granted | {row["violation_id"] for row in feeds["violations"] if row["status"] == "restored"}


@pytest.mark.parametrize("market", ["ID", "VN"])
def test_what_waits_and_what_was_answered(marketplace: duckdb.DuckDBPyConnection, market: str) -> None:
    feeds = {
        name: landed(marketplace, name, market)
        for name in ("violations", "appeals", "user_reports", "creator_contacts")
    }
    told = _told(marketplace, market)
    open_cases = [row for row in feeds["violations"] if not row["decided_on"]]
    open_appeals = [row for row in feeds["appeals"] if row["outcome"] == "pending"]
    reports = recent(feeds["user_reports"], "decided_on")
    solved = recent(feeds["creator_contacts"], "solved_on")
    assert min(len(each) for each in (open_cases, open_appeals, reports, solved)) > 2
    assert told["open_cases"][2:] == (len(open_cases), "count")
    assert told["age_of_open_cases"][2:] == (_days_since(open_cases, "detected_on"), "days")
    assert told["open_appeals"][2:] == (len(open_appeals), "count")
    assert told["age_of_open_appeals"][2:] == (_days_since(open_appeals, "filed_on"), "days")
    for metric, rows, begun, ended in (
        ("median_time_to_report_decision", reports, "reported_at", "decided_at"),
        ("median_time_to_solve", solved, "opened_at", "solved_at"),
    ):
        assert told[metric][2:] == (round(median(hours(row, begun, ended) for row in rows), 6), "hours")
    said = [int(row["satisfaction"]) for row in solved]
    assert told["satisfaction_with_support"][:2] == (sum(said), len(said))


@pytest.mark.parametrize("market", ["ID", "VN"])
def test_decisions_overturns_and_complaints_of_each_rule(marketplace: duckdb.DuckDBPyConnection, market: str) -> None:
    feeds = {name: landed(marketplace, name, market) for name in ("creators", "violations", "appeals")}
    judged = {row["account_id"] for row in feeds["creators"] if row["kind"] in ("creator", "affiliate")}
    rows = [row for row in recent(feeds["violations"], "decided_on") if row["account_id"] in judged]
    void = _void(feeds)
    decided = Counter(RULES[row["violation_type"]] for row in rows if row["violation_type"] in RULES)
    overturned = Counter(RULES[row["violation_type"]] for row in rows if row["violation_id"] in void)
    complaints = Counter(row["rule"] for row in recent(landed(marketplace, "creator_contacts", market), "opened_on"))
    assert len(decided) > 3
    of_rules = _told(marketplace, market, "rule")
    for rule, number in decided.items():
        assert of_rules["decisions_by_rule", rule][2] == number, rule
        assert of_rules["overturned_by_rule", rule][:2] == (overturned[rule], number), rule
        assert of_rules["complaints_per_thousand_decisions", rule][:2] == (complaints[rule], number), rule
    told = _told(marketplace, market)
    assert told["overturned_by_rule"][:2] == (overturned.total(), decided.total())
    assert told["complaints"][2] == complaints.total()


@pytest.mark.parametrize("market", ["ID", "VN"])
def test_money_paid_held_and_given_back(marketplace: duckdb.DuckDBPyConnection, market: str) -> None:
    ((paid,),) = marketplace.execute(
        "select sum(amount) from main.rewards where market = ? and programme = 'welcome_bonus' and starts_on >= ?",
        [market, NIGHT.replace(day=1)],
    ).fetchall()
    (budget,) = {each.pack.bonuses["welcome_bonus"].budget for each in load_packs(PROJECT / "policies")
                 if each.pack.pack == f"creators_{market.lower()}"}  # fmt: skip
    told = _told(marketplace, market)
    assert paid > 0
    assert told["bonus_paid"][2:] == (paid, "money")
    assert told["bonus_paid_of_budget"][:2] == (paid, budget)
    holds = marketplace.execute(
        "select account_id, in_force_from, in_force_until from main.int_penalty_periods"
        " where market = ? and measure = 'commission_held'",
        [market],
    ).fetchall()

    def is_held(account: str, day: date) -> bool:
        return any(one == account and start <= day and (end is None or day < end) for one, start, end in holds)

    held = [
        row
        for row in recent(landed(marketplace, "orders", market), "ordered_on")
        if row["status"] not in ("cancelled", "refunded")
        and is_held(row["account_id"], date.fromisoformat(row["ordered_on"]))
    ]
    given_back = [row for row in held if not is_held(row["account_id"], NIGHT)]
    for metric, rows in (("commission_held", held), ("commission_given_back", given_back)):
        assert told[metric][2:] == (sum(Decimal(row["commission"]) for row in rows), "money"), metric
    assert held
    everywhere = _told(marketplace, "all")
    assert not {"bonus_paid", "commission_held", "commission_given_back", "sales_after_a_reward"} & everywhere.keys()


@pytest.mark.parametrize("market", ["ID", "VN"])
def test_violations_and_sales_beside_the_first_day_of_a_reward(
    marketplace: duckdb.DuckDBPyConnection, market: str
) -> None:
    feeds = {name: landed(marketplace, name, market) for name in ("creators", "violations", "orders")}
    known_from = {row["account_id"]: date.fromisoformat(row["onboarded_on"]) for row in feeds["creators"]}
    begun = marketplace.execute(
        "select account_id, reward, begins_on from main.int_rewards_begun where market = ?", [market]
    ).fetchall()
    # Those that the list still has are all that began in these days; others ended since.
    listed = marketplace.execute(
        "select account_id, reward, starts_on from main.rewards where market = ? and programme != 'welcome_bonus'"
        " and starts_on between ? and ?",
        [market, NIGHT - timedelta(days=20), NIGHT - timedelta(days=6)],
    ).fetchall()
    assert set(begun) >= {
        (account, reward, day) for account, reward, day in listed if known_from[account] + WEEK <= day
    }
    assert begun

    def beside(rows: Sequence[Row], day: str, of: str = "") -> tuple[Decimal, Decimal]:
        sums = [Decimal(0), Decimal(0)]
        for account, _, first in begun:
            for row in (row for row in rows if row["account_id"] == account and row[day]):
                apart = (date.fromisoformat(row[day]) - first).days
                if -7 <= apart < 7:
                    sums[apart >= 0] += Decimal(row[of]) if of else 1
        return sums[0], sums[1]

    told = _told(marketplace, market)
    for what, (before, after) in (
        ("violations", beside(feeds["violations"], "decided_on")),
        ("sales", beside(feeds["orders"], "ordered_on", "amount")),
    ):
        assert told[f"{what}_before_a_reward"][:2] == (before, len(begun)), what
        assert told[f"{what}_after_a_reward"][:2] == (after, len(begun)), what
