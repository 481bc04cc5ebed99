"""Metrics that are estimates, of two markets, against figures of a few lines and intervals of another implementation.

A night draws, reviewers answer into the next, and that one is held against them. Which penalties are wrong is told by a
marketplace in which what was found wrong never landed.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml

from evenhand.deciding.compiled import run_models
from evenhand.explain.labels import Labels
from evenhand.landing.contracts import BY_NAME
from evenhand.notices.catalogs import load_catalogs
from evenhand.records.databases import quoted
from evenhand.settings import PROJECT
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import Plan
from insight.recomputing.decided import Penalty, penalties_of
from insight.recomputing.figures import rounded
from insight.recomputing.market import Market, Row, markets_of, released
from insight.recomputing.melded import Told, jackknifed, together
from insight.recomputing.reviews import Part, drawn_penalties, of_reviews, twice
from made_once import shared_project
from night.directly import decide

DRAWN, NIGHT = date(2026, 10, 30), date(2026, 10, 31)
MARKETS = ("ID", "VN")
MINIMUM = {
    metric["name"]: metric["minimum_sample"]
    for model in yaml.safe_load(
        (PROJECT / "dbt_project/models/marts/insight/operational_metrics.yml").read_text()
    )["models"]
    for metric in model["config"]["meta"]["estimated"]
}  # fmt: skip
SIXTH = Decimal("0.000001")


@dataclass(frozen=True)
class Decided:
    """The night after one that drew: what it tells, and both markets with the penalties that are wrong."""

    metrics: Sequence[Row]
    markets: Mapping[str, tuple[Market, set[tuple[str, str]]]]


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Decided:
    """Two markets of a night, and the same night without the decisions that reviewers found wrong."""
    folder = tmp_path_factory.mktemp("reviewed")
    packs = shutil.copytree(PROJECT / "policies", folder / "packs", ignore=shutil.ignore_patterns("published"))
    said = (packs / "marketplace.yml").read_text().splitlines()
    budgets = "review_budgets: {ID: 600, VN: 500}"
    (packs / "marketplace.yml").write_text(
        "\n".join(budgets if line.startswith("review_budgets:") else line for line in said)
    )
    home = folder / "home"
    simulate(Plan(creators=3000, nights=30, until=NIGHT, seed=11), home / "landing", lambda made: None)
    for landed in (home / "landing").glob("*/*/source=*"):
        if landed.name.removeprefix("source=") not in MARKETS:
            shutil.rmtree(landed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENHAND_POLICIES", str(packs))
        _review_without_chances(home / "landing")
        _penalise(home / "landing")
        decide(home, str(DRAWN))
        _answer(home)
        decide(home, str(NIGHT))
        markets = list(markets_of(home, NIGHT, MARKETS).values())
        never = _decided_without(home, [case for market in markets for case in _found_wrong(market)])
    return Decided(
        released(home, NIGHT, "operational_metrics"),
        {market.name: (market, _wrong(drawn_penalties(market), _told_by(market, never))) for market in markets},
    )


def test_every_estimate_is_recomputed(decided: Decided) -> None:
    wanted = {name: of_reviews(market, wrong) for name, (market, wrong) in decided.markets.items()}
    for name, figures in wanted.items():
        _check(_told(decided, name), figures)
        # A metric that is 0 everywhere would be right by chance.
        assert {metric for (metric, _), told in figures.items() if told.figure} == MINIMUM.keys()
        assert {by for _, (by, _) in figures} == {
            "",
            "detector",
            "confidence_band",
            "measure",
            "pack",
            "violation_type",
        }
    everywhere = {
        (metric, part): together([figures[metric, part] for figures in wanted.values() if (metric, part) in figures])
        for metric, part in {key: None for figures in wanted.values() for key in figures}
        if metric not in ("agreement_of_reviewers", "decision_precision")
    }
    everywhere |= {
        ("decision_precision", part): told.rest()
        for (metric, part), told in everywhere.items()
        if metric == "doubted_by_qa"
    }
    items: dict[Part, list[Sequence[bool]]] = {}
    for market, _ in decided.markets.values():
        for part, said in twice(market).items():
            items.setdefault(part, []).extend(said)
    everywhere |= {("agreement_of_reviewers", part): jackknifed(said) for part, said in items.items()}
    _check(_told(decided, "all"), everywhere)


def test_penalties_of_one_decision_and_of_several_were_judged_either_way(decided: Decided) -> None:
    for market, wrong in decided.markets.values():
        drawn = drawn_penalties(market)
        assert {len(rows) > 1 for rows in drawn.values()} == {True, False}
        assert 10 < len(wrong) < len(drawn) - 10


def _told(decided: Decided, market: str) -> dict[tuple[str, Part], Row]:
    return {
        (row["metric"], (row["slice"], row["slice_value"])): row
        for row in decided.metrics
        if row["market"] == market and row["metric"] in MINIMUM
    }


def _check(told: Mapping[tuple[str, Part], Row], wanted: Mapping[tuple[str, Part], Told]) -> None:
    """Every column of every row."""
    assert told.keys() == wanted.keys()
    for key, ours in wanted.items():
        row = told[key]
        assert row["figure"] == rounded(ours.figure, SIXTH), key
        for end, found in ((ours.low, row["interval_low"]), (ours.high, row["interval_high"])):
            # An end is told by six digits.
            assert (found is None) == (end is None), key
            assert end is None or abs(float(found) - end) < 1.5e-6, (key, end, found)
        assert row["sample"] == ours.reviews, key
        assert row["is_enough"] == (ours.reviews >= MINIMUM[key[0]]), key
        assert (row["numerator"], row["denominator"], row["out_of"]) == (None, None, None), key
        assert row["unit"] == ("number" if key[0] == "agreement_of_reviewers" else "share"), key


def _review_without_chances(landing: Path) -> None:
    """Land reviews of contents that say nothing of how likely they were, and the truth of most of these contents."""
    day = str(NIGHT - timedelta(days=5))
    for market in MARKETS:
        found = _landed(
            landing,
            market,
            "select distinct content_id, account_id from contents where published_on between $since and $until"
            " order by content_id limit 120",
            since=str(NIGHT - timedelta(days=20)),
            until=str(NIGHT - timedelta(days=6)),
        )
        rows = [
            {"review_id": f"{market}-{number}", "drawn_from": "published", "content_id": content,
             "account_id": account, "reviewed_on": day, "is_violation": "yes" if number % 3 == 0 else "no",
             # One knew of another opinion, and one gave a second.
             "blind": "no" if number == 7 else "yes", "round": "2" if number == 8 else "1"}
            for number, (content, account) in enumerate(found)
        ]  # fmt: skip
        _write(landing / f"qa_reviews/night={day}/without_chances_{market}.csv", rows)
        # Four in breach were missed, and one that isn't was taken for one.
        truths = [
            {"golden_id": f"{market}-{number}", "account_id": account, "subject": content,
             "is_violation": "yes" if (number % 3 == 0) != (number in (3, 4, 34, 64, 94)) else "no"}
            for number, (content, account) in enumerate(found)
            if number < 110
        ]  # fmt: skip
        _write(landing / f"golden_items/night={day}/truths_{market}.csv", truths)


def _penalise(landing: Path) -> None:
    """Land decisions on accounts that had none: one, two or three on each, and each time enough for a penalty."""
    for market in MARKETS:
        accounts = _landed(
            landing,
            market,
            "select distinct account_id from creators anti join violations using (account_id)"
            " where kind = 'creator' and onboarded_on < $before order by account_id limit 90",
            before=str(NIGHT - timedelta(days=60)),
        )
        rows = [
            {"violation_id": f"{market}-{number}-{each}", "account_id": account, "violation_type": "counterfeit",
             "status": "decided", "points": str(6 // of), "detected_by": "model", "confidence": str(0.4 + each / 5),
             "detected_on": str(DRAWN), "decided_on": str(DRAWN), "enforced_on": str(DRAWN), "surface": "live"}
            for number, (account,) in enumerate(accounts)
            for of in [number % 3 + 1]
            for each in range(of)
        ]  # fmt: skip
        _write(landing / f"violations/night={DRAWN}/planted_{market}.csv", rows)


def _landed(landing: Path, market: str, query: str, **given: str) -> list[tuple[str, ...]]:
    """What a query says of the market's files of the simulation."""
    with duckdb.connect() as connection:
        for feed in ("contents", "creators", "violations"):
            files = quoted(landing / feed / f"*/source={market}/*.parquet")
            connection.execute(f"create view {feed} as from read_parquet({files}, union_by_name = true)")
        return connection.execute(query, given).fetchall()


def _answer(home: Path) -> None:
    """Nearly all that was drawn is answered: of decisions a third are found to be none, of contents a fifth are.

    What is known to be true is found to be so.
    """
    with duckdb.connect() as connection:
        keys = quoted(home / "releases" / f"night={DRAWN}" / "qa_keys.parquet")
        truths = quoted(home / "landing/golden_items/*/truths_*.csv")
        found = connection.execute(
            "select item_id, keys.account_id, market, case"
            " when any_value(golden.is_violation) is not null then any_value(golden.is_violation)"
            " when bool_or(stratum in ('decisions', 'new_rules', 'penalties'))"
            " then if(hash(item_id) % 3 = 0, 'no', 'yes') else if(hash(item_id) % 5 = 0, 'yes', 'no') end"
            f" from read_parquet({keys}, hive_partitioning = false) as keys"
            f" left join read_csv({truths}, all_varchar = true) as golden using (subject)"
            " where state = 'open' and hash(item_id) % 17 > 0"
            " group by item_id, keys.account_id, market order by item_id"
        ).fetchall()
    for market in MARKETS:
        rows = [
            {"review_id": f"{market}-{item}", "drawn_from": "published", "account_id": account,
             "reviewed_on": str(NIGHT), "draw_item_id": item, "blind": "yes", "guidance_version": "g1",
             "is_violation": said}
            for item, account, of, said in found
            if of == market
        ]  # fmt: skip
        _write(home / f"landing/qa_reviews/night={NIGHT}/answers_{market}.csv", rows)


def _write(file: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Write a file with at least what its feed has to have."""
    file.parent.mkdir(parents=True, exist_ok=True)
    columns = dict.fromkeys([*BY_NAME[file.parent.parent.name].names_in_every_file, *rows[0]])
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, list(columns), restval="")
        writer.writeheader()
        writer.writerows(rows)


def _found_wrong(market: Market) -> set[str]:
    """The decisions of drawn penalties that reviewers found to be none."""
    said = {row["review_id"]: row["is_violation"] for row in market.feeds["qa_reviews"]}
    return {
        row["subject"] for rows in drawn_penalties(market).values() for row in rows if said[row["review_id"]] == "no"
    }


def _decided_without(home: Path, cases: Sequence[str]) -> Sequence[Row]:
    """The stories of the night's accounts, decided once more as if these cases had never landed."""
    warehouse = Path(shutil.copy(home / "nights" / f"night={NIGHT}" / "warehouse.duckdb", home / "never.duckdb"))
    models = shared_project().models(what_tells=True, leading_to=("account_timeline",))
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        tables = connection.execute(
            "select distinct table_name from information_schema.columns join information_schema.tables"
            " using (table_schema, table_name) where table_schema = 'accepted' and column_name = 'violation_id'"
            " and table_type = 'BASE TABLE' order by 1"
        ).fetchall()
        assert {("violations",), ("appeals",)} <= {*tables}
        for (table,) in tables:
            connection.execute(f"delete from accepted.{table} where list_contains(?, violation_id)", [cases])
        run_models(connection, models, NIGHT)
        connection.commit()
        rows = connection.execute("from main.account_timeline order by account_id, step")
        names = [name for name, *_ in rows.description]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


def _told_by(market: Market, stories: Sequence[Row]) -> Market:
    """A market of which other stories are told."""
    accounts = {row["account_id"] for row in market.feeds["creators"]}
    timeline = [row for row in stories if row["account_id"] in accounts]
    return replace(market, released={**market.released, "account_timeline": timeline})


def _wrong(drawn: Collection[tuple[str, str]], never: Market) -> set[tuple[str, str]]:
    """The drawn penalties that weren't in force on the day of the draw where what was found wrong never landed."""
    english = Labels(load_catalogs(PROJECT / "translations"))
    stays = {_key(each) for each in penalties_of(never) if each.covers(DRAWN)}
    return {(key, measure) for key, measure in drawn if (*key.split("/"), english.of("measure", measure)) not in stays}


def _key(penalty: Penalty) -> tuple[str, str, str, str]:
    return penalty.account, penalty.programme, penalty.scope, penalty.measure
