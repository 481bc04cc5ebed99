"""Which settings beside packs are others than those of a release, and whose lists wait for that."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from evenhand.policy.load import MARKETPLACE
from evenhand.quality.rule_changes import RulesChanged, rule_changes
from evenhand.quality.setting_changes import TIME_ZONE
from evenhand.settings import PROJECT
from quality.test_rule_changes import NIGHT, _compiled

ZONED = "violation_types: {copyright: Copies.}\nmarkets: [mars]\ntime_zones: {moon: Asia/Jakarta}\nchanged_by: mai\n"


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """Two packs that say the same, for world and for moon, and their marketplace."""
    packs = tmp_path / "packs"
    packs.mkdir()
    text = (PROJECT / "policies" / "takedowns.yml").read_text()
    (packs / "takedowns.yml").write_text(text)
    (packs / "moon.yml").write_text(text.replace("[world]", "[moon]").replace("pack: takedowns", "pack: moon"))
    (packs / MARKETPLACE).write_text(ZONED)
    return packs


def _changed(packs: Path, text: str | None, zones: tuple[str | None, str | None]) -> dict[str, RulesChanged]:
    release = packs.with_name("release")
    release.mkdir()
    with duckdb.connect(str(_compiled(packs, packs.with_name("then.duckdb")))) as connection:
        connection.execute(f"copy (from deciders.packs) to '{release}/packs.parquet'")
    if text is not None:
        (packs / MARKETPLACE).write_text(text)
    now = _compiled(packs, packs.with_name("now.duckdb"))
    return dict(rule_changes(now, release, packs.with_name("aside"), NIGHT, zones))


def test_another_time_zone_of_a_market_is_its_own_difference(packs: Path) -> None:
    found = _changed(packs, ZONED.replace("Jakarta", "Tokyo"), ("UTC", "UTC"))
    assert {market: each.said for market, each in found.items()} == {
        "moon": ("marketplace.yml: time_zones: that of moon was Asia/Jakarta and is Asia/Tokyo",)
    }
    assert (found["moon"].packs, found["moon"].lists) == ((MARKETPLACE,), ("penalties",))


def test_the_deployments_time_zone_is_one_of_markets_without_their_own(packs: Path) -> None:
    found = _changed(packs, None, ("UTC", "Asia/Jakarta"))
    assert {market: each.said for market, each in found.items()} == {
        "world": (f"{TIME_ZONE}: EVENHAND_TIMEZONE was UTC and is Asia/Jakarta",)
    }


@pytest.mark.parametrize("zones", [("UTC", "UTC"), (None, "Asia/Jakarta"), ("UTC", None)])
def test_the_same_and_what_a_release_doesnt_say_are_no_difference(
    packs: Path, zones: tuple[str | None, str | None]
) -> None:
    other = ZONED.replace("Copies.", "Copies of others.").replace("mai", "lan")
    assert _changed(packs, other, zones) == {}


def test_a_market_that_nobody_knows_any_more_concerns_all_that_its_accounts_come_to_or_stay_in(packs: Path) -> None:
    found = _changed(packs, ZONED.replace("markets: [mars]\n", ""), ("UTC", "UTC"))
    assert {market: each.said for market, each in found.items()} == dict.fromkeys(
        ("moon", "world"), ("marketplace.yml: markets were mars and are none",)
    )
