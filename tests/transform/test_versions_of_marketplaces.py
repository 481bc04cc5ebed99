"""Whole nights of the two examples, whose packs have several versions, held to the oracle of what goes on over them.

The simulated marketplace has three versions of each pack, and accounts that move; the takedowns have two.
Health and strikes are worked out day by day from what gate 1 accepted, shares and bonuses for the night. The long forms
are of `make soak`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from evenhand.deciding.build import build_models
from evenhand.deciding.compiled import compiled_project
from evenhand.landing.takedowns import land_takedowns
from evenhand.local.installation import TAKEDOWNS
from evenhand.policy.load import load_packs
from evenhand.settings import PROJECT, settings
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import Plan
from evenhand.tasks import night as nightly
from night.directly import environment, set_up
from transform.continuity.landed import history_of, packs_of_one_programme
from transform.continuity.marketplace import bonuses, ratios
from transform.continuity.night import Night, Penalty
from transform.continuity.oracle import decide

MARKETS = ("br", "id", "my", "ph", "sg", "th", "us", "vn")
UNTIL = date(2026, 10, 31)
MOVED_ON = "2026-10-10"
SHARES_COMPARED = ["content_quality", "delivery"]
# What the second and the third version say otherwise: figures, what counts once, and what brings what.
SECOND: Mapping[str, Any] = {
    "entries": [
        {"rule": "copyright", "lasts_days": 45, "counts_once_per": "violation"},
        {"rule": "course", "not_again_within_days": 10},
    ],
    "zones": [{"zone": "limited", "at_least": 5}],
}
THIRD: Mapping[str, Any] = {
    "entries": [{"rule": "misleading_claims", "lasts_days": 90}],
    "zones": [
        {"zone": "warned", "at_least": 2},
        {"zone": "limited", "measures": [{"measure": "no_live", "scope": "live", "days": 10}]},
    ],
}
# And of its shares: how long what they are made of counts, how much has to be there, and from where on they are poor.
SHARES: Sequence[Mapping[str, Any]] = (
    {
        "low_quality_posts": {"entries": [{"rule": "low_quality", "lasts_days": 14}]},
        "orders_gone_wrong": {"entries": [{"rule": "gone_wrong", "lasts_days": 20}]},
        "content_quality": {"ratio": {"whole_at_least": 4}, "zones": [{"zone": "poor", "at_least": 0.1}]},
    },
    {
        "low_quality_posts": {"entries": [{"rule": "low_quality", "lasts_days": 28}]},
        "posts": {"entries": [{"rule": "posts", "lasts_days": 21}]},
        "content_quality": {
            "ratio": {"whole_at_least": 3, "part_at_least": 1},
            "zones": [{"zone": "poor", "at_least": 0.1}],
        },
        "delivery": {"ratio": {"whole_at_least": 5}, "zones": [{"zone": "poor", "at_least": 0.1}]},
    },
)


@pytest.mark.parametrize(
    ("creators", "nights", "asked"), [(500, 60, 500), pytest.param(50_000, 90, 2_000, marks=pytest.mark.soak)]
)
def test_a_night_of_the_marketplace_whose_packs_have_three_versions_is_what_the_oracle_says(
    tmp_path: Path, creators: int, nights: int, asked: int
) -> None:
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "creators_base.yml").write_text((PROJECT / "policies" / "creators_base.yml").read_text())
    for market in MARKETS:
        turns = [
            (begins, {"account_health": health, **shares})
            for begins, health, shares in zip(("2026-09-16", "2026-10-06"), (SECOND, THIRD), SHARES, strict=True)
        ]
        _write_versions(policies, f"creators_{market}", turns, bonus="welcome_bonus")
    simulate(Plan(creators, nights, UNTIL), tmp_path / "home" / "landing", lambda said: None)
    moved = _move(tmp_path / "home" / "landing", max(creators // 100, 60))

    compared, night = _differences(tmp_path / "home", policies, UNTIL, "account_health", asked, moved)

    assert compared == []
    # Enough is in force for a difference to show.
    assert len(night.penalties) > asked // 50
    assert _differing_shares(tmp_path / "home", policies, UNTIL, asked, moved) == []
    assert _differing_bonuses(tmp_path / "home", policies, UNTIL) == []


@pytest.mark.soak
def test_a_night_of_the_takedowns_whose_pack_has_two_versions_is_what_the_oracle_says(tmp_path: Path) -> None:
    policies = tmp_path / "policies"
    policies.mkdir()
    changed = {
        "entries": [{"rule": "one_strike_per_document", "counts_once_per": "day", "lasts_days": 120}],
        "zones": [{"zone": "limited", "at_least": 3}, {"zone": "restricted", "at_least": 4}],
    }
    content = yaml.safe_load((PROJECT / "policies" / "takedowns.yml").read_text())
    (policies / "base.yml").write_text(
        yaml.safe_dump({key: part for key, part in content.items() if key not in _OF_A_VERSION}, sort_keys=False)
    )
    first = {"pack": "takedowns", "version": 1, "extends": "base.yml", "markets": ["world"]}
    (policies / "takedowns.yml").write_text(yaml.safe_dump({**first, "effective_from": date(2020, 1, 1)}))
    _write_versions(policies, "takedowns", [("2025-09-01", {"copyright_strikes": changed})], folder=policies)
    land_takedowns(PROJECT / TAKEDOWNS, tmp_path / "home" / "landing")

    night = date(2025, 12, 31)
    compared, decided = _differences(tmp_path / "home", policies, night, "copyright_strikes", 2_000, set())

    assert compared == []
    assert len(decided.penalties) > 20


_OF_A_VERSION = ("pack", "version", "markets", "effective_from", "effective_until", "examples")


def _write_versions(
    policies: Path,
    name: str,
    turns: Sequence[tuple[str, Mapping[str, Any]]],
    bonus: str = "",
    folder: Path = PROJECT / "policies",
) -> None:
    """A pack as it is, and versions of it that begin on later days with some of its programmes otherwise.

    Args:
        bonus: what later versions pay a tenth more each of, to an account once a month and to six in all.
    """
    content = yaml.safe_load((folder / f"{name}.yml").read_text())
    content.pop("examples", None)
    for number, (begins, otherwise) in enumerate([(None, {}), *turns], start=1):
        version = {**content, "version": number}
        if begins:
            version |= {"effective_from": date.fromisoformat(begins), "programmes": dict(otherwise)}
            if bonus:
                pays = content["bonuses"][bonus]["pays"] * (10 + number) // 10
                version["bonuses"] = {bonus: {"pays": pays, "at_most_per_account": pays, "budget": pays * 6}}
        if number <= len(turns):
            ends = date.fromisoformat(turns[number - 1][0])
            version["effective_until"] = date.fromordinal(ends.toordinal() - 1)
        path = policies / (f"{name}.yml" if number == 1 else f"{name}_{number}.yml")
        path.write_text(yaml.safe_dump(version, sort_keys=False))


def _move(landing: Path, count: int) -> set[str]:
    """Land a file in which some of those who are known by then are in the next market."""
    with duckdb.connect() as connection:
        files = f"read_parquet('{landing}/creators/*/*/*.parquet', hive_partitioning = false, union_by_name = true)"
        names = [name for name, *_ in connection.execute(f"describe from {files}").fetchall()]
        rows = connection.execute(
            f"select * from {files} where onboarded_on < '2026-09-20'"
            " qualify row_number() over (partition by account_id order by market) = 1 order by account_id"
        ).fetchall()
    at, chance = names.index("market"), random.Random(500)
    markets = [market.upper() for market in MARKETS]
    folder = landing / "creators" / f"night={MOVED_ON}"
    folder.mkdir(parents=True, exist_ok=True)
    moved = chance.sample(rows, count)
    with duckdb.connect() as connection:
        connection.execute(f"create table moved as select * from {files} limit 0")
        for row in moved:
            to = markets[(markets.index(row[at]) + chance.randint(1, 7)) % 8]
            connection.execute(
                f"insert into moved values ({', '.join('?' for _ in row)})", [*row[:at], to, *row[at + 1 :]]
            )
        connection.execute(f"copy moved to '{folder}/moved.parquet' (format parquet)")
    return {row[names.index("account_id")] for row in moved}


def _differences(
    home: Path, policies: Path, night: date, programme: str, asked: int, first: set[str]
) -> tuple[list[str], Night]:
    """Decide a night up to its models, and compare a programme of some accounts; those that are named come first."""
    warehouse = _decided(home, policies, night)
    accounts = _asked(warehouse, asked, first)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = Night(
            penalties={
                key: Penalty(*penalty)
                for key, account, *penalty in connection.execute(
                    "select row_key, account_id, measure, starts_on, ends_on from main.penalties where programme = $1",
                    [programme],
                ).fetchall()
                if account in accounts
            },
            standings={
                f"{account}/{programme}": (zone, balance)
                for account, zone, balance in connection.execute(
                    "select account_id, zone, balance from main.account_standings where programme = $1 and as_of = $2"
                    " and balance is not null",
                    [programme, night],
                ).fetchall()
                if account in accounts
            },
        )
    history = history_of(warehouse, packs_of_one_programme(policies, programme), accounts, night)
    wanted = decide(history, night)
    # Of whom nothing is known nothing is said.
    said = {key: stand for key, stand in wanted.standings.items() if key in found.standings or stand[1]}
    differing = [
        f"{key}: expected {ours.get(key)}, found {theirs.get(key)}"
        for ours, theirs in ((wanted.penalties, found.penalties), (said, found.standings))
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key) != theirs.get(key)
    ]
    return differing, wanted


def _decided(home: Path, policies: Path, night: date) -> Path:
    """The warehouse of a night that is decided up to its models."""
    set_up(home)
    with environment({"EVENHAND_HOME": str(home), "EVENHAND_POLICIES": str(policies)}):
        nightly.land_feeds(night)
        nightly.compile_policies(night)
        nightly.validate_feeds(night)
        warehouse = settings().warehouse(night)
        build_models(warehouse, compiled_project(), night, settings().models(night))
        return warehouse


def _asked(warehouse: Path, asked: int, first: set[str]) -> set[str]:
    """Who is named, then those of whom something was decided last: of the rest there is little to compare."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        known = connection.execute(
            "select account_id, max(decided_on) from main.stg_creators left join main.stg_violations"
            " using (account_id) group by all order by account_id"
        ).fetchall()
    ranked = sorted(known, key=lambda each: (each[0] in first, each[1] or date.min), reverse=True)
    return {account for account, _ in ranked[:asked]}


def _differing_shares(home: Path, policies: Path, night: date, asked: int, first: set[str]) -> list[str]:
    with environment({"EVENHAND_HOME": str(home)}):
        warehouse = settings().warehouse(night)
    packs = [loaded.pack for loaded in load_packs(policies)]
    history = history_of(warehouse, packs, _asked(warehouse, asked, first), night)
    wanted = ratios(history, packs, warehouse, SHARES_COMPARED, night)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        brought = dict(
            connection.execute(
                "select account_id || '/' || programme, measure from main.penalties"
                " where programme in (select unnest($1))",
                [SHARES_COMPARED],
            ).fetchall()
        )
        found = {
            key: (zone, balance, brought.get(key))
            for key, zone, balance in connection.execute(
                "select account_id || '/' || programme, zone, balance from main.account_standings"
                " where programme in (select unnest($1)) and as_of = $2",
                [SHARES_COMPARED, night],
            ).fetchall()
        }
    assert sum(zone != "good" for zone, _, _ in wanted.values()) > 5
    return [f"{key}: expected {one}, found {found.get(key)}" for key, one in wanted.items() if one != found.get(key)]


def _differing_bonuses(home: Path, policies: Path, night: date) -> list[str]:
    with environment({"EVENHAND_HOME": str(home)}):
        warehouse = settings().warehouse(night)
    wanted = bonuses(warehouse, [loaded.pack for loaded in load_packs(policies)], night)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found: dict[str, Any] = dict(
            connection.execute(
                "select regexp_extract(row_key, '.*[0-9]{4}-[0-9]{2}-[0-9]{2}') || ' in ' || market, amount"
                " from main.rewards where amount is not null"
            ).fetchall()
        )
    assert len(wanted) > 10
    keys = sorted(wanted.keys() | found.keys())
    return [
        f"{key}: expected {wanted.get(key)}, found {found.get(key)}"
        for key in keys
        if wanted.get(key) != found.get(key)
    ]
