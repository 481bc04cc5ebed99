"""Random defects of files, each in one market, through the whole night: the lists of the others are the clean ones."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from evenhand.records.databases import parquet
from first_nights import ACCEPTED
from landing.feeds import land_headers, night, query
from night.directly import decide, environment
from quality.file_defects import (
    FEEDS,
    FIRST,
    KINDS,
    PACK,
    TONIGHT,
    Defect,
    as_csv,
    draw_defect,
    make,
    path_of,
    rows_of,
    write,
)

MARKETS = ("M0", "M1", "M2", "M3", "Mx", "My")
# What is decided of a market, and what is released of it.
DECIDED = ("penalties", "rewards", "reasons", "changes")
RELEASED = ("penalties", "rewards", "reasons", "standings", "notices")
Lists = Mapping[str, Mapping[str, Sequence[tuple[object, ...]]]]
# Of the two hundred of gate 1, every fifth.
SAMPLE = range(0, 200, 5)


def _decide(home: Path, day: int) -> None:
    with environment({"EVENHAND_POLICIES": str(home / "packs"), **ACCEPTED}):
        decide(home, str(night(day)))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose first night is decided, and whose second has landed."""
    home = tmp_path_factory.mktemp("begun")
    # By a name that accounts can be told of, and with warnings that last until tonight.
    pack = PACK.format(markets=", ".join(MARKETS)).replace("\n  strikes:", "\n  copyright_strikes:")
    pack = pack.replace("days: 3}", "days: 30}")
    assert "copyright_strikes" in pack
    assert "days: 30}" in pack
    write(home / "packs" / "everything.yml", pack.encode())
    land_headers(home / "landing", FIRST, "contents")
    for market in MARKETS:
        for feed in FEEDS:
            for day in (FIRST, TONIGHT):
                write(path_of(home / "landing", market, feed, day), as_csv(rows_of(market, feed, day)))
    _decide(home, FIRST)
    return home


@pytest.fixture(scope="module")
def clean(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Lists:
    found = _lists(begun, tmp_path_factory.mktemp("clean") / "home", ())
    assert all(found[market]["decided penalties"] for market in MARKETS)
    assert all(found[market]["released standings"] for market in MARKETS)
    return found


def _lists(begun: Path, home: Path, defects: Sequence[Defect]) -> Lists:
    """What is decided and released of each market on a night with some defects."""
    shutil.copytree(begun, home, symlinks=True)
    for defect in defects:
        make(defect, home / "landing")
    _decide(home, TONIGHT)
    warehouse, release = home / "nights" / f"night={night(TONIGHT)}" / "warehouse.duckdb", home / "releases"
    sources = {f"decided {name}": f"gate.{name}" for name in DECIDED}
    sources |= {
        f"released {name}": parquet(release / f"night={night(TONIGHT)}" / f"{name}.parquet") for name in RELEASED
    }
    found = {market: {name: _of(warehouse, source, market) for name, source in sources.items()} for market in MARKETS}
    shutil.rmtree(home)
    return found


def _of(warehouse: Path, source: str, market: str) -> Sequence[tuple[object, ...]]:
    return query(warehouse, f"select * from {source} where market = '{market}' order by all")


def _who_pays(found: Lists, clean: Lists, defects: Sequence[Defect]) -> list[str]:
    touched = {defect.market for defect in defects}
    return [
        f"{market}: {name} are otherwise for one of {', '.join(map(str, defects))}"
        for market in MARKETS
        if market not in touched
        for name, rows in clean[market].items()
        if found[market][name] != rows
    ]


def test_the_lists_of_markets_without_a_defect_are_those_of_the_clean_night(
    begun: Path, clean: Lists, tmp_path: Path
) -> None:
    kinds = ("utf-16", "accounts that nobody knows", "a feed that is misspelt")
    defects = [draw_defect(KINDS.index(kind), market) for kind, market in zip(kinds, MARKETS, strict=False)]
    found = _lists(begun, tmp_path / "home", defects)
    assert _who_pays(found, clean, defects) == []
    # A market that is held keeps what it had: nobody of it is let off, and nobody penalised.
    assert found["M0"]["released penalties"] != clean["M0"]["released penalties"]


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, len(SAMPLE), 4))
def test_the_lists_of_the_others_whatever_is_defect(begun: Path, clean: Lists, tmp_path: Path, first: int) -> None:
    defects = [draw_defect(number, MARKETS[n]) for n, number in enumerate(SAMPLE[first : first + 4])]
    assert _who_pays(_lists(begun, tmp_path / "home", defects), clean, defects) == []
