"""Night after night a marketplace draws, its sandbox's reviewers answer, and what they say is held against the truth.

Short in the suite; the fifteen nights after which what nobody answered leaves the list are a soak.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from evenhand.settings import PROJECT
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import Plan
from night.installation import Installation

MARKETS = {"ID": 250, "VN": 250}
# Nights that land before the first that is decided.
BEFORE = 12
TYPES = ("counterfeit", "misleading_claim", "prohibited_goods", "low_quality", "copyright")


@pytest.mark.parametrize(("creators", "nights"), [(1500, 3), pytest.param(3000, 16, marks=pytest.mark.soak)])
def test_what_is_drawn_comes_back_and_says_what_is_true(
    installation: Installation, tmp_path: Path, creators: int, nights: int
) -> None:
    plan = Plan(creators=creators, nights=nights + BEFORE, until=date(2026, 10, 31), seed=5)
    _land(installation, plan)
    _settle(installation, tmp_path)
    days = [plan.first_night + timedelta(days=number + BEFORE) for number in range(nights)]
    for before, night in zip([None, *days], days, strict=False):
        installation.directly(str(night))
        open_ = {item for (item,) in installation.rows(str(night), "qa_items", "row_key")}
        assert open_ == {key for key in installation.held() if key in open_}
        if before:
            assert _answers(installation, night) >= {
                item for (item,) in installation.rows(str(night), "qa_keys", "item_id", "state = 'reviewed'")
            }
            assert open_.isdisjoint(_answers(installation, night))
    _check(installation, days)


def _land(installation: Installation, plan: Plan) -> None:
    """Two markets whose QA draws nothing elsewhere, and knows some contents of either kind that landed before."""
    landing = installation.home / "landing"
    simulate(plan, landing, lambda made: None)
    for market in landing.glob("*/night=*/source=*"):
        if market.name.removeprefix("source=") not in MARKETS:
            shutil.rmtree(market)
    for feed in ("qa_reviews", "golden_items"):
        shutil.rmtree(landing / feed)
    folder = landing / "golden_items" / f"night={plan.first_night}"
    folder.mkdir(parents=True)
    first = plan.first_night + timedelta(days=BEFORE)
    duckdb.sql(
        "select 'g' || content_id as golden_id, account_id, content_id as subject,"
        " case when is_violation then 'yes' else 'no' end as is_violation, 'g1' as guidance_version"
        f" from '{landing.parent}/simulation_reviewable.parquet' as reviewable semi join"
        f" read_parquet('{landing}/contents/*/*/*.parquet', hive_partitioning = true) as landed"
        f" on reviewable.content_id = landed.content_id and landed.night < '{first}'"
        " qualify row_number() over (partition by market, is_violation order by content_id) <= 8 order by golden_id"
    ).write_csv(str(folder / "golden.csv"))


def _settle(installation: Installation, folder: Path) -> None:
    """The packs of these markets, with budgets, and a sandbox that gets what is to be reviewed."""
    packs = folder / "packs"
    packs.mkdir()
    for name in ("calendar", "creators_base", *(f"creators_{market.lower()}" for market in MARKETS)):
        shutil.copy(PROJECT / "policies" / f"{name}.yml", packs)
    types = ", ".join(f"{name}: One of them." for name in TYPES)
    budgets = ", ".join(f"{market}: {budget}" for market, budget in MARKETS.items())
    (packs / "marketplace.yml").write_text(f"violation_types: {{{types}}}\nreview_budgets: {{{budgets}}}\n")
    receivers = folder / "receivers.yml"
    receivers.write_text(
        "receivers:\n  sandbox:\n    kind: http\n    connection: evenhand_sandbox\n"
        "    lists: [penalties, rewards, qa_items]\n"
    )
    installation.overrides.update(
        EVENHAND_POLICIES=str(packs),
        EVENHAND_RECEIVERS=str(receivers),
    )


def _answers(installation: Installation, night: date) -> set[str]:
    file = installation.home / "landing" / "qa_reviews" / f"night={night}" / "source=reviewers" / "answers.csv"
    return {item for (item,) in duckdb.sql(f"select draw_item_id from '{file}'").fetchall()}


def _check(installation: Installation, days: list[date]) -> None:
    """Figures worked out by hand of the files, and the truth of all that could have been drawn."""
    home = installation.home
    said = {
        (name, market): (value, low, high)
        for name, market, value, low, high, by in installation.rows(
            str(days[-1]), "quality_estimates", "estimate, market, value, interval_low, interval_high, slice"
        )
        if not by
    }
    with duckdb.connect() as connection:
        connection.execute(f"create view answers as from read_csv('{home}/landing/qa_reviews/*/*/answers.csv')")
        connection.execute(f"create view reviewable as from '{home}/simulation_reviewable.parquet'")
        files = [str(installation.release(str(night)) / "qa_keys.parquet") for night in days]
        connection.execute(f"create view keys as from read_parquet({files}, hive_partitioning = false)")
        connection.execute(
            "create view landed as select link, market, views, min(night) over (partition by link) as first_night from"
            f" (select link, source as market, night, cast(views as bigint) as views"
            f" from read_parquet('{home}/landing/contents/*/*/*.parquet', hive_partitioning = true) union all"
            f" select link, source, night, cast(viewers as bigint)"
            f" from read_parquet('{home}/landing/lives/*/*/*.parquet', hive_partitioning = true))"
        )
        connection.execute(f"create view golden as from '{home}/landing/golden_items/*/*.csv'")
        for market in MARKETS:
            told = {str(name): figure for (name, of), figure in said.items() if of == market}
            _check_market(connection, market, days, told)


def _check_market(
    connection: duckdb.DuckDBPyConnection, market: str, days: list[date], told: Mapping[str, tuple[Any, ...]]
) -> None:
    closed = connection.execute(
        "select distinct item_id, round, stratum, subject, cast(probability as double), cast(exposure as double),"
        " state, cast(is_violation as varchar) in ('yes', 'true') from keys left join answers on item_id = draw_item_id"
        " where closed_on is not null and market = ? order by all",
        [market],
    ).fetchall()
    truths = dict(
        connection.execute("select subject, cast(is_violation as varchar) in ('yes', 'true') from golden").fetchall()
    )
    golden = {(item, truths[subject], said) for item, round_, _, subject, _, _, state, said in closed
              if round_ == 1 and state == "reviewed" and subject in truths}  # fmt: skip
    seen = [said for _, true, said in golden if true]
    alarms = [said for _, true, said in golden if not true]

    def taken_out(share: float) -> float:
        if not seen or not alarms:
            return share
        false_alarms = sum(alarms) / len(alarms)
        return float(min(1.0, max(0.0, (share - false_alarms) / (sum(seen) / len(seen) - false_alarms))))

    def weighted(*strata: str, by_views: bool) -> float:
        of = [
            ((exposure if by_views else 1) / chance, said)
            for _, round_, stratum, _, chance, exposure, state, said in closed
            if round_ == 1 and state == "reviewed" and stratum in strata
        ]
        return float(sum(weight for weight, said in of if said) / sum(weight for weight, _ in of))

    assert float(told["prevalence"][0]) == pytest.approx(taken_out(weighted("contents", by_views=False)), abs=2e-6)
    views = taken_out(weighted("contents", by_views=True))
    assert float(told["violative_view_rate"][0]) == pytest.approx(views, abs=2e-6)
    decided = taken_out(weighted("decisions", "new_rules", by_views=False))
    assert float(told["wrong_decisions"][0]) == pytest.approx(1 - decided, abs=2e-6)
    items = {(item, state) for item, *_, state, _ in closed}
    unanswered = sum(state == "unanswered" for _, state in items) / len(items)
    assert float(told["unanswered"][0]) == pytest.approx(unanswered, abs=2e-6)
    # Nobody reviewed one in twenty of those that have been on the list for fourteen nights.
    assert (unanswered > 0) == (len(days) > 14)
    true = connection.execute(
        "select avg(is_violation::integer), sum(is_violation::integer * views) / sum(views) from reviewable inner join"
        " (select link, market, max(views) as views from landed where first_night between ? and ? group by all)"
        " using (link, market) where market = ? and views > 0",
        [days[0], days[-2], market],
    ).fetchone() or (0, 0)
    for name, truth in zip(("prevalence", "violative_view_rate"), true, strict=True):
        _, low, high = told[name]
        assert float(low) <= truth <= float(high), (market, name, told[name], truth)
