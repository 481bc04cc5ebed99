"""Which settings beside packs are others than those of a release, and whose lists wait for that."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from evenhand.policy.load import MARKETPLACE
from evenhand.quality.rule_changes import RulesChanged, rule_changes
from evenhand.quality.setting_changes import TIME_ZONE, hangs_on_time_zones
from evenhand.settings import PROJECT
from quality.test_rule_changes import NIGHT, _compiled

ZONED = "violation_types: {copyright: Copies.}\nmarkets: [mars]\ntime_zones: {moon: Asia/Jakarta}\nchanged_by: mai\n"


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """Two packs that say the same, for world and for moon, and their marketplace."""
    packs = tmp_path / "packs"
    packs.mkdir()
    text = (PROJECT / "policies" / "takedowns.yml").read_text()
    (packs / "takedowns.yml").write_text(text.replace("timezone: UTC\n", ""))
    (packs / "moon.yml").write_text(text.replace("[world]", "[moon]").replace("pack: takedowns", "pack: moon"))
    (packs / MARKETPLACE).write_text(ZONED)
    return packs


def _changed(
    packs: Path,
    text: str | None,
    zones: tuple[str | None, str | None],
    then: str = "",
    of_pack: str = "",
    landed: str = "",
) -> dict[str, RulesChanged]:
    """What differs of marketplace.yml, the deployment's time zones, and that of the moon's pack.

    Args:
        landed: the files that have landed; by default, nobody knows.
    """
    moon = (packs / "moon.yml").read_text()
    _with_time_zone(packs, then)
    release = packs.with_name("release")
    release.mkdir()
    with duckdb.connect(str(_compiled(packs, packs.with_name("then.duckdb")))) as connection:
        connection.execute(f"copy (from deciders.packs) to '{release}/packs.parquet'")
    (packs / "moon.yml").write_text(moon)
    _with_time_zone(packs, of_pack)
    if text is not None:
        (packs / MARKETPLACE).write_text(text)
    now = _compiled(packs, packs.with_name("now.duckdb"))
    if landed:
        with duckdb.connect(str(now)) as connection:
            connection.execute("create schema landing")
            connection.execute(f"create table landing.files as {landed}")
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


def _with_time_zone(packs: Path, zone: str) -> None:
    text = (packs / "moon.yml").read_text()
    (packs / "moon.yml").write_text(text.replace("timezone: UTC\n", f"timezone: {zone}\n" if zone else ""))


def test_another_time_zone_of_a_pack_is_a_difference_of_its_market(packs: Path) -> None:
    """A pack's counts before marketplace.yml's, and is told as the pack's: who changed that doesn't approve it."""
    found = _changed(packs, None, ("UTC", "UTC"), "Asia/Jakarta", "Asia/Tokyo")
    assert {market: (each.packs, each.said) for market, each in found.items()} == {
        "moon": (("moon",), ("moon: timezone: that of moon was Asia/Jakarta and is Asia/Tokyo",))
    }


def test_what_a_pack_leaves_to_a_setting_that_is_another_too_is_of_both(packs: Path) -> None:
    """Who changed marketplace.yml doesn't approve it either."""
    found = _changed(packs, ZONED.replace("Jakarta", "Tokyo"), ("UTC", "UTC"), "Asia/Jakarta", "")
    assert found["moon"].packs == (MARKETPLACE, "moon")


@pytest.mark.parametrize(("then", "now"), [("", "Asia/Jakarta"), ("Asia/Jakarta", "")])
def test_a_pack_that_says_what_held_without_it_changes_nothing(packs: Path, then: str, now: str) -> None:
    assert _changed(packs, None, ("UTC", "UTC"), then, now) == {}


@pytest.mark.parametrize(
    ("landed", "is_told"),
    [
        ("select 'contents' as feed, []::varchar[] as moments", False),
        ("select 'contents' as feed, ['published_on'] as moments", True),
    ],
)
def test_where_no_day_hangs_on_a_time_zone_a_packs_first_one_holds_nothing(
    packs: Path, landed: str, is_told: bool
) -> None:
    """Of a home that has only ever landed days, it is for hours alone."""
    found = _changed(packs, None, ("UTC", "UTC"), "", "Asia/Tokyo", landed)
    assert list(found) == (["moon"] if is_told else [])


def test_another_time_zone_of_a_pack_that_had_one_is_told_whatever_has_landed(packs: Path) -> None:
    """What lands tomorrow would be read by it."""
    landed = "select 'contents' as feed, []::varchar[] as moments"
    for then, now in (("Asia/Jakarta", "Asia/Tokyo"), ("Asia/Tokyo", "")):
        folder = packs.parent / (now or "none")
        shutil.copytree(packs, folder / "packs")
        assert list(_changed(folder / "packs", None, ("UTC", "UTC"), then, now, landed)) == ["moon"]


def test_a_day_that_is_only_known_by_its_time_hangs_on_the_time_zone(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema landing")
        connection.execute("create table landing.files as select []::varchar[] as moments")
        connection.execute(
            "create table landing.lives as select '2026-03-01' as on_day, '2026-03-01T01:00Z' as began_at"
        )
        assert not hangs_on_time_zones(connection, "memory")
        connection.execute("insert into landing.lives values (null, '2026-03-01T01:00Z')")
        assert hangs_on_time_zones(connection, "memory")


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
