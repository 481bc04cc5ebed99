"""What is wrong with the input stops the night or one row, and says so; nothing is lost or partly published."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evenhand.landing.contracts import BY_NAME
from evenhand.settings import PROJECT
from night.installation import APPEALS, CONTENTS, CREATORS, VIOLATIONS, Installation

NIGHT = "2026-03-05"


def test_bad_rows_are_quarantined_with_their_reason_and_come_back_when_corrected(installation: Installation) -> None:
    installation.land_history()
    installation.land(
        "2026-03-05",
        violations=[
            *VIOLATIONS,
            ("bad_type", "a5", "c5", "copyright", "b91", "yesterday"),
            ("unknown_account", "nobody", "", "copyright", "b92", "2026-03-04"),
            ("in_the_future", "a5", "c5", "copyright", "b93", "2027-01-01"),
            ("twice", "a5", "c5", "copyright", "b94", "2026-03-03"),
            ("twice", "a5", "c5", "copyright", "b95", "2026-03-04"),
        ],
    )

    installation.directly("2026-03-05")

    assert installation.rows("2026-03-05", "quarantine", "row_key, column_name, rule, night::text") == [
        ("bad_type", "decided_on", "decided_on is a day", "2026-03-05"),
        ("in_the_future", "decided_on", "decided_on is not after the night it landed in", "2026-03-05"),
        ("twice", "violation_id", "one version of a key per night, or each with its own updated_at", "2026-03-05"),
        ("twice", "violation_id", "one version of a key per night, or each with its own updated_at", "2026-03-05"),
        ("unknown_account", "account_id", "account_id is in creators", "2026-03-05"),
    ]
    assert not [key for key in installation.held() if key.startswith("a5/")]

    installation.land(
        "2026-03-06",
        creators=[("nobody", "world", "creator", "en", "2026-03-06")],
        violations=[
            ("bad_type", "a5", "c5", "copyright", "b91", "2026-03-04"),
            ("in_the_future", "a5", "c5", "copyright", "b93", "2026-03-04"),
            ("twice", "a5", "c5", "copyright", "b94", "2026-03-04"),
        ],
    )
    installation.directly("2026-03-06")

    assert installation.rows("2026-03-06", "quarantine", "row_key") == []
    # Three strikes of one day: the strictest zone only.
    assert [key for key in installation.held() if key.startswith(("a5/", "nobody/"))] == [
        "a5/copyright_strikes/campaign",
        "a5/copyright_strikes/commission",
        "a5/copyright_strikes/short_video",
        "nobody/copyright_strikes/account",
    ]


def test_a_feed_that_never_landed_stops_the_night_and_changes_nothing(installation: Installation) -> None:
    installation.land("2026-03-05", creators=CREATORS, contents=CONTENTS, violations=VIOLATIONS, appeals=APPEALS[:0])
    shutil.rmtree(installation.home / "landing" / "appeals")

    assert "landing/appeals" in installation.directly(NIGHT, expect=1)

    assert not installation.release(NIGHT).exists()
    assert installation.effects() == 0


def test_a_file_that_cannot_be_used_holds_its_market_until_it_is_mended(decided: Installation) -> None:
    before = decided.held()
    names = [name for name in BY_NAME["violations"].names_in_every_file if name != "account_id"]
    row = ["v1", "c1", "copyright", "b1", "2026-03-06"]
    decided.land("2026-03-06")
    decided.drop("2026-03-06", "violations", [names, row])

    said = decided.directly("2026-03-06")

    assert "world: violations/night=2026-03-06/day.csv: the file can't be used: its header lacks account_id" in said
    assert decided.held() == before

    decided.drop(
        "2026-03-06",
        "violations",
        [
            BY_NAME["violations"].names_in_every_file,
            ["v99", "a5", "c5", "copyright", "b99", "2026-03-06"],
            ["v98", "a1"],
        ],
    )
    assert "the file can't be used" not in decided.directly("2026-03-06")
    assert decided.rows("2026-03-06", "quarantine", "row_key, line, text") == [("v98", 3, None)]


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
