"""A night is a function of what had landed by then: not of what ran before it, of row order or of thread count."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from evenhand.landing.takedowns import land_takedowns
from evenhand.local import TAKEDOWNS
from evenhand.settings import PROJECT
from night.directly import decide

NIGHTS = ("2026-03-02", "2026-05-17", "2026-08-19")


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's three nights, decided in order."""
    home = tmp_path_factory.mktemp("in_order")
    land_takedowns(PROJECT / TAKEDOWNS, home / "landing")
    for night in NIGHTS:
        decide(home, night)
    return home


def released(home: Path, night: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((home / "releases" / f"night={night}").iterdir())}


def test_three_nights_in_another_order_and_again_are_the_same_bytes(in_order: Path, tmp_path: Path) -> None:
    land_takedowns(PROJECT / TAKEDOWNS, tmp_path / "landing")

    for night in ("2026-08-19", "2026-03-02", "2026-05-17", "2026-03-02"):
        decide(tmp_path, night)

    for night in NIGHTS:
        assert released(tmp_path, night) == released(in_order, night)
        assert len(list((tmp_path / "releases" / "revisions" / f"night={night}").iterdir())) == 1


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
