"""A night is a function of what had landed by then: not of what ran before it, of row order or of thread count.

What accounts are told of it is told against the release before, as are the causes of its changes and what gate 2 makes
of them; those are a function of that as well.
"""

from __future__ import annotations

import csv
import json
import random
import shutil
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from evenhand.landing.takedowns import land_takedowns
from evenhand.local.installation import TAKEDOWNS
from evenhand.release.order import decided_too_early, to_run_again
from evenhand.settings import PROJECT
from night.directly import decide
from night.installation import Installation

# One after the other: nothing is held then, which would keep the rows of the release before.
NIGHTS = ("2026-08-04", "2026-08-05", "2026-08-06")
AGAINST_THE_RELEASE_BEFORE = ("notices.parquet", "changes.parquet", "list_sizes.parquet")


def land(home: Path, one_of: int = 1) -> None:
    """Land the example; of forty accounts, one, or all of them."""
    land_takedowns(PROJECT / TAKEDOWNS, home / "landing")
    if one_of > 1:
        for path in sorted((home / "landing").rglob("*.csv")):
            header, *rows = _rows(path)
            account = header.index("account_id")
            # On each of the two last nights of these some rows begin and some end.
            _write(path, [header, *(row for row in rows if zlib.crc32(row[account].encode()) % one_of == 24)])


def released(home: Path, night: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((home / "releases" / f"night={night}").iterdir())}


Nights = tuple[str, ...]
# Two nights of a few accounts, or three of the whole history.
HISTORIES = pytest.mark.parametrize(
    ("nights", "one_of"), [(NIGHTS[1:], 40), pytest.param(NIGHTS, 1, marks=pytest.mark.soak)], ids=["two", "three"]
)


@pytest.fixture(scope="module")
def one_pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """That of the history's market, for all nights of these tests."""
    here = Installation(tmp_path_factory.mktemp("one_pack"))
    here.have_one_pack()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("EVENHAND_POLICIES", here.overrides["EVENHAND_POLICIES"])
        yield


@pytest.fixture(scope="module")
def in_order(one_pack: None, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Nights, int], Path]:
    """A home where such nights are decided one after the other, by one thread each."""

    @cache
    def decided(nights: Nights, one_of: int) -> Path:
        home = tmp_path_factory.mktemp("in_order")
        land(home, one_of)
        for night in nights:
            decide(home, night, threads=1)
            manifest = json.loads((home / "releases" / f"night={night}" / "manifest.json").read_text())
            assert not manifest["held_lists"]
            assert manifest["files"]["penalties.parquet"]["rows"] > 1000 / one_of
        return home

    return decided


@HISTORIES
def test_nights_in_another_order_and_again_are_the_same_bytes(
    in_order: Callable[[Nights, int], Path], tmp_path: Path, nights: Nights, one_of: int
) -> None:
    expected, in_another = in_order(nights, one_of), tmp_path / "in_another"
    shutil.copytree(expected / "landing", in_another / "landing")
    *before, newest = nights
    early, late = before[0], before[-1]

    # Of two, the newest alone is decided again: test_one_market.py has a night again before any other is there.
    for night in (newest, *before, *([early] if early != late else [])):
        decide(in_another, night)

    for night in before:
        assert released(in_another, night) == released(expected, night)
    releases = in_another / "releases"
    assert to_run_again(releases, date.fromisoformat(late)) == [date.fromisoformat(newest)]
    assert decided_too_early(releases, date.fromisoformat(newest)) == date.fromisoformat(late)
    # There was no release before it yet.
    assert _decided(in_another, newest) == _decided(expected, newest)
    for name in AGAINST_THE_RELEASE_BEFORE:
        assert released(in_another, newest)[name] != released(expected, newest)[name]

    decide(in_another, newest)

    assert decided_too_early(releases, date.fromisoformat(newest)) is None
    assert released(in_another, newest) == released(expected, newest)
    for night, revisions in (*((night, 1) for night in before), (newest, 2)):
        assert len(list((in_another / "releases" / "revisions" / f"night={night}").iterdir())) == revisions


def _decided(home: Path, night: str) -> tuple[dict[str, bytes], dict[str, object]]:
    """What of a release isn't told against the release before."""
    files = released(home, night)
    manifest = json.loads(files.pop("manifest.json"))
    for name in AGAINST_THE_RELEASE_BEFORE:
        del files[name], manifest["files"][name]
    for key in ("release_id", "notices", "told_since", "follows", "causes", "penalties", "first_nights"):
        del manifest[key]
    return files, manifest


@HISTORIES
def test_the_order_of_rows_and_the_number_of_threads_change_no_row(
    in_order: Callable[[Nights, int], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    nights: Nights,
    one_of: int,
) -> None:
    as_landed, shuffled, night = in_order(nights, one_of), tmp_path / "shuffled", nights[-1]
    shutil.copytree(as_landed / "landing", shuffled / "landing")
    shuffle = random.Random(8)
    for path in sorted((shuffled / "landing").rglob("*.csv")):
        header, *rows = _rows(path)
        shuffle.shuffle(rows)
        _write(path, [header, *rows])
    monkeypatch.setattr(duckdb, "connect", partial(_spread, duckdb.connect))

    decide(shuffled, night, threads=4)

    # The manifest names other input files and the quarantine other row numbers; nothing else may differ.
    for name in ("penalties.parquet", "rewards.parquet", "reasons.parquet", "standings.parquet"):
        assert released(shuffled, night)[name] == released(as_landed, night)[name]


def _spread(connect: Callable[..., duckdb.DuckDBPyConnection], *path: str, **how: Any) -> duckdb.DuckDBPyConnection:
    """A connection that reads small tables with all threads, too, as otherwise only those of more than 122,880 rows."""
    connection = connect(*path, **how)
    connection.execute("pragma verify_parallelism")
    return connection


def _rows(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
