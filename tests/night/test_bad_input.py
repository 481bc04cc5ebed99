"""What is wrong with the input stops the night, and says so; nothing is lost or partly published.

What stops one market or one row is of test_held_market.py.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evenhand.settings import PROJECT
from night.installation import APPEALS, CONTENTS, CREATORS, VIOLATIONS, Installation

NIGHT = "2026-03-05"


def test_a_feed_that_never_landed_stops_the_night_and_changes_nothing(installation: Installation) -> None:
    installation.land("2026-03-05", creators=CREATORS, contents=CONTENTS, violations=VIOLATIONS, appeals=APPEALS[:0])
    shutil.rmtree(installation.home / "landing" / "appeals")

    assert "landing/appeals" in installation.directly(NIGHT, expect=1)

    assert not installation.release(NIGHT).exists()
    assert installation.effects() == 0


@pytest.mark.parametrize(
    ("right", "wrong", "line", "complaint"),
    [
        ("lasts_days: 180", "last_days: 180", "        lasts_days: 180", "did you mean lasts_days?"),
        ("at_least: 2", "at_least: two", "        at_least: 2", "found 'two'; expected a number"),
        (
            "at_least: 3",
            "at_least: 2",
            "        at_least: 3",
            "found 2; expected more than 2, where zone limited",
        ),
    ],
)
def test_a_pack_that_is_wrong_stops_the_night_at_its_line(
    installation: Installation, tmp_path: Path, right: str, wrong: str, line: str, complaint: str
) -> None:
    installation.land_history()
    text = (PROJECT / "policies" / "takedowns.yml").read_text()
    assert right in text
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "takedowns.yml").write_text(text.replace(right, wrong, 1))
    installation.overrides["EVENHAND_POLICIES"] = str(packs)

    said = installation.directly(NIGHT, expect=1)

    assert complaint in said
    assert f"takedowns.yml:{text.splitlines().index(line) + 1}:" in said
    assert not installation.release(NIGHT).exists()
    assert installation.effects() == 0
