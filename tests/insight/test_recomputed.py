"""Every metric of two markets of a decided night, against a few lines that read what landed and what was released.

A metric that nobody recomputes fails, and so does one that these lines don't tell apart from what is planted for it.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist
from typing import Any

import duckdb
import pytest
import yaml

from evenhand.records.databases import quoted
from evenhand.settings import PROJECT
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import Plan
from insight.recomputing.cases import of_appeals, of_cases
from insight.recomputing.decided import of_bonuses, of_eligibility, of_penalties, of_rewards, penalties_of
from insight.recomputing.figures import Wanted, rounded
from insight.recomputing.market import Market, markets_of, pack_of
from insight.recomputing.planted import plant, silence
from insight.recomputing.platform import of_answers, of_lives, of_rules, of_words
from night.directly import decide

NIGHT = date(2026, 10, 31)
MARKETS = ("ID", "VN")
INSIGHT = PROJECT / "dbt_project/models/marts/insight"
DEFINED = {
    metric["name"]: metric["config"]["meta"]
    for metric in yaml.safe_load((INSIGHT / "metrics.yml").read_text())["metrics"]
}
ESTIMATED = {
    metric["name"]
    for model in yaml.safe_load((INSIGHT / "operational_metrics.yml").read_text())["models"]
    for metric in model["config"]["meta"]["estimated"]
}
SIXTH = Decimal("0.000001")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A decided night of two of the markets of a simulated marketplace, with what is planted."""
    home = tmp_path_factory.mktemp("decided")
    landing = home / "landing"
    simulate(Plan(creators=6000, nights=40, until=NIGHT, seed=11), landing, lambda made: None)
    for folder in landing.glob("*/*/source=*"):
        if folder.name.removeprefix("source=") not in MARKETS:
            shutil.rmtree(folder)
    for market in MARKETS:
        plant(landing, NIGHT, market)
    # Of the last four weeks' first decisions, one market's feeds don't say what was done.
    silence(landing, "VN", until=NIGHT - timedelta(days=20))
    decide(home, str(NIGHT))
    return home


@pytest.fixture(scope="module")
def markets(home: Path) -> Mapping[str, Market]:
    """Both."""
    return markets_of(home, NIGHT, MARKETS)


@pytest.fixture(scope="module", params=MARKETS)
def market(markets: Mapping[str, Market], request: pytest.FixtureRequest) -> Market:
    """One of the two."""
    return markets[request.param]


def _recomputed(market: Market) -> dict[str, Wanted]:
    bonuses = pack_of(PROJECT / "policies", market.name)["bonuses"]
    found: dict[str, Wanted] = {}
    for each in (
        *(of_cases(market), of_appeals(market), of_lives(market), of_answers(market)),
        *(of_rules(market), of_words(market), of_penalties(market), of_eligibility(market)),
        *(of_bonuses(market, bonuses), of_rewards(market)),
    ):
        assert found.keys().isdisjoint(each)
        found |= each
    return found


def _told(market: Market, slice_: str = "", part: str = "") -> dict[str, Mapping[str, Any]]:
    return {
        row["metric"]: row
        for row in market.released["operational_metrics"]
        if (row["slice"], row["slice_value"]) == (slice_, part)
    }


def _check(metric: str, wanted: Wanted, told: Mapping[str, Any]) -> None:
    """Every column of a metric's row."""
    assert told["figure"] == rounded(wanted.figure, SIXTH), metric
    assert told["unit"] == wanted.unit, metric
    assert told["sample"] == rounded(wanted.sample, Decimal("0.01")), metric
    assert told["out_of"] == wanted.out_of, metric
    if wanted.numerator is not None:
        assert told["numerator"] == rounded(Fraction(wanted.numerator), Decimal("0.0001")), metric
        denominator = None if wanted.denominator is None else Fraction(wanted.denominator)
        assert told["denominator"] == rounded(denominator, Decimal("0.0001")), metric
    assert told["is_enough"] == (wanted.sample is not None and wanted.sample >= DEFINED[metric]["minimum_sample"]), (
        metric
    )
    for end, found in ((0.0, told["interval_low"]), (1.0, told["interval_high"])):
        if DEFINED[metric]["interval"] == "none" or wanted.figure is None:
            assert found is None, metric
        else:
            assert wanted.figure is not None and wanted.sample is not None
            assert abs(float(found) - _not_rejected(float(wanted.figure), float(wanted.sample), end)) < 1e-6, metric


def _not_rejected(share: float, of: float, end: float) -> float:
    """The share farthest to an end of which a score test at 95 % doesn't say that it isn't this one."""
    z = NormalDist().inv_cdf(0.975)
    kept, left_out = share, end
    for _ in range(60):
        middle = (kept + left_out) / 2
        if (share - middle) ** 2 <= z * z * middle * (1 - middle) / of:
            kept = middle
        else:
            left_out = middle
    return kept


def test_every_metric_is_recomputed_and_is_what_landed_and_was_released(market: Market) -> None:
    wanted, told = _recomputed(market), _told(market)
    # What is estimated of reviews is recomputed in test_recomputed_reviews.py.
    assert wanted.keys() == told.keys() - ESTIMATED == DEFINED.keys()
    for metric, figures in wanted.items():
        _check(metric, figures, told[metric])
        # What is 0 in every market would be right by chance.
        assert figures.figure, metric


def test_each_rule_is_told_by_itself(market: Market) -> None:
    for rule in ("unsafe_goods", "misleading_claims", "copyright", "low_quality"):
        told = _told(market, "rule", rule)
        wanted = of_rules(market, rule)
        assert wanted["decisions_by_rule"].figure
        for metric, figures in wanted.items():
            _check(metric, figures, told[metric])


def test_the_stories_that_penalties_are_read_from_say_what_is_listed(market: Market) -> None:
    in_force = {(each.account, each.programme, each.scope) for each in penalties_of(market) if each.covers(NIGHT)}
    listed = {(row["account_id"], row["programme"], row["scope"]) for row in market.released["penalties"]}
    # Of what is looked at for some weeks only, nobody knows since when.
    assert in_force == {row for row in listed if row[1] == "account_health"}
    assert len(in_force) > 20


def test_each_market_alone_is_told_of_money(home: Path) -> None:
    file = home / "releases" / f"night={NIGHT}" / "operational_metrics.parquet"
    everywhere = duckdb.sql(f"select distinct metric from {quoted(file)} where market = 'all'").fetchall()
    of_money = {(name,) for name, meta in DEFINED.items() if meta.get("is_money")}
    assert of_money
    assert {(name,) for name in DEFINED} - set(everywhere) == of_money
