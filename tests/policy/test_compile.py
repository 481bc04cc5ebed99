"""Compiling packs to the tables that the models join with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs
from evenhand.policy.tables import TABLES
from policy.packs import TEXT, changed, write

FROM = date(2026, 1, 1)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "work" / "warehouse.duckdb"


def test_a_row_per_market_and_rule(folder: Path, warehouse: Path) -> None:
    write(folder, changed(("[world]", "[GB, IE]"), ("appeal_route", "applies_to: [creator, platform]\nappeal_route")))
    (loaded,) = load_packs(folder)
    rows = compile_packs([loaded], warehouse)
    assert {table: number for table, number in rows.items() if number} == {
        "packs": 2, "limits": 2, "words": 4, "stages": 4, "measures": 6, "kinds": 4, "programmes": 2, "ledgers": 4,
        "entry_rules": 4, "zones": 6, "effects": 6, "rewards": 4, "kinds_judged": 4, "continued": 2,
    }  # fmt: skip
    edition = {
        "edition_id": "GB/strikes/1", "market": "GB", "effective_from": FROM, "pack": "strikes", "version": 1,
    }  # fmt: skip
    in_britain = {table: _said(warehouse, table, edition) for table, number in rows.items() if number}
    health = {"programme": "health"}
    # What a column says that nothing was said for is the default; the columns named here are those that were.
    assert in_britain["packs"] == [
        {"sha256": loaded.sha256, "appeal_route": "Write to us.", "partly_granted": "adjusts"}
    ]
    assert in_britain["measures"] == [
        {"measure": "warning", "measure_rank": 0, "stops_sales": False, "holds_commission": False},
        {"measure": "no_live", "measure_rank": 1, "stops_sales": False, "holds_commission": False},
        {"measure": "closed", "measure_rank": 2, "stops_sales": False, "holds_commission": False},
    ]
    assert in_britain["kinds"] == [{**health, "kind": "creator"}, {**health, "kind": "platform"}]
    # One for what people impose themselves is in every market.
    assert in_britain["ledgers"] == [{"programme": "emergency", "ledger": "emergency"}, {**health, "ledger": "health"}]
    rule = {**health, "unit": "strike", "rule": "one_strike", "source": "violation", "amount_by": "event", "amount": 1,
            "counts_once_per": "batch", "lasts_days": 180}  # fmt: skip
    assert [{key: row[key] for key in (*rule, "event_type")} for row in in_britain["entry_rules"]] == [
        {**rule, "event_type": "copyright"},
        {**rule, "event_type": "fraud"},
    ]
    assert [(z["zone"], z["zone_rank"], z.get("comparator"), z.get("bound")) for z in in_britain["zones"]] == [
        ("good", 0, None, None),
        ("warned", 1, "at_least", Decimal("1.5")),
        ("shut", 2, "at_least", 10),
    ]
    assert [(w["vocabulary"], w["word"]) for w in in_britain["words"]] == [
        ("violation_types", "copyright"),
        ("violation_types", "fraud"),
    ]
    effects = ("zone", "effect", "list", "measure", "measure_rank", "scope", "length", "days")
    assert [tuple(e.get(key) for key in effects) for e in in_britain["effects"]] == [
        ("warned", 0, "penalties", "warning", 0, "account", "days", 30),
        ("warned", 1, "penalties", "no_live", 1, "live", "days", 7),
        ("shut", 0, "penalties", "closed", 2, "account", "permanent", None),
    ]
    assert in_britain["rewards"] == [
        {**health, "zone": "good", "reward": "badge", "scope": "showcase", "is_recent": False},
        {**health, "zone": "warned", "reward": "badge", "scope": "showcase", "is_recent": False},
    ]


def test_every_part_of_the_language_has_its_rows(folder: Path, warehouse: Path) -> None:
    write(folder, EVERYTHING)
    order = {"world": ("closed", "held"), "moon": ("held",)}
    rows = compile_packs(load_packs(folder), warehouse, [FROM], order)
    assert [table for table, number in rows.items() if not number] == []

    rules = {rule["rule"]: rule for rule in _said(warehouse, "entry_rules", {})}
    assert (rules["late"]["severity"], rules["late"]["amount"]) == ("major", 4)
    assert rules["late"]["effective_from"] == date(2026, 3, 1)
    assert (rules["returns"]["picked_by"], rules["returns"]["every_count"]) == ("every", 3)
    assert (rules["training"]["takes_from"], rules["training"]["amount_by"]) == ("newest", "relief")
    # Factors and what a relief isn't given with are rows of the rule that they belong to.
    (factor,) = _said(warehouse, "multipliers", {"rule_no": rules["late"]["rule_no"]})
    assert (factor["factor"], factor["from_occurrence"], factor["within_days"]) == (2, 2, 30)
    (excluded,) = _said(warehouse, "reliefs_not_given", {"rule_no": rules["training"]["rule_no"]})
    assert excluded["not_with_rule"] == "returns"
    assert [(i["input"], i["role"], i.get("whole_at_least")) for i in _said(warehouse, "inputs", {})] == [
        ("points", "part", 5), ("orders", "whole", 5),
    ]  # fmt: skip
    edition = {"edition_id": "world/all_of_it/1", "market": "world", "effective_from": FROM, "version": 1}
    assert [{key: row[key] for key in row if key not in edition} for row in _said(warehouse, "renamed", {})] == [
        {"pack": "all_of_it", "former_pack": pack, "part": "programme", "part_of": "", "was": "marks", "name": "points"}
        for pack in ("all_of_it", "some_of_it")
    ]
    assert sorted(row["former_pack"] for row in _said(warehouse, "ends_running", {})) == ["all_of_it", "some_of_it"]
    (stages,) = _said(warehouse, "stages", {})
    assert (stages["kind"], stages["is_said"], stages["onboarding_days"], stages["pilot_days"]) == (
        "creator", True, 7, 30,
    )  # fmt: skip
    assert [(m["measure"], m["stops_sales"], m["holds_commission"]) for m in _said(warehouse, "measures", {})] == [
        ("held", False, True), ("closed", True, False),
    ]  # fmt: skip
    assert [row["measure"] for row in _said(warehouse, "probation", {"kind": "creator"})] == ["held", "closed"]
    assert [(row["market"], row["measure"], row["order_rank"]) for row in _said(warehouse, "measures_order", {})] == [
        ("moon", "held", 0), ("world", "closed", 0), ("world", "held", 1),
    ]  # fmt: skip
    (shut,) = _said(warehouse, "zones", {"zone": "shut"})
    assert shut["warned_within"] == Decimal("1.5")
    (test,) = _said(warehouse, "eligibility_tests", {})
    assert (test["comparator"], test["bound"], test["missing_holds"]) == (
        "at_most",
        Decimal("0.5"),
        True,
    )
    (follower,) = _said(warehouse, "followers", {})
    assert (follower["zone"], follower["measure"], follower["measure_rank"]) == ("shut", "closed", 1)
    periods = _said(warehouse, "calendar_periods", {"calendar": "mondays"})
    first = next(period for period in periods if period["period_from"] == date(2026, 1, 5))
    assert first["period_until"] == date(2026, 1, 12)


def test_entries_of_one_name_are_looked_at_together_in_all_markets(folder: Path, warehouse: Path) -> None:
    """Who moves takes them along: a relief there takes from what was counted here, where nothing looks at another."""
    write(folder, TEXT, "one.yml")
    alone = TEXT.replace("        counts_once_per: batch\n", "").replace("[world]", "[moon]")
    assert alone != TEXT and "counts_once_per" not in alone
    write(folder, alone.replace("pack: strikes", "pack: moon"), "moon.yml")

    compile_packs(load_packs(folder), warehouse)

    for table in ("programmes", "entry_rules"):
        assert {(row["market"], row["has_company"]) for row in _said(warehouse, table, {})} == {
            ("world", True), ("moon", True),
        }  # fmt: skip


# Something for every table.
EVERYTHING = """\
pack: all_of_it
version: 1
markets: [world]
effective_from: 2026-01-01
appeal_route: Write to us.
measures: [held, closed]
stops_sales: [closed]
holds_commission: [held]
ends_running: [held]
stages: {onboarding_days: 7, pilot_days: 30, probation: [held, closed]}
calendars: {mondays: {weekday: monday}}
continues: [some_of_it]
programmes:
  points:
    was: marks
    unit: point
    begins_with: joined
    carries_over: {programme: orders, times: 2}
    entries:
      - rule: late
        violation_types: [late]
        amount_by_severity: {major: 4}
        multiplied: [{by: 2, from_occurrence: 2, within_days: 30}]
        effective_from: 2026-03-01
      - {rule: returns, activities: [return], amount: 1, every: {count: 3, within_days: 7}}
      - {rule: training, activities: [training], relief: {takes_from: newest, amount: 1, not_with_rules: [returns]}}
    zones:
      - zone: good
      - zone: shut
        at_least: 6
        warned_within: 1.5
        measures: [{measure: held, scope: commission, appeal_days: 30, then: [{measure: closed, scope: account}]}]
    rewards: [{reward: badge, scope: showcase, zones: [good]}]
  orders:
    unit: order
    entries: [{rule: orders, activities: [order], amount_per_unit: 1}]
    zones: [{zone: any}]
  per_order:
    unit: point per order
    ratio: {part: points, whole: orders, whole_at_least: 5}
    zones: [{zone: any}]
eligibility:
  campaign:
    conditions: [{condition: few_points, programme: per_order, at_most: 0.5, if_missing: holds}]
    while_eligible: [{reward: campaign, scope: campaign}]
bonuses:
  posts: {activity: post, scope: short_video, pays: 1.5, per: mondays}
"""


def test_compiling_replaces_what_was_there(folder: Path, warehouse: Path) -> None:
    path = write(folder)
    compile_packs(load_packs(folder), warehouse)
    before = _everything(warehouse)
    compile_packs(load_packs(folder), warehouse)
    assert _everything(warehouse) == before

    without_rewards = changed(("    rewards:\n      - {reward: badge, scope: showcase, zones: [good, warned]}\n", ""))
    path.write_text(without_rewards)
    assert compile_packs(load_packs(folder), warehouse)["rewards"] == 0
    assert _everything(warehouse)["rewards"] == []


def test_what_else_is_in_the_warehouse_stays(folder: Path, warehouse: Path) -> None:
    warehouse.parent.mkdir()
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table kept as select 1 as one")
    write(folder)
    compile_packs(load_packs(folder), warehouse)
    assert _rows(warehouse, "from kept") == [(1,)]


def _everything(warehouse: Path) -> dict[str, list[tuple[object, ...]]]:
    return {table: _rows(warehouse, f"from policy.{table}") for table in TABLES}


def _said(warehouse: Path, table: str, where: dict[str, object]) -> list[dict[str, Any]]:
    """Rows that agree with `where`, in the order they were written in, with the columns that say something else."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        result = connection.execute(f"from policy.{table}")
        names = [column[0] for column in result.description or ()]
        rows = [dict(zip(names, values, strict=True)) for values in result.fetchall()]
    return [
        {name: value for name, value in row.items() if value is not None and name not in where}
        for row in rows
        if all(row[name] == value for name, value in where.items())
    ]


def _rows(warehouse: Path, statement: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(statement).fetchall()
