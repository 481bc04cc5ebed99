"""A pack that extends another file: what holds then, and where a mistake in either is."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from pathlib import Path

import pytest

from evenhand.policy.load import LoadedPack, PackError, load_pack, load_packs, packs_in, where
from evenhand.policy.sift import sift
from policy.packs import TEXT, changed, write

# What the base leaves open is what each pack says of itself.
BASE = changed(("pack: strikes\nversion: 1\nmarkets: [world]\neffective_from: 2026-01-01\n", ""))
OWN = """\
extends: base.yml
pack: strikes_gb
version: 3
markets: [GB]
effective_from: 2026-02-01
"""


def _pack(folder: Path, own: str = "", base: str = BASE) -> LoadedPack:
    write(folder, base, "base.yml")
    return load_pack(write(folder, OWN + own, "gb.yml"))


def test_what_a_pack_does_not_say_its_base_says(folder: Path) -> None:
    loaded = _pack(folder)
    pack = loaded.pack
    assert (pack.pack, pack.version, pack.markets, pack.appeal_route) == ("strikes_gb", 3, ("GB",), "Write to us.")
    assert [zone.zone for zone in pack.programmes["health"].zones] == ["good", "warned", "shut"]
    assert loaded.sha256 == hashlib.sha256(OWN.encode() + b"\0" + BASE.encode()).hexdigest()
    # Another text of the base is another pack.
    assert _pack(folder, base=BASE + "# a remark\n").sha256 != loaded.sha256


def test_what_a_base_says_of_itself_is_not_inherited(folder: Path) -> None:
    write(folder, changed(("2026-01-01", "2026-01-01\neffective_until: 2026-01-31")) + EXAMPLE, "base.yml")
    pack = load_pack(write(folder, OWN, "gb.yml")).pack
    assert (pack.effective_until, pack.examples) == (None, ())


EXAMPLE = """\
examples:
  - example: nothing
    expect:
      - {on: 2026-01-01, measures: []}
"""


def test_keys_are_overridden_one_by_one(folder: Path) -> None:
    health = _pack(folder, "programmes: {health: {unit: point, balance: {at_most: 20}}}\n").pack.programmes["health"]
    assert (health.unit, health.balance.at_most, len(health.entries)) == ("point", Decimal(20), 1)


def test_rules_and_zones_are_overridden_by_their_names(folder: Path) -> None:
    own = """\
programmes:
  health:
    entries:
      - {rule: lateness, activities: [late], amount: 2}
    zones:
      - {zone: warned, at_least: 2}
"""
    health = _pack(folder, own).pack.programmes["health"]
    # What is new comes after what was there.
    assert [(rule.rule, rule.amount, rule.lasts_days) for rule in health.entries] == [
        ("one_strike", Decimal(1), 180),
        ("lateness", Decimal(2), None),
    ]
    assert [(zone.zone, zone.at_least, len(zone.measures)) for zone in health.zones] == [
        ("good", None, 0),
        ("warned", 2, 2),
        ("shut", 10, 1),
    ]


def test_who_names_all_items_says_their_order(folder: Path) -> None:
    zones = "[{zone: good}, {zone: watched, at_least: 1}, {zone: warned}, {zone: shut}]"
    health = _pack(folder, f"programmes: {{health: {{zones: {zones}}}}}\n").pack.programmes["health"]
    assert [zone.zone for zone in health.zones] == ["good", "watched", "warned", "shut"]


def test_items_are_removed_by_name_and_keys_by_having_no_value(folder: Path) -> None:
    own = """\
programmes:
  health:
    entries:
      - {rule: one_strike, lasts_days: }
    zones:
      - {zone: shut, removed: true}
    rewards:
"""
    health = _pack(folder, own).pack.programmes["health"]
    assert health.entries[0].lasts_days is None
    assert [zone.zone for zone in health.zones] == ["good", "warned"]
    assert health.rewards == ()


def test_lists_without_names_are_replaced(folder: Path) -> None:
    own = "programmes: {health: {zones: [{zone: warned, measures: [{measure: closed, scope: ads, days: 1}]}]}}\n"
    health = _pack(folder, own).pack.programmes["health"]
    assert [(effect.measure, effect.scope) for effect in health.zones[1].measures] == [("closed", "ads")]


def test_a_base_of_a_base(folder: Path) -> None:
    write(folder, BASE, "base.yml")
    write(folder, "extends: base.yml\nappeal_route: Call us.\n", "region.yml")
    path = write(folder, OWN.replace("base.yml", "region.yml"), "gb.yml")
    assert load_pack(path).pack.appeal_route == "Call us."
    # Neither decides for a market by itself.
    assert [loaded.path for loaded in load_packs(folder)] == [path]
    assert packs_in(folder.parent) == [path]


def test_a_pack_with_markets_that_another_extends_is_a_pack_too(folder: Path) -> None:
    first = write(folder, TEXT, "first.yml")
    second = write(folder, OWN.replace("base.yml", "first.yml"), "second.yml")
    assert [loaded.path for loaded in load_packs(folder)] == [first, second]


@pytest.mark.parametrize(
    ("own", "base", "said"),
    [
        # A mistake is where it was written.
        ("", BASE.replace("amount: 1", "amount: one"), "base.yml:9:17: * found 'one'"),
        ("", BASE.replace("unit: strike", "unti: strike"), "base.yml:5:5: * did you mean unit?"),
        ("programmes: {health: {unit: 7}}\n", BASE, "gb.yml:6:29: programmes.health.unit: found 7; expected a text"),
        (
            "programmes: {health: {entries: [{rule: one_strike, amount: one}]}}\n",
            BASE,
            "gb.yml:6:60: programmes.health.entries[0].amount: found 'one'",
        ),
        # Wrong together: the bound that was written last is the pack's.
        (
            "programmes:\n  health:\n    zones:\n      - {zone: shut, at_least: 1}\n",
            BASE,
            "gb.yml:9:32: programmes.health.zones[2].at_least: found 1; expected more than 1.5, where zone",
        ),
        # An item of the base is found by its name, wherever it stands in the merged list.
        (
            "programmes: {health: {entries: [{rule: late, activities: [late], amount: 1}, {rule: one_strike}]}}\n",
            BASE.replace("amount: 1", "amount: one"),
            "base.yml:9:17: programmes.health.entries[1].amount: found 'one'",
        ),
        ("", BASE.replace("appeal_route: Write to us.\n", ""), "gb.yml:1:1: appeal_route: found nothing;"),
        (
            "programmes: {health: {zones: [{zone: shutt, removed: true}]}}\n",
            BASE,
            "gb.yml:6:45: programmes.health.zones[3].removed: * expected a name that the extended file has:"
            " good, warned, shut; did you mean shut?",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_in_the_file_that_makes_it(folder: Path, own: str, base: str, said: str) -> None:
    with pytest.raises(PackError) as error:
        _pack(folder, own, base)
    pattern = ".*".join(re.escape(part) for part in f"{folder}/{said}".split("*"))
    assert any(re.match(pattern, line) for line in str(error.value).splitlines()), error.value


def test_a_base_that_is_not_there_or_extends_its_own_pack(folder: Path) -> None:
    path = write(folder, OWN, "gb.yml")
    with pytest.raises(PackError) as error:
        load_pack(path)
    assert str(error.value) == (
        f"{path}:1:10: extends: found 'base.yml'; expected a file, relative to the folder of this one: there is no"
        f" {folder / 'base.yml'}"
    )
    base = write(folder, "extends: gb.yml\n", "base.yml")
    with pytest.raises(PackError, match=rf"{base}:1:10: extends: found 'gb.yml'; expected a file that doesn't extend"):
        load_pack(path)


def test_a_base_of_a_pack_that_decides_lies_in_its_folder_or_in_one_below_it(folder: Path) -> None:
    """A release keeps no text of elsewhere, so nobody would be asked about what is said there."""
    (folder / "shared").mkdir()
    policies = folder / "packs"
    (policies / "below").mkdir(parents=True)
    write(policies, OWN.replace("base.yml", "below/../below/base.yml"), "gb.yml")
    write(folder / "shared", BASE, "base.yml")
    write(policies / "below", BASE, "base.yml")
    (found,) = load_packs(policies)
    assert sift(policies, {}).packs == (found,)
    write(policies / "below", "extends: ../../shared/base.yml\n", "base.yml")
    said = f"{policies}/below/../below/base.yml:1:10: extends: found '../../shared/base.yml'; expected a file in"
    for load in (load_packs, lambda of: sift(of, {})):
        with pytest.raises(PackError, match=re.escape(said)):
            load(policies)
    # Beside others it holds its market alone.
    write(policies, TEXT)
    (held,) = sift(policies, {}).held
    assert (held.market, [each.pack.pack for each in sift(policies, {}).packs]) == ("GB", ["strikes"])


def test_a_place_is_found_in_the_file_that_says_it(folder: Path) -> None:
    loaded = _pack(folder, "programmes: {health: {zones: [{zone: warned, at_least: 2}]}}\n")
    zones = ("programmes", "health", "zones")
    assert where(loaded, (*zones, 1, "at_least")) == (str(folder / "gb.yml"), 6, 56)
    assert where(loaded, (*zones, 2, "at_least")) == (str(folder / "base.yml"), 20, 19)


def test_of_several_files_a_later_one_holds_over_an_earlier_one_and_over_what_both_extend(folder: Path) -> None:
    write(folder, BASE + "changed_by: mai\n", "base.yml")
    write(folder, "extends: base.yml\nappeal_route: Call us.\nstops_sales: [closed]\n", "one.yml")
    write(folder, "extends: base.yml\nstops_sales: [no_live]\nchanged_by: lan\n", "other.yml")
    several = OWN.replace("extends: base.yml", "extends: [one.yml, other.yml]")
    path = write(folder, several, "gb.yml")
    loaded = load_pack(path)
    # The route is that of one.yml, though other.yml extends what has another; the measures are those of other.yml.
    assert (loaded.pack.appeal_route, loaded.pack.stops_sales) == ("Call us.", ("no_live",))
    assert loaded.changed_by == ("lan", "mai")
    files = [folder / name for name in ("gb.yml", "other.yml", "one.yml", "base.yml")]
    assert loaded.sha256 == hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
    # None of the three is a pack by itself.
    assert [each.pack.pack for each in load_packs(folder)] == ["strikes_gb"]

    write(folder, several.replace("one.yml", "none.yml"), "gb.yml")
    with pytest.raises(PackError, match=rf"{path}:1:11: extends: found 'none.yml'; expected a file, relative to"):
        load_pack(path)
