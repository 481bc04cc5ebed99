"""A wrong pack holds its own markets; whose it is follows from what can be read of it, and from the last release."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.policy.sift import sift
from evenhand.policy.texts import PackError
from evenhand.settings import PROJECT

TEXT = (PROJECT / "policies" / "takedowns.yml").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Packs of three markets."""
    packs = tmp_path / "policies"
    packs.mkdir()
    for name in ("sun", "moon", "mars"):
        (packs / f"{name}.yml").write_text(pack_of(name))
    return packs


def pack_of(name: str, version: int = 1) -> str:
    text = TEXT.replace("markets: [world]", f"markets: [{name}]").replace("pack: takedowns", f"pack: {name}")
    return text.replace("\nversion: 1", f"\nversion: {version}")


def held_of(folder: Path, **before: str) -> dict[str, str]:
    """Market to the place of the first mistake."""
    found = sift(folder, {f"{name}.yml": text for name, text in before.items()})
    return {each.market: f"{each.file}:{each.line}" for each in reversed(found.held)}


def test_packs_that_are_right_hold_nobody(folder: Path) -> None:
    assert held_of(folder) == {}
    assert [each.pack.pack for each in sift(folder, {}).packs] == ["mars", "moon", "sun"]


def test_a_wrong_pack_holds_the_markets_that_it_names(folder: Path) -> None:
    path = folder / "moon.yml"
    path.write_text(path.read_text().replace("lasts_days: 180", "last_days: 180", 1))

    line = path.read_text().splitlines().index("        last_days: 180") + 1
    assert held_of(folder) == {"moon": f"policies/moon.yml:{line}"}
    assert sift(folder, {}).unreadable == {"moon.yml"}


def test_one_whose_numbers_are_read_otherwise_than_written_holds_the_markets_that_it_names(folder: Path) -> None:
    # Another market's file has a name like its own.
    path = folder / "sun_2.yml"
    path.write_text(pack_of("moon", 2).replace("lasts_days: 180", "lasts_days: 1_80", 1))

    line = path.read_text().splitlines().index("        lasts_days: 1_80") + 1
    assert held_of(folder) == {"moon": f"policies/sun_2.yml:{line}"}


def test_one_that_cannot_be_read_holds_the_markets_that_it_had_at_the_last_release(folder: Path) -> None:
    (folder / "moon.yml").write_text("markets: [moon\n")

    assert held_of(folder, moon=pack_of("moon"), sun=pack_of("sun")) == {"moon": "policies/moon.yml:2"}


@pytest.mark.parametrize("name", ["moon_2", "second_moon"])
def test_a_new_one_that_cannot_be_read_holds_those_of_the_pack_whose_name_its_own_begins_or_ends_with(
    folder: Path, name: str
) -> None:
    (folder / f"{name}.yml").write_text("markets: [moon\n")

    assert held_of(folder) == {"moon": f"policies/{name}.yml:2"}


def test_one_of_which_nobody_can_say_whose_it_is_is_refused_by_name(folder: Path) -> None:
    (folder / "venus.yml").write_text("markets: [venus\n")

    with pytest.raises(PackError, match=r"venus\.yml:2:1: not YAML"):
        sift(folder, {})


def test_a_base_that_cannot_be_read_holds_the_markets_of_those_that_extend_it(folder: Path) -> None:
    (folder / "base.yml").write_text("programmes: [\n")
    (folder / "moon.yml").write_text("extends: base.yml\n" + pack_of("moon"))

    assert held_of(folder) == {"moon": "policies/base.yml:2"}
    assert sift(folder, {}).unreadable == {"base.yml", "moon.yml"}


def test_packs_that_clash_hold_the_markets_of_both(folder: Path) -> None:
    (folder / "moon_2.yml").write_text(pack_of("moon", 2))

    assert list(held_of(folder)) == ["moon"]


def test_a_folder_in_which_no_pack_is_right_is_refused(folder: Path) -> None:
    for path in folder.glob("*.yml"):
        path.write_text("markets: [moon\n")

    with pytest.raises(PackError, match="mars"):
        sift(folder, {})
