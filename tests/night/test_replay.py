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
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from evenhand.landing.takedowns import land_takedowns
from evenhand.local.installation import TAKEDOWNS
from evenhand.release.order import decided_too_early, to_run_again
from evenhand.settings import PROJECT
from night.directly import decide

# One after the other: nothing is held then, which would keep the rows of the release before.
NIGHTS = ("2026-08-04", "2026-08-05", "2026-08-06")
AGAINST_THE_RELEASE_BEFORE = ("notices.parquet", "changes.parquet", "list_sizes.parquet")


def land(home: Path, one_of: int = 1) -> None:
    """Land the example; of so many accounts, one, or all of them."""
    land_takedowns(PROJECT / TAKEDOWNS, home / "landing")
    if one_of > 1:
        for path in sorted((home / "landing").rglob("*.csv")):
            header, *rows = _rows(path)
            account = header.index("account_id")
            _write(path, [header, *(row for row in rows if zlib.crc32(row[account].encode()) % one_of == 0)])


def released(home: Path, night: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((home / "releases" / f"night={night}").iterdir())}


@pytest.mark.parametrize(
    ("nights", "one_of"), [(NIGHTS[1:], 10), pytest.param(NIGHTS, 1, marks=pytest.mark.soak)], ids=["two", "three"]
)
def test_nights_in_another_order_and_again_are_the_same_bytes(
    tmp_path: Path, nights: Sequence[str], one_of: int
) -> None:
    """Two nights of a tenth of the accounts, or three of the whole history."""
    in_order, in_another = tmp_path / "in_order", tmp_path / "in_another"
    land(in_order, one_of)
    shutil.copytree(in_order, in_another)
    for night in nights:
        decide(in_order, night)
        manifest = json.loads((in_order / "releases" / f"night={night}" / "manifest.json").read_text())
        assert not manifest["held_lists"]
        assert manifest["files"]["penalties.parquet"]["rows"] > 1000 / one_of
    *before, newest = nights
    early, late = before[0], before[-1]

    for night in (newest, *before, early):
        decide(in_another, night)

    for night in before:
        assert released(in_another, night) == released(in_order, night)
    releases = in_another / "releases"
    assert to_run_again(releases, date.fromisoformat(late)) == [date.fromisoformat(newest)]
    assert decided_too_early(releases, date.fromisoformat(newest)) == date.fromisoformat(late)
    # There was no release before it yet.
    assert _decided(in_another, newest) == _decided(in_order, newest)
    for name in AGAINST_THE_RELEASE_BEFORE:
        assert released(in_another, newest)[name] != released(in_order, newest)[name]

    decide(in_another, newest)

    assert decided_too_early(releases, date.fromisoformat(newest)) is None
    assert released(in_another, newest) == released(in_order, newest)
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


def test_the_order_of_rows_and_the_number_of_threads_change_no_row(tmp_path: Path) -> None:
    """Of the whole history, for DuckDB reads small tables with one thread."""
    as_landed, shuffled = tmp_path / "as_landed", tmp_path / "shuffled"
    land(as_landed)
    shutil.copytree(as_landed, shuffled)
    decide(as_landed, NIGHTS[-1], threads=4)
    shuffle = random.Random(8)
    for path in sorted((shuffled / "landing").rglob("*.csv")):
        header, *rows = _rows(path)
        shuffle.shuffle(rows)
        _write(path, [header, *rows])

    decide(shuffled, NIGHTS[-1], threads=1)

    # The manifest names other input files and the quarantine other row numbers; nothing else may differ.
    for name in ("penalties.parquet", "rewards.parquet", "reasons.parquet", "standings.parquet"):
        assert released(shuffled, NIGHTS[-1])[name] == released(as_landed, NIGHTS[-1])[name]


def _rows(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
