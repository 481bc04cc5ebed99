"""What the metrics tell of a simulated marketplace, against what was planted in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
import pytest

from evenhand.deciding.compiled import run_models
from evenhand.deciding.project import CompiledModel
from evenhand.sampling.estimate import lay
from insight.conftest import SEEDS
from insight.marketplace import NIGHT, marketplace_of


@pytest.mark.parametrize(
    ("gap", "is_due"),
    [
        ("decided_not_enforced", "decided_on < '2026-10-28'"),
        ("detected_not_decided", "detected_on < '2026-10-17'"),
        ("enforced_not_decided", "true"),
    ],
)
def test_gaps_are_those_that_were_planted(marketplace: duckdb.DuckDBPyConnection, gap: str, is_due: str) -> None:
    # What was planted a few days ago looks like what is still to be done.
    planted = marketplace.execute(
        "select truth.row_key from truth join accepted.violations on truth.row_key = violations.violation_id"
        f" where truth.what = '{gap}' and {is_due} order by all"
    ).fetchall()
    found = marketplace.execute(
        f"select violation_id from main.enforcement_gaps where gap = '{gap}' order by all"
    ).fetchall()
    assert len(planted) > 2
    assert found == planted


def test_orders_in_spite_of_a_penalty_are_counted_one_by_one(marketplace: duckdb.DuckDBPyConnection) -> None:
    """The creators of the simulation know nothing of what is decided about them, and go on selling."""
    orders = marketplace.execute(
        "select account_id, cast(ordered_on as date), live_id from accepted.orders"
        " where cast(ordered_on as date) between '2026-10-04' and '2026-10-31'"
    ).fetchall()
    of_account: dict[str, list[tuple[date, str | None]]] = {}
    for account, day, live in orders:
        of_account.setdefault(account, []).append((day, live))
    wanted = 0
    for account, scope, start, end in marketplace.execute(
        "select account_id, scope, in_force_from, in_force_until from main.int_penalty_periods"
        " where measure in ('no_live', 'account_closed')"
    ).fetchall():
        for day, live in of_account.get(account, []):
            wanted += start <= day and (end is None or day < end) and (scope != "live" or live is not None)
    ((found,),) = marketplace.execute(
        "select sum(orders) from main.enforcement_gaps where gap = 'sold_while_penalised'"
    ).fetchall()
    assert wanted > 20
    assert found == wanted


def test_unfair_reviewers_stand_out(marketplace: duckdb.DuckDBPyConnection) -> None:
    """In BR reviewers uphold nearly half of the mistaken flags, elsewhere a tenth."""
    doubted = dict(
        marketplace.execute(
            "select creators.market, avg(case when is_violation then 0 else 1 end) from main.stg_qa_reviews"
            " join main.stg_creators as creators using (account_id) where drawn_from = 'decided' group by all"
        ).fetchall()
    )
    assert doubted["BR"] == max(doubted.values())


@pytest.mark.parametrize("seeds", [SEEDS[:1], pytest.param(SEEDS, marks=pytest.mark.soak)], ids=len)
def test_prevalence_covers_the_truth_in_nine_markets_of_ten(
    marketplace: duckdb.DuckDBPyConnection,
    every_model: Sequence[CompiledModel],
    tmp_path_factory: pytest.TempPathFactory,
    seeds: Sequence[int],
) -> None:
    covered = _covered(marketplace)
    for seed in seeds[1:]:
        with marketplace_of(tmp_path_factory.mktemp("other"), seed) as connection:
            models = [model for model in every_model if model.name.startswith(("stg_", "int_qa_reviews_weighted"))]
            run_models(connection, models, NIGHT)
            # Who agrees isn't looked at here.
            connection.execute("create table main.int_ledger_entries (market text, violation_id text, rule_no integer)")
            covered += _covered(connection)
    assert len(covered) == 8 * len(seeds)
    assert sum(covered) >= 0.9 * len(covered)
    # An interval that covers everything would say nothing: with ten golden items none does, and these carry the
    # errors of reviewers that are known from no more than those.
    widths = marketplace.execute(
        "select interval_high - interval_low from estimates.quality_estimates"
        " where estimate = 'prevalence' and golden_reviews >= 10"
    ).fetchall()
    assert len(widths) >= 8
    assert all(width < 0.045 for (width,) in widths)


def _covered(connection: duckdb.DuckDBPyConnection) -> list[bool]:
    """For each market, whether the interval has the truth in it."""
    lay(connection, NIGHT)
    rows = connection.execute(
        "select truth.value between told.interval_low and told.interval_high from truth"
        " join estimates.metrics as told on truth.market = told.market and told.metric = truth.what"
        " where truth.what = 'prevalence' and told.slice = ''"
    ).fetchall()
    return [is_covered for (is_covered,) in rows]
