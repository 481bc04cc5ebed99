"""A market's first seven nights wait for a person, unless a setting accepts them or their history is known."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from evenhand.quality.first_nights import is_of_first_nights, lay_first_nights
from evenhand.release.manifest import read_manifest
from gates.nights import Nights
from made_once import shared_compiled
from night.installation import CONTENTS, CREATORS, VIOLATIONS, Installation
from night.two_markets import land_two_markets

NIGHT = date(2026, 3, 31)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema gate")
        connection.execute(
            "create table gate.list_sizes as from (values ('penalties', 'ID', 3, 3), ('rewards', 'ID', 9, 9),"
            " ('rewards', 'SG', 4, 0), ('penalties', 'SG', 0, 0)) as sizes (list, market, rows, released)"
        )
        yield connection


def release(releases: Path, days_before: int, *sizes: tuple[str, str, bool]) -> None:
    folder = releases / f"night={NIGHT - timedelta(days=days_before)}"
    folder.mkdir(parents=True)
    rows = ", ".join(f"('{name}', '{market}', {is_held})" for name, market, is_held in sizes)
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (from (values {rows}) as sizes (list, market, is_held)) to '{folder}/list_sizes.parquet'"
            " (format parquet)"
        )


def waiting(connection: duckdb.DuckDBPyConnection, releases: Path, is_asked: bool = True) -> set[tuple[str, str]]:
    found = lay_first_nights(connection, releases, NIGHT, is_asked=is_asked)
    assert all(is_of_first_nights(why) for why in found.values())
    return set(found)


def test_the_first_release_of_all_waits_with_each_list_that_has_rows(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert waiting(connection, tmp_path) == {("penalties", "ID"), ("rewards", "ID"), ("rewards", "SG")}


def test_a_market_goes_by_itself_after_seven_nights_and_one_that_comes_later_has_its_own(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for days in range(1, 7):
        release(tmp_path, days, ("penalties", "ID", False), ("rewards", "ID", False))
    assert waiting(connection, tmp_path) == {("penalties", "ID"), ("rewards", "ID"), ("rewards", "SG")}
    assert connection.execute("from gate.first_nights").fetchall() == [("ID", 6, False), ("SG", 0, False)]

    release(tmp_path, 7, ("penalties", "ID", False), ("rewards", "SG", False))

    assert waiting(connection, tmp_path) == {("rewards", "SG")}
    assert connection.execute("from gate.first_nights").fetchall() == [("SG", 1, False)]


@pytest.mark.parametrize(
    "decided",
    [pytest.param((0, 1, 4, 7, 8, 9), id="some"), pytest.param(range(10), marks=pytest.mark.soak, id="each")],
)
def test_seven_nights_of_a_market_wait_each_and_seven_of_one_that_comes_on_the_second_and_one_unapproved_is_none(
    tmp_path: Path, decided: Sequence[int]
) -> None:
    """In the short form, nights on which nothing turns are released as the night before, and not decided."""
    installation, packs, first = Installation(tmp_path), tmp_path / "packs", date(2026, 3, 5)
    land_two_markets(installation, packs, str(first + timedelta(days=1)))
    installation.land(str(first), creators=CREATORS, contents=CONTENTS, violations=VIOLATIONS, appeals=[])
    nights = Nights(tmp_path, shared_compiled(), packs)
    asked: dict[str, list[int]] = {"moon": [], "world": []}
    for number in range(10):
        night = first + timedelta(days=number)
        if number not in decided:
            # On the fifth night nothing was approved: what was is the night before it.
            before = first + timedelta(days=number - (2 if number == 5 else 1))
            folder = Path(shutil.copytree(nights.releases / f"night={before}", nights.releases / f"night={night}"))
            manifest = read_manifest(folder).model_copy(update={"night": night})
            (folder / "manifest.json").write_text(manifest.named().text())
            continue
        judged = nights.judge(nights.land(night), night, asks_first_nights=True)
        for each in judged.held:
            assert (each.list, each.changed_by, each.approvable) == ("penalties", (), True)
            asked[each.market] += [number for why in each.why if is_of_first_nights(why)]
        # On the fifth nobody answers: what is held then counts for none of the seven.
        nights.release(judged, night, "" if number == 4 else "approved")
        nights.forget(night)
    assert asked == {
        "world": [number for number in range(8) if number in decided],
        "moon": [number for number in range(1, 9) if number in decided],
    }


def test_a_night_that_nobody_has_approved_counts_for_nothing(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for days in range(1, 8):
        release(tmp_path, days, ("penalties", "ID", False), ("rewards", "ID", days == 3))

    assert ("penalties", "ID") in waiting(connection, tmp_path)


def test_where_a_setting_accepts_them_nothing_waits_and_it_is_said(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert waiting(connection, tmp_path, is_asked=False) == set()
    assert connection.execute("from gate.first_nights").fetchall() == [("ID", 0, True), ("SG", 0, True)]
