"""What else was otherwise on a night than on the one before it, as a metric's chart tells it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from console.serving import seen_by_all
from evenhand.console.meanwhile import what_else
from evenhand.console.shown import shown
from reports.releases import release

NIGHTS = [date(2026, 3, 1) + timedelta(days=day) for day in range(6)]
EMPTY: dict[str, list[tuple[str, ...]]] = {"penalties": [], "rewards": [], "standings": []}


def _landed(night: date, *feeds: str) -> dict[str, str]:
    """The files of a night, and of one before it, which each night reads again."""
    files = [f"{feed}/night={night}/source=ID/x.csv" for feed in feeds]
    return dict.fromkeys([*files, f"lives/night={night - timedelta(days=1)}/x.csv", "orders/stray.csv"], "0")


def test_feeds_that_landed_otherwise_than_on_the_night_before_are_told(tmp_path: Path) -> None:
    landed = [("creators", "orders"), ("creators",), ("creators",), ("creators", "orders", "appeals"), (), ("orders",)]
    for night, feeds in zip(NIGHTS, landed, strict=True):
        code = {"sha256": str(night == NIGHTS[2])}
        release(tmp_path, night, EMPTY, inputs=_landed(night, *feeds), code=code)
    folders = [(night, (tmp_path / "releases" / f"night={night}").resolve()) for night in NIGHTS]
    with seen_by_all(tmp_path):
        found = shown()
        assert found
        assert what_else(found, folders) == [
            (NIGHTS[1], "nothing landed of Orders"),
            (NIGHTS[2], "other code"),
            (NIGHTS[3], "other code; landed, and not on the night before: Appeals, Orders"),
            (NIGHTS[4], "nothing landed of Appeals, Creators, Orders"),
            (NIGHTS[5], "landed, and not on the night before: Orders"),
        ]
