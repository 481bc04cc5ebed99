"""Packs of one market beside each other: what combines, and what is said twice."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from evenhand.policy.clashes import clashes, markets_of_both
from evenhand.policy.load import PackError, load_each, load_packs, packs_in
from evenhand.settings import PROJECT
from policy.packs import write

POINTS = """\
pack: points
version: 3
markets: [ID, TH]
effective_from: 2026-01-01
appeal_route: Write to the points desk.
measures: [warning, closed]
calendars: {mondays: {weekday: monday}}
programmes:
  points:
    unit: point
    entries: [{rule: each, violation_types: [fraud], amount: 1, lasts_days: 90}]
    zones:
      - zone: good
      - {zone: warned, at_least: 1, measures: [{measure: warning, scope: account, days: 30}]}
      - {zone: shut, at_least: 3, measures: [{measure: closed, scope: account, permanent: true}]}
"""
LIMIT = """\
pack: limit
version: 1
markets: [TH]
effective_from: 2026-03-01
appeal_route: Write to the posting desk.
measures: [limited]
programmes:
  posts:
    unit: post
    entries: [{rule: each, activities: [posted], amount: 1, lasts_days: 7}]
    zones:
      - zone: few
      - {zone: many, at_least: 5, measures: [{measure: limited, scope: short_video, while_in_zone: true}]}
"""


def _mistakes(folder: Path, points: str, limit: str) -> list[str]:
    write(folder, points, "points.yml")
    write(folder, limit, "limit.yml")
    try:
        load_packs(folder)
    except PackError as error:
        return [str(each).removeprefix(f"{folder}/").replace(f"{folder}/", "") for each in error.mistakes]
    return []


def test_packs_of_a_market_have_one_time_zone_whenever_they_are_in_force(folder: Path) -> None:
    points = POINTS.replace("version: 3\n", "version: 3\ntimezone: Asia/Jakarta\n")
    points = points.replace("effective_from: 2026-01-01\n", "effective_from: 2026-01-01\neffective_until: 2026-02-01\n")
    limit = LIMIT.replace("markets: [TH]\n", "markets: [TH]\ntimezone: Asia/Bangkok\n")
    said = (
        "timezone: found Asia/Jakarta for TH, where limit version 1 (limit.yml:4) says Asia/Bangkok; expected one time"
        " zone for a market, in every version of its packs"
    )
    assert _mistakes(folder, points, limit) == [f"points.yml:3:11: {said}"]
    assert _mistakes(folder, points, limit.replace("Bangkok", "Jakarta")) == []
    assert _mistakes(folder, points, LIMIT) == []
    assert _mistakes(folder, points, limit.replace("[TH]", "[VN]")) == []


def test_a_time_zone_is_one_that_there_is(folder: Path) -> None:
    (mistake,) = _mistakes(folder, POINTS.replace("version: 3\n", "version: 3\ntimezone: Asia/Jakrta\n"), LIMIT)
    assert mistake.startswith(
        "points.yml:3:11: timezone: found 'Asia/Jakrta'; expected a time zone such as Asia/Jakarta"
    )


def test_packs_of_a_market_with_other_names_combine_each_with_its_own_version_and_hash(folder: Path) -> None:
    assert _mistakes(folder, POINTS, LIMIT) == []
    limit, points = load_packs(folder)
    assert (limit.pack.version, points.pack.version) == (1, 3)
    assert limit.sha256 != points.sha256


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "  posts:",
            "  points:",
            "points.yml:9:3: programmes: found points, which limit version 1 (limit.yml:8) has too, for TH;"
            " expected another name, where two packs decide for a market and day",
        ),
        (
            "measures: [limited]",
            "measures: [limited]\ncalendars: {mondays: {weekday: tuesday}}",
            "points.yml:7:13: calendars: found mondays, which limit version 1 (limit.yml:7) has too, for TH;"
            " expected another name, where two packs decide for a market and day",
        ),
        (
            "measures: [limited]",
            "measures: [limited]\n"
            "eligibility: {points: {conditions: [{condition: few, programme: posts, less_than: 5}]}}",
            "points.yml:9:3: programmes: found points, which limit version 1 (limit.yml:7) has too, for TH;"
            " expected another name, where two packs decide for a market and day",
        ),
    ],
)
def test_a_name_that_two_packs_of_a_market_have_is_a_clash_at_both_places(
    folder: Path, old: str, new: str, said: str
) -> None:
    assert _mistakes(folder, POINTS, LIMIT.replace(old, new)) == [said]
    # On other days, and for other markets, they are apart.
    assert _mistakes(folder, POINTS, LIMIT.replace(old, new).replace("[TH]", "[VN]")) == []
    until = ("effective_from", "effective_until: 2026-02-28\neffective_from")
    assert _mistakes(folder, POINTS.replace(*until), LIMIT.replace(old, new)) == []


@pytest.mark.parametrize(
    ("before", "after", "is_clash"),
    [
        ("relief: {takes_from: newest}", "amount: -1, not_again_within_days: 30", True),
        ("relief: {takes_from: newest}", "amount: -1, every: {count: 2, within_days: 9}", True),
        ("relief: {takes_from: newest}", "amount: -1", False),
        ("relief: {takes_from: newest}", "relief: {takes_from: oldest}, not_again_within_days: 30", False),
        ("amount: -1, not_again_within_days: 30", "relief: {takes_from: newest}, not_again_within_days: 30", False),
    ],
)
def test_a_rule_that_was_a_relief_picks_no_events(folder: Path, before: str, after: str, is_clash: bool) -> None:
    def version(number: int, rule: str) -> str:
        entries = (
            f"[{{rule: each, violation_types: [fraud], amount: 1}}, {{rule: course, activities: [course], {rule}}}]"
        )
        begins = f"version: {number}\neffective_from: 2026-0{number}-01\neffective_until: 2026-0{number}-20\n"
        text = re.sub(r"entries: .*", f"entries: {entries}", POINTS)
        return re.sub(r"version: 3\n|effective_from: .*\n", "", text).replace("markets:", f"{begins}markets:")

    said = _mistakes(folder, version(1, before), version(2, after))

    assert [each.split(" (")[0] for each in said] == [
        "limit.yml:12:73: programmes.points.entries[1].rule: found course, which looks back at its events, and was a"
        " relief in points version 1"
    ] * is_clash

    # In another market, of who moves there; a pack that ended before the other began is moved to by nobody.
    assert _mistakes(folder, version(1, before), version(2, after).replace("[ID, TH]", "[VN]")) == []
    assert [each.said.split(" (")[0] for each in clashes(load_packs(folder), of_moves=True)] == [
        "programmes.points.entries[1].rule: found course, which looks back at its events, and is a relief to who moves"
        " here from points version 1 of other markets"
    ] * is_clash


def test_the_stages_of_a_kind_of_account_are_said_by_one_pack(folder: Path) -> None:
    stages = "stages: {pilot_days: 9}\n"
    assert _mistakes(folder, POINTS + stages, LIMIT) == []
    assert _mistakes(folder, POINTS + stages, LIMIT + stages) == [
        "points.yml:16:1: stages: found those of creator in TH, which limit version 1 (limit.yml:14) says too; expected"
        " one pack that says them for a market and kind of account"
    ]
    assert _mistakes(folder, POINTS + stages, LIMIT + stages + "applies_to: [seller]\n") == []


def test_measures_of_two_packs_on_one_scope_need_an_order(folder: Path) -> None:
    beside = LIMIT.replace("short_video", "account")
    assert _mistakes(folder, POINTS, beside) == [
        "points.yml:6:1: measures: found measures on account in TH beside those of limit version 1 (limit.yml:6);"
        " expected the order of both in measures_order.yml, such as TH: [limited, warning, closed], mildest first"
    ]
    (folder / "measures_order.yml").write_text("TH: [limited, warning]\n")
    assert _mistakes(folder, POINTS, beside) == []
    # Sellers never meet a measure for creators, and what one is eligible for without a measure asks for those of all.
    (folder / "measures_order.yml").unlink()
    assert _mistakes(folder, POINTS, beside + "applies_to: [seller]\n") == []
    gate = "eligibility: {ads: {conditions: [{condition: free, without_measure: limited}]}}\n"
    assert len(_mistakes(folder, POINTS, LIMIT + gate)) == 1
    # A gate can be for others than its pack.
    of_creators = gate.replace("ads: {", "ads: {applies_to: [creator], ")
    assert len(_mistakes(folder, POINTS, LIMIT + "applies_to: [seller]\n" + of_creators)) == 1
    assert _mistakes(folder, POINTS, LIMIT + gate.replace("ads: {", "ads: {applies_to: [seller], ")) == []


def test_the_shipped_packs_of_a_platform_combine_or_clash_at_places_of_both_files() -> None:
    packs, mistakes = load_each(packs_in(PROJECT / "policies" / "published"))
    assert not mistakes
    combining: set[tuple[str, str]] = set()
    clashing: set[tuple[str, str]] = set()
    for one, other in combinations(packs, 2):
        a, b = one.pack.pack, other.pack.pack
        of_one_platform = a != b and a.startswith("tiktok") and b.startswith("tiktok")
        if not of_one_platform or not markets_of_both(one.pack, other.pack):
            continue
        found = list(clashes([one, other]))
        (clashing if found else combining).add((a.removeprefix("tiktok_"), b.removeprefix("tiktok_")))
        for mistake in found:
            # A part of a pack may stand in the base that it extends.
            assert mistake.line and mistake.file.endswith(".yml")
            assert f"{a} version" in mistake.said and ".yml:" in mistake.said
    assert len(combining | clashing) == 14
    assert clashing == {
        ("campaigns_th", "creator_points"),
        ("campaigns_th", "seller"),
        ("campaigns_us", "performance"),
        ("campaigns_us", "pilot"),
        ("campaigns_vn", "creator_points"),
        ("creator_points", "seller"),
    }
