"""What the metrics tell of a simulated marketplace, against what was planted in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist, median

import duckdb
import pytest

from evenhand.deciding.compiled import CompiledModel, run_models
from evenhand.sampling.estimate import lay
from insight.conftest import SEEDS
from insight.marketplace import NIGHT, Row, hours, landed, marketplace_of, recent


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


def test_prevalence_covers_the_truth_in_nine_markets_of_ten(
    marketplace: duckdb.DuckDBPyConnection,
    every_model: Sequence[CompiledModel],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    covered = _covered(marketplace)
    for seed in SEEDS[1:]:
        with marketplace_of(tmp_path_factory.mktemp("other"), seed) as connection:
            models = [model for model in every_model if model.name.startswith(("stg_", "int_qa_reviews_weighted"))]
            run_models(connection, models, NIGHT)
            # Who agrees isn't looked at here.
            connection.execute(
                "create table main.int_ledger_entries (market text, violation_id text, programme text, rule text)"
            )
            covered += _covered(connection)
    assert len(covered) == 8 * len(SEEDS)
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


def _recomputed(connection: duckdb.DuckDBPyConnection, market: str) -> dict[str, tuple[int, int] | Decimal | int]:
    """Numerator and denominator, a median or a number of each metric, from what landed alone."""
    feeds = {
        feed: landed(connection, feed, market)
        for feed in ("violations", "appeals", "contents", "lives", "orders", "user_reports")
    }
    decided = recent(feeds["violations"], "decided_on")
    enforced = recent(feeds["violations"], "enforced_on")
    contents = {row["content_id"]: row for row in feeds["contents"]}
    posts = {row["content_id"]: row["published_at"] for row in feeds["contents"]}
    posts |= {row["live_id"]: row["began_at"] for row in feeds["lives"]}
    first_reports: dict[str, str] = {}
    for row in sorted(feeds["user_reports"], key=lambda row: str(row["reported_at"]), reverse=True):
        first_reports[row["content_id"] or row["live_id"]] = row["reported_at"]
    first_appeals: dict[str, Row] = {}
    for row in sorted(feeds["appeals"], key=lambda row: (row["filed_on"], row["appeal_id"]), reverse=True):
        if row["channel"] == "own":
            first_appeals[row["violation_id"]] = row
    appealed = [
        row
        for row in recent(list(first_appeals.values()), "decided_on")
        if row["outcome"] in ("granted", "partly_granted", "denied")
    ]
    granted: dict[str, str] = {}
    for row in feeds["appeals"]:
        if row["outcome"] == "granted":
            granted[row["violation_id"]] = min(row["decided_on"], granted.get(row["violation_id"], "9"))
    restored = recent([row for row in feeds["violations"] if row["status"] == "restored"], "restored_on")

    def is_proactive(row: Row) -> bool:
        reported = first_reports.get(row["content_id"] or row["live_id"])
        return bool(row["detected_at"] < reported if reported else row["detected_by"] == "model")

    def share(rows: Sequence[Row], which: Callable[[Row], bool]) -> tuple[int, int]:
        return sum(which(row) for row in rows), len(rows)

    seen = [contents[row["content_id"]] for row in enforced if row["content_id"]]
    posted = [row | {"posted_at": posts[row["content_id"] or row["live_id"]]} for row in map(dict, enforced)]
    return {
        "decisions": len(decided),
        "proactive_rate": share(enforced, is_proactive),
        "acted_on_before_any_view": share(
            [row for row in seen if row["views_before_removal"]], lambda row: row["views_before_removal"] == "0"
        ),
        "acted_on_within_24_hours": share(posted, lambda row: hours(row, "posted_at", "enforced_at") <= 24),
        "appeal_rate": share(decided, lambda row: row["violation_id"] in first_appeals),
        "grant_rate": share(appealed, lambda row: row["outcome"] != "denied"),
        "whole_reversal_rate": share(appealed, lambda row: row["outcome"] == "granted"),
        "partial_reversal_rate": share(appealed, lambda row: row["outcome"] == "partly_granted"),
        "not_successfully_appealed": share(decided, lambda row: row["violation_id"] not in granted),
        "overturned_decisions": share(
            decided, lambda row: row["violation_id"] in granted or row["status"] == "restored"
        ),
        "solely_automated_share": share(
            decided, lambda row: row["automation_of_detection"] == row["automation_of_decision"] == "full"
        ),
        "restored_with_an_appeal": sum(
            (NIGHT - timedelta(days=27)).isoformat() <= day <= NIGHT.isoformat() for day in granted.values()
        ),
        "restored_without_an_appeal": sum(
            granted.get(row["violation_id"], "9") > row["restored_on"] for row in restored
        ),
        "median_time_to_decision": median(hours(row, "detected_at", "decided_at") for row in decided),
        "median_time_to_enforcement": median(
            hours(row, "decided_at", "enforced_at") for row in enforced if row["decided_at"]
        ),
        "median_time_to_appeal_decision": median(
            hours(row, "filed_at", "decided_at")
            for row in recent(list(first_appeals.values()), "decided_on")
            if row["outcome"] != "withdrawn_by_account"
        ),
        "violations_per_thousand_orders": (len(decided), len(recent(feeds["orders"], "ordered_on"))),
    }


def _not_rejected(part: int, whole: int, end: float) -> float:
    """The share farthest to an end of which a score test at 95 % doesn't say that it isn't this one."""
    z = NormalDist().inv_cdf(0.975)
    share, kept, left_out = part / whole, part / whole, end
    for _ in range(60):
        middle = (kept + left_out) / 2
        if (share - middle) ** 2 <= z * z * middle * (1 - middle) / whole:
            kept = middle
        else:
            left_out = middle
    return kept


@pytest.mark.parametrize("market", ["ID", "BR"])
def test_metrics_are_what_a_few_lines_make_of_whatlanded(marketplace: duckdb.DuckDBPyConnection, market: str) -> None:
    told = {
        metric: figures
        for metric, *figures in marketplace.execute(
            "select metric, numerator, denominator, figure, interval_low, interval_high, unit"
            " from main.operational_metrics where market = ? and slice = ''",
            [market],
        ).fetchall()
    }
    for metric, wanted in _recomputed(marketplace, market).items():
        numerator, denominator, figure, low, high, unit = told[metric]
        if not isinstance(wanted, tuple):
            assert figure == round(Decimal(wanted), 6), metric
            assert unit == ("count" if isinstance(wanted, int) else "hours"), metric
            continue
        assert (numerator, denominator) == wanted, metric
        if low is not None:
            for end, found in ((0.0, low), (1.0, high)):
                assert abs(float(found) - _not_rejected(*wanted, end)) < 1e-6, metric


@pytest.mark.parametrize("market", ["ID", "VN"])
def test_precision_is_what_reviewers_confirm_less_their_errors(
    marketplace: duckdb.DuckDBPyConnection, market: str
) -> None:
    """By a few lines of what landed: the share confirmed, with what golden items tell of errors taken out."""
    reviews = [row for row in landed(marketplace, "qa_reviews", market) if row["round"] in (None, "1")]
    golden = {row["subject"]: row for row in landed(marketplace, "golden_items", market)}
    said: dict[bool, list[bool]] = {True: [], False: []}
    for row in reviews:
        item = golden.get(row["violation_id"] if row["drawn_from"] == "decided" else row["content_id"])
        if item and item["guidance_version"] in (None, row["guidance_version"]):
            said[item["is_violation"] == "yes"].append(row["is_violation"] == "yes")
    weights = {True: 0.0, False: 0.0}
    for again in recent([row for row in reviews if row["drawn_from"] == "decided"], "reviewed_on"):
        weights[again["is_violation"] == "yes"] += 1 / float(again["inclusion_probability"] or 1)
    doubted = weights[False] / sum(weights.values())
    missed, passed = (1 - sum(said[True]) / len(said[True]), 1 - sum(said[False]) / len(said[False]))
    wanted = min(1.0, max(0.0, (doubted - missed) / (passed - missed)))
    lay(marketplace, NIGHT)
    ((precision, doubts, sample),) = marketplace.execute(
        "select max(figure) filter (metric = 'decision_precision'), max(figure) filter (metric = 'doubted_by_qa'),"
        " min(sample) from estimates.metrics where market = ? and slice = ''"
        " and metric in ('decision_precision', 'doubted_by_qa')",
        [market],
    ).fetchall()
    assert (float(doubts), float(precision)) == (round(wanted, 6), round(1 - wanted, 6))
    assert sample > 30
