"""A night is a function of what had landed by then: not of what ran before it, of row order or of thread count.

What accounts are told of it is told against the release before, as are the causes of its changes and what gate 2 makes
of them; those are a function of that as well.
"""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest

from evenhand.landing.takedowns import land_takedowns
from evenhand.local import TAKEDOWNS
from evenhand.settings import PROJECT
from night.directly import decide

# One after the other: nothing is held then, which would keep the rows of the release before.
NIGHTS = ("2026-08-04", "2026-08-05", "2026-08-06")
AGAINST_THE_RELEASE_BEFORE = ("notices.parquet", "changes.parquet", "list_sizes.parquet")


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's three nights, decided in order."""
    home = tmp_path_factory.mktemp("in_order")
    land_takedowns(PROJECT / TAKEDOWNS, home / "landing")
    for night in NIGHTS:
        decide(home, night)
        assert not json.loads((home / "releases" / f"night={night}" / "manifest.json").read_text())["held_lists"]
    return home


def released(home: Path, night: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((home / "releases" / f"night={night}").iterdir())}


def test_three_nights_in_another_order_and_again_are_the_same_bytes(in_order: Path, tmp_path: Path) -> None:
    land_takedowns(PROJECT / TAKEDOWNS, tmp_path / "landing")
    early, late, newest = NIGHTS

    for night in (newest, early, late, early):
        decide(tmp_path, night)

    for night in (early, late):
        assert released(tmp_path, night) == released(in_order, night)
    # There was no release before it yet.
    assert _decided(tmp_path, newest) == _decided(in_order, newest)
    for name in AGAINST_THE_RELEASE_BEFORE:
        assert released(tmp_path, newest)[name] != released(in_order, newest)[name]

    decide(tmp_path, newest)

    assert released(tmp_path, newest) == released(in_order, newest)
    for night, revisions in ((early, 1), (late, 1), (newest, 2)):
        assert len(list((tmp_path / "releases" / "revisions" / f"night={night}").iterdir())) == revisions


def _decided(home: Path, night: str) -> tuple[dict[str, bytes], dict[str, object]]:
    """What of a release isn't told against the release before."""
    files = released(home, night)
    manifest = json.loads(files.pop("manifest.json"))
    for name in AGAINST_THE_RELEASE_BEFORE:
        del files[name], manifest["files"][name]
    for key in ("release_id", "notices", "told_since", "causes"):
        del manifest[key]
    return files, manifest


def test_the_order_of_rows_and_the_number_of_threads_change_no_row(in_order: Path, tmp_path: Path) -> None:
    land_takedowns(PROJECT / TAKEDOWNS, tmp_path / "landing")
    shuffle = random.Random(8)
    for path in sorted((tmp_path / "landing").rglob("*.csv")):
        with path.open(newline="") as file:
            header, *rows = csv.reader(file)
        shuffle.shuffle(rows)
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])

    decide(tmp_path, NIGHTS[-1], threads=1)

    # The manifest names other input files and the quarantine other row numbers; nothing else may differ.
    for name in ("penalties.parquet", "rewards.parquet", "reasons.parquet", "standings.parquet"):
        assert released(tmp_path, NIGHTS[-1])[name] == released(in_order, NIGHTS[-1])[name]
