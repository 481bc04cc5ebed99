"""Every metric against a figure that was worked out by hand, and intervals against those of scipy.

Longer than other files, for it has a figure for each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from evenhand.deciding.compiled import run_models
from evenhand.deciding.project import CompiledModel
from evenhand.deciding.set_aside import set_rules_aside
from evenhand.landing.accepted import create_accepted
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs
from evenhand.release.figures import definitions, estimated
from evenhand.release.previous import create_released
from evenhand.sampling.estimated import MINIMUM
from evenhand.sampling.measured import COMPLEMENTS, METRICS
from evenhand.settings import PROJECT
from insight.facts import NIGHT, fill

DEFINED = yaml.safe_load((PROJECT / "dbt_project" / "models" / "marts" / "insight" / "metrics.yml").read_text())
UNITS = {metric["name"]: metric["config"]["meta"]["unit"] for metric in DEFINED["metrics"]}

# For SG, worked out from facts.py: the numerator, the denominator, the figure.
BY_HAND = {
    # c1 and c3 name a content; 500 + 1500 were published.
    "violations_per_thousand_contents": ("2", "2000", "1"),
    # c2 names a live; 3600 minutes are 60 hours, and 1 / 60 * 1000 is 16.67.
    "violations_per_thousand_live_hours": ("1", "3600", "16.666667"),
    # c1, c2 and c3; 800 orders.
    "violations_per_thousand_orders": ("3", "800", "3.75"),
    # c2 and c3 of the three.
    "repeat_rate": ("2", "3", "0.666667"),
    # Of c1 to c4: 0, 1, 3, 4.
    "median_time_to_detection": ("2", None, "2"),
    # In hours, for two of three have both times: 1, 40; in days, 0, 2, 10.
    "median_time_to_decision": ("20.5", None, "20.5"),
    # Of c1, c2 and c5, which was decided before and enforced in these weeks: 0, 1, 2 days; one alone has hours.
    "median_time_to_enforcement": ("1", None, "1"),
    # Of c1 and c2: 1, 3.
    "median_time_to_notice": ("2", None, "2"),
    # c1 and c3 of the three.
    "appeal_rate": ("2", "3", "0.666667"),
    # c1's, the only one that was decided.
    "grant_rate": ("1", "1", "1"),
    "median_time_to_appeal_decision": ("5", None, "5"),
    # c3 of the three; c0 is of the weeks before.
    "unenforced_decisions": ("1", "3", "0.333333"),
    # c4 of c1 to c4.
    "undecided_detections": ("1", "4", "0.25"),
    # c9, and enforced were c1, c2 and c5.
    "undecided_enforcements": ("1", "3", "0.333333"),
    "orders_while_penalised_per_thousand": ("4", "800", "5"),
    # 3600 minutes, 40 lives: 90 minutes.
    "live_hours_per_live": ("3600", "40", "1.5"),
    "viewers_per_live": ("4000", "40", "100"),
    # 80 orders, 4000 viewers.
    "live_conversion": ("80", "4000", "0.02"),
    "share_of_lives_without_interaction": ("6", "40", "0.15"),
    "share_of_lives_interrupted": ("2", "40", "0.05"),
    "misleading_reports_per_thousand_lives": ("4", "40", "100"),
    # 3 of 60, and none of 40; the night before these weeks isn't counted.
    "rows_with_words_without_effect": ("3", "100", "0.03"),
    # c1 and not c2; of c5 nobody knows.
    "proactive_rate": ("1", "2", "0.5"),
    # c1, and c5 had been seen five times.
    "acted_on_before_any_view": ("1", "2", "0.5"),
    # c1 after 24 hours, c2 after 24.5.
    "acted_on_within_24_hours": ("1", "2", "0.5"),
    "whole_reversal_rate": ("1", "1", "1"),
    "partial_reversal_rate": ("0", "1", "0"),
    # One of the two that began in these weeks.
    "reversed_penalties": ("1", "2", "0.5"),
    # c1 and not c2, which people decided in part; c3 doesn't say.
    "solely_automated_share": ("1", "2", "0.5"),
    # c2 and c3 of the three.
    "not_successfully_appealed": ("2", "3", "0.666667"),
    # c1 by an appeal and c2 without one.
    "overturned_decisions": ("2", "3", "0.666667"),
    "eligible_share": ("3", "4", "0.75"),
    "decisions": ("3", None, "3"),
    # c1; that it was taken back later is no second restoring.
    "restored_with_an_appeal": ("1", None, "1"),
    "restored_without_an_appeal": ("1", None, "1"),
    "open_cases": ("3", None, "3"),
    # Of w0 and w1: 3, 20.
    "age_of_open_cases": ("11.5", None, "11.5"),
    "open_appeals": ("1", None, "1"),
    "age_of_open_appeals": ("6", None, "6"),
    # In hours, for two of three have both times: 20, 40.
    "median_time_to_report_decision": ("30", None, "30"),
    # Four by one rule and one of them by another, too.
    "decisions_by_rule": ("5", None, "5"),
    "overturned_by_rule": ("2", "5", "0.4"),
    # k1 and k4; k3 was opened before.
    "complaints": ("2", None, "2"),
    "complaints_per_thousand_decisions": ("2", "5", "400"),
    # Of k1, k2 and k3: 30, 50, 96.
    "median_time_to_solve": ("50", None, "50"),
    # k1 and k2.
    "satisfaction_with_support": ("5", "2", "2.5"),
    "bonus_paid": ("57.5", None, "57.5"),
    # Of the one that has a budget.
    "bonus_paid_of_budget": ("50.5", "200", "0.2525"),
    "commission_held": ("12.9", None, "12.9"),
    "commission_given_back": ("12.5", None, "12.5"),
    # Of two rewards.
    "violations_before_a_reward": ("4", "2", "2000"),
    "violations_after_a_reward": ("1", "2", "500"),
    "sales_before_a_reward": ("15", "2", "7.5"),
    "sales_after_a_reward": ("25", "2", "12.5"),
}


@pytest.fixture(scope="module")
def told(
    every_model: Sequence[CompiledModel], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    warehouse = tmp_path_factory.mktemp("metrics") / "warehouse.duckdb"
    compile_packs(load_packs(PROJECT / "policies"), warehouse)
    night = date.fromisoformat(NIGHT)
    with duckdb.connect(str(warehouse)) as connection:
        create_accepted(connection)
        create_released(connection)
        run_models(connection, every_model, night)
        fill(connection)
        of_facts = [model for model in every_model if model.name in ("operational_metrics", "live_performance")]
        run_models(connection, of_facts, night)
        yield connection


def _told(told: duckdb.DuckDBPyConnection, columns: str, where: str) -> list[tuple[object, ...]]:
    return told.execute(f"select {columns} from main.operational_metrics where {where} order by all").fetchall()


def test_every_metric_is_worked_out_by_hand_and_has_an_owner() -> None:
    assert {metric["name"] for metric in DEFINED["metrics"]} == set(BY_HAND)
    for metric in DEFINED["metrics"]:
        assert metric["label"] and metric["description"], metric
        assert metric["config"]["meta"]["owner"] in ("strategy", "operations", "quality"), metric
        meta = metric["config"]["meta"]
        # A sum that is known is no estimate, however little it is of; nor is what was paid of a budget.
        is_known = meta["unit"] in ("count", "money") or metric["name"] == "bonus_paid_of_budget"
        assert meta["minimum_sample"] >= (0 if is_known else 30), metric
        assert meta["unit"] and meta["better"] in ("more", "less", "none") and meta["missing"], metric
        assert (meta["interval"] == "none") != bool(meta.get("is_share")), metric
        assert meta["unit"].startswith("money") <= bool(meta.get("is_money")), metric


def test_the_metrics_that_are_estimates_are_defined_as_the_others_are() -> None:
    defined = {metric["name"]: metric for metric in estimated(PROJECT / "dbt_project" / "models" / "marts" / "insight")}
    assert set(defined) == {*METRICS, *COMPLEMENTS}
    of = definitions(PROJECT / "dbt_project")
    for name, metric in defined.items():
        assert metric["owner"] == "quality" and metric["better"] in ("more", "less"), metric
        assert metric["interval"] and metric["field"] and metric["missing"] and metric["formula"], metric
        assert metric["minimum_sample"] == MINIMUM[{**METRICS, **COMPLEMENTS}[name]] == of[name].minimum_sample, metric


def test_a_time_is_told_in_hours_where_at_least_half_of_the_rows_have_both(told: duckdb.DuckDBPyConnection) -> None:
    where = "metric in ('median_time_to_decision', 'median_time_to_enforcement') and market = 'SG' and slice = ''"
    assert _told(told, "metric, figure, unit, sample, out_of", where) == [
        ("median_time_to_decision", Decimal("20.5"), "hours", 2, 3),
        ("median_time_to_enforcement", 1, "days", 3, 3),
    ]
    where = "metric = 'acted_on_within_24_hours' and market = 'SG' and slice = ''"
    assert _told(told, "sample, out_of, unit", where) == [(2, 3, "share")]


@pytest.mark.parametrize("metric", BY_HAND)
def test_a_metric_comes_to_what_it_is_by_hand(told: duckdb.DuckDBPyConnection, metric: str) -> None:
    numerator, denominator, figure = (part and Decimal(part) for part in BY_HAND[metric])
    where = f"metric = '{metric}' and market = 'SG' and slice = ''"
    assert _told(told, "numerator, denominator, figure", where) == [(numerator, denominator, figure)]


def test_markets_together_and_a_market_in_which_nothing_was_decided(told: duckdb.DuckDBPyConnection) -> None:
    where = "metric = 'violations_per_thousand_contents' and slice = ''"
    # d1 in MY is the third; 2100 contents.
    assert _told(told, "market, numerator, denominator, figure", where) == [
        ("MY", 1, 100, 10),
        ("SG", 2, 2000, 1),
        ("all", 3, 2100, Decimal("1.428571")),
    ]
    # Nobody was live in MY.
    where = "metric = 'violations_per_thousand_live_hours' and slice = '' and market = 'MY'"
    assert _told(told, "numerator, denominator, figure, is_enough", where) == [(0, 0, None, False)]


def test_a_market_of_which_there_is_nothing_has_every_metric(
    every_model: Sequence[CompiledModel], told: duckdb.DuckDBPyConnection
) -> None:
    """What nobody did is 0, and what is of nothing can't be said: neither is left out."""
    told.begin()
    told.execute(
        "insert into accepted.creators (account_id, market, kind, language, onboarded_on)"
        " values ('t1', 'TH', 'creator', 'th', '2026-03-01')"
    )
    run_models(told, [each for each in every_model if each.name == "operational_metrics"], date.fromisoformat(NIGHT))
    found = _told(told, "metric, figure, is_enough", "market = 'TH' and slice = ''")
    parts = _told(told, "metric", "market = 'TH' and slice <> ''")
    told.rollback()
    numbers = {name for name, unit in UNITS.items() if unit in ("count", "money")}
    wanted = {name: (0, True) if name in numbers else (None, False) for name in BY_HAND}
    assert {metric: tuple(said) for metric, *said in found} == wanted
    assert parts == []


def test_a_market_that_is_held_has_no_metric_of_which_nothing_is_known(
    every_model: Sequence[CompiledModel], told: duckdb.DuckDBPyConnection
) -> None:
    """Its accounts are there, and what they did and what decides about it isn't: it isn't 0 for that."""
    told.begin()
    told.execute(
        "insert into accepted.creators (account_id, market, kind, language, onboarded_on)"
        " values ('t1', 'TH', 'creator', 'th', '2026-03-01'), ('x1', 'Thx', 'creator', 'th', '2026-03-01')"
    )
    set_rules_aside(told, ["TH"])
    run_models(told, [each for each in every_model if each.name == "operational_metrics"], date.fromisoformat(NIGHT))
    found = _told(told, "distinct market", "market in ('TH', 'Thx')")
    told.rollback()
    assert found == []


def test_what_is_too_young_to_be_late_is_in_no_denominator(told: duckdb.DuckDBPyConnection) -> None:
    """MY's only case was detected and decided on the night itself: it says nothing of how many go nowhere."""
    where = "metric in ('undecided_detections', 'unenforced_decisions') and slice = '' and market = 'MY'"
    assert _told(told, "numerator, denominator, figure", where) == [(0, 0, None), (0, 0, None)]


def test_slices(told: duckdb.DuckDBPyConnection) -> None:
    # Orders aren't of a type of violation: each type is told against all of them.
    where = "metric = 'violations_per_thousand_orders' and market = 'SG' and slice = 'violation_type'"
    assert _told(told, "slice_value, numerator, denominator, figure", where) == [
        ("fraud", 2, 800, Decimal("2.5")),
        ("spam", 1, 800, Decimal("1.25")),
    ]
    # Contents are of an account's category: so is what they are told against.
    where = "metric = 'violations_per_thousand_contents' and market = 'SG' and slice = 'category'"
    assert _told(told, "slice_value, numerator, denominator, figure", where) == [
        ("beauty", 1, 2000, Decimal("0.5")),
        ("home", 1, None, None),
    ]
    where = "metric = 'repeat_rate' and market = 'SG' and slice = 'detected_by'"
    assert _told(told, "slice_value, numerator, denominator", where) == [("model", 1, 2), ("user_report", 1, 1)]
    slices = told.execute("select distinct slice from main.operational_metrics order by all").fetchall()
    dimensions = ["", "bonus", "category", "detected_by", "eligibility", "feed"]
    dimensions += ["measure", "notifier", "programme", "report_type", "reward", "rule"]
    assert slices == [(each,) for each in (*dimensions, "severity", "subject", "surface", "violation_type")]


def test_complaints_are_told_by_the_rule_against_its_own_decisions(told: duckdb.DuckDBPyConnection) -> None:
    where = "metric = 'complaints_per_thousand_decisions' and market = 'SG' and slice = 'rule'"
    # Nobody complains of the rule any, and no decision is counted by the rule spam.
    assert _told(told, "slice_value, numerator, denominator, figure", where) == [
        ("any", 0, 1, 0),
        ("fraud", 1, 4, 250),
        ("not known", 0, None, None),
        ("spam", 1, None, None),
    ]
    where = "metric = 'overturned_by_rule' and market = 'SG' and slice = 'rule'"
    assert _told(told, "slice_value, numerator, denominator", where) == [("any", 1, 1), ("fraud", 1, 4)]


def test_what_waits_is_told_in_days_whatever_it_is_of(told: duckdb.DuckDBPyConnection) -> None:
    where = "metric like 'age_of_open_%' and market = 'SG' and slice = ''"
    assert _told(told, "metric, unit, sample, is_enough", where) == [
        ("age_of_open_appeals", "days", 1, False),
        ("age_of_open_cases", "days", 2, False),
    ]


def test_a_share_has_an_interval_and_few_are_not_enough(told: duckdb.DuckDBPyConnection) -> None:
    # Wilson, 2 of 3: (0.6667 + 0.6402 -+ 1.96 * sqrt(0.0741 + 0.1067)) / 2.2805.
    where = "metric = 'appeal_rate' and market = 'SG' and slice = ''"
    assert _told(told, "interval_low, interval_high, sample, is_enough", where) == [
        (Decimal("0.207660"), Decimal("0.938508"), 3, False)
    ]
    # 2000 contents are at least the 1000 that the metric asks for.
    where = "metric = 'violations_per_thousand_contents' and market in ('SG', 'MY') and slice = ''"
    assert _told(told, "market, is_enough, interval_low", where) == [("MY", False, None), ("SG", True, None)]


_COUNTS = st.integers(0, 100_000).flatmap(
    lambda of: st.tuples(st.sampled_from((0, of)) | st.integers(0, of), st.just(of))
)


@settings(max_examples=15, deadline=None)
@given(st.lists(_COUNTS, min_size=1, max_size=40))
def test_intervals_of_shares_are_those_of_scipy(
    every_model: Sequence[CompiledModel], told: duckdb.DuckDBPyConnection, counts: list[tuple[int, int]]
) -> None:
    rows = [(f"m{number}", "d", of, interrupted) for number, (interrupted, of) in enumerate(counts)]
    columns = "market, category, lives, lives_interrupted"
    found = _told_of(every_model, told, "share_of_lives_interrupted", columns, rows)
    for number, (interrupted, of) in enumerate(counts):
        figure, low, high, sample = found[f"m{number}"]
        assert sample == of
        if not of:
            assert {figure, low, high} == {None}
            continue
        wanted = binomtest(interrupted, of).proportion_ci(0.95, method="wilson")
        assert float(low) == pytest.approx(wanted.low, abs=1e-6)
        assert float(high) == pytest.approx(wanted.high, abs=1e-6)
        assert 0 <= low <= figure <= high <= 1


def _told_of(
    every_model: Sequence[CompiledModel],
    told: duckdb.DuckDBPyConnection,
    metric: str,
    columns: str,
    rows: Sequence[tuple[object, ...]],
) -> dict[str, tuple[Any, ...]]:
    """Figure, ends of the interval and sample by market, of account days in the place of those that there are."""
    told.begin()
    try:
        told.execute("delete from main.int_account_days")
        marks = ", ".join("?" for _ in rows[0])
        told.executemany(
            f"insert into main.int_account_days ({columns}, on_day) values ({marks}, '{NIGHT}')", list(rows)
        )
        run_models(
            told, [each for each in every_model if each.name == "operational_metrics"], date.fromisoformat(NIGHT)
        )
        found = told.execute(
            "select market, figure, interval_low, interval_high, sample from main.operational_metrics"
            f" where metric = '{metric}' and slice = ''"
        ).fetchall()
        return {market: tuple(values) for market, *values in found}
    finally:
        told.rollback()


def test_live_performance_of_an_account_is_by_the_same_definitions(told: duckdb.DuckDBPyConnection) -> None:
    assert told.execute("from main.live_performance select * exclude (as_of)").fetchall() == [
        (
            *("a1", "SG", 40, 60, 4000, 110, 10, 80, 100, Decimal("0.02"), Decimal("0.15"), Decimal("0.05")),
            100,
        )
    ]  # fmt: skip


def test_money_is_told_of_each_market_and_never_of_all_together(told: duckdb.DuckDBPyConnection) -> None:
    of_money = [metric["name"] for metric in DEFINED["metrics"] if metric["config"]["meta"].get("is_money")]
    assert len(of_money) == 6
    where = f"metric in {tuple(of_money)} and slice = ''"
    assert {market for (market,) in _told(told, "market", where)} == {"SG", "MY"}
    # Of nothing, a sum is 0 and known; and however little it is, it is all there is.
    where = "metric in ('commission_held', 'bonus_paid') and slice = ''"
    assert _told(told, "metric, market, figure, sample, is_enough, unit", where) == [
        ("bonus_paid", "MY", 9, 1, True, "money"),
        ("bonus_paid", "SG", Decimal("57.5"), 2, True, "money"),
        ("commission_held", "SG", Decimal("12.9"), 2, True, "money"),
    ]
    where = "metric = 'bonus_paid_of_budget' and slice = 'bonus' and market = 'SG'"
    assert _told(told, "slice_value, figure, is_enough", where) == [
        ("posts", Decimal("0.2525"), True),
        ("welcomes", None, False),
    ]


def test_every_measure_is_of_use() -> None:
    used = {
        name
        for metric in DEFINED["metrics"]
        for name in (
            *metric["type_params"].values(),
            *(metric["config"]["meta"].get(key) for key in ("hours", "out_of", "sample")),
        )
    }
    measures = {measure["name"] for model in DEFINED["semantic_models"] for measure in model["measures"]}
    assert measures == used - {None}
