"""A market that can't be decided tonight keeps its lists, less what has ended; the others are decided as if alone.

Three nights of two markets: rows of the world are bad, and come right on the next; of the moon a file can't be used,
and when that is mended its pack is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from evenhand.landing.contracts import BY_NAME
from evenhand.release.manifest import read_manifest
from night.installation import APPEALS, FIRST_NIGHT, VIOLATIONS, Installation

NIGHT, BAD, WRONG, RIGHT = FIRST_NIGHT, "2026-03-06", "2026-03-07", "2026-03-08"
OF_THE_MOON = ("p2", "moonv1.0", "m1", "2026-03-04", "granted", "2026-03-06")


@dataclass(frozen=True)
class Nights:
    """What came of them.

    Attributes:
        said, held: what the command said of each, and what the sandbox held then; held before them is the first.
        line: where the moon's pack is wrong.
    """

    installation: Installation
    said: Sequence[str]
    held: Sequence[Sequence[str]]
    line: int


@pytest.fixture(scope="module")
def nights(two_decided_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    two = Installation.copy_of(two_decided_once, tmp_path_factory.mktemp("held"))
    said, held = [], [two.held()]

    def decide(night: str) -> None:
        said.append(two.directly(night))
        held.append(two.held())

    try:
        _land_bad_rows(two)
        decide(BAD)
        _correct_them(two)
        two.land(WRONG, appeals=APPEALS)
        moon = two.home / "packs" / "moon.yml"
        right = moon.read_text()
        moon.write_text(right.replace("at_least: 2", "at_least: two", 1))
        line = moon.read_text().splitlines().index("        at_least: two") + 1
        decide(WRONG)
        moon.write_text(right)
        decide(RIGHT)
        yield Nights(two, said, held, line)
    finally:
        two.stop()


def _land_bad_rows(two: Installation) -> None:
    two.land(
        BAD,
        violations=[
            *VIOLATIONS,
            ("bad_type", "a5", "c5", "copyright", "b91", "yesterday"),
            ("unknown_account", "nobody", "", "copyright", "b92", "2026-03-04"),
            ("in_the_future", "a5", "c5", "copyright", "b93", "2027-01-01"),
            ("twice", "a5", "c5", "copyright", "b94", "2026-03-03"),
            ("twice", "a5", "c5", "copyright", "b95", "2026-03-04"),
        ],
        # Decided without its file, the moon would take the warning back.
        appeals=[OF_THE_MOON],
    )
    names = [name for name in BY_NAME["violations"].names_in_every_file if name != "account_id"]
    two.drop(BAD, "violations", [names, ["v1", "c1", "copyright", "b1", BAD]], market="moon")


def _correct_them(two: Installation) -> None:
    two.land(
        WRONG,
        creators=[("nobody", "world", "creator", "en", "2026-03-06")],
        violations=[
            ("bad_type", "a5", "c5", "copyright", "b91", "2026-03-04"),
            ("in_the_future", "a5", "c5", "copyright", "b93", "2026-03-04"),
            ("twice", "a5", "c5", "copyright", "b94", "2026-03-04"),
        ],
    )
    rows = [("moonv99", "m5", "", "copyright", "b99", BAD), ("moonv98", "m1")]
    two.drop(BAD, "violations", [BY_NAME["violations"].names_in_every_file, *rows], market="moon")


def test_bad_rows_are_quarantined_with_their_reason_and_come_back_when_corrected(nights: Nights) -> None:
    two = nights.installation
    assert two.rows(BAD, "quarantine", "row_key, column_name, rule, night::text") == [
        ("bad_type", "decided_on", "decided_on is a day", BAD),
        ("in_the_future", "decided_on", "decided_on is not after the night it landed in", BAD),
        ("twice", "violation_id", "one version of a key per night, or each with its own updated_at", BAD),
        ("twice", "violation_id", "one version of a key per night, or each with its own updated_at", BAD),
        ("unknown_account", "account_id", "account_id is in creators", BAD),
    ]
    _, bad, corrected, _ = nights.held
    assert not [key for key in bad if key.startswith("a5/")]

    # The one row is of the file of another market that was mended since.
    assert two.rows(WRONG, "quarantine", "row_key") == [("moonv98",)]
    # Three strikes of one day: the strictest zone only.
    assert [key for key in corrected if key.startswith(("a5/", "nobody/"))] == [
        "a5/copyright_strikes/campaign",
        "a5/copyright_strikes/commission",
        "a5/copyright_strikes/short_video",
        "nobody/copyright_strikes/account",
    ]


def test_a_file_that_cannot_be_used_holds_its_market_until_it_is_mended(nights: Nights) -> None:
    bad, *mended = nights.said
    file = f"violations/night={BAD}/market=moon/day.csv"
    assert f"moon: {file}: the file can't be used: its header lacks account_id" in bad
    assert "Not decided world" not in bad
    # What is told of a market that arrivals held for a night isn't told of one that a file or a pack holds.
    assert not [said for said in nights.said if "decided again tonight" in said]
    before, held, *_ = nights.held
    assert held == before
    assert "m1/copyright_strikes/account" in held

    assert not [said for said in mended if "the file can't be used" in said]
    assert nights.installation.rows(RIGHT, "quarantine", "row_key, line, text") == [("moonv98", 3, None)]
    assert [key for key in nights.held[-1] if key.startswith("m5/")] == ["m5/copyright_strikes/account"]


def test_a_wrong_pack_holds_its_market_and_no_other(nights: Nights) -> None:
    two, line = nights.installation, nights.line
    _, said, after = nights.said

    # The appeals of both are granted; only the world's strike is taken back.
    penalties = [str(key) for (key,) in two.rows(WRONG, "penalties", "row_key")]
    assert not [key for key in penalties if key.startswith("a1/")]
    assert [key for key in penalties if key.startswith("m1/")] == ["m1/copyright_strikes/account"]
    assert f"Not decided moon: packs/moon.yml:{line}: " in said
    assert "found 'two'; expected a number" in said
    assert "It keeps the lists of 2026-03-05, less what has ended" in said
    assert "Held " not in said
    (held,) = read_manifest(two.release(WRONG)).held_markets
    assert (held.market, held.file, held.line, str(held.since)) == ("moon", "packs/moon.yml", line, NIGHT)
    # What is told of its accounts stays, too.
    assert two.rows(WRONG, "standings", "account_id", "account_id = 'm2'") == [("m2",)]

    assert not [key for (key,) in two.rows(RIGHT, "penalties", "row_key") if str(key).startswith("m1/")]
    changes = two.rows(RIGHT, "changes", "distinct account_id, cause", "account_id <> 'm5'")
    assert changes == [("m1", "correction")]
    assert "Held " not in after


def test_what_has_ended_leaves_the_list_of_a_market_that_is_held(two: Installation) -> None:
    two.land("2026-03-06", appeals=[*APPEALS, OF_THE_MOON])
    (two.home / "packs" / "moon.yml").write_text("markets: [moon\n")

    # The warning of 30 days from 1 March ends with 30 March.
    said = two.directly("2026-03-31")

    assert "Not decided moon: packs/moon.yml:2: not YAML" in said
    warned = [key for (key,) in two.rows("2026-03-31", "penalties", "row_key") if str(key).startswith(("a1/", "m1/"))]
    assert warned == []
    assert two.rows("2026-03-31", "notices", "event", "account_id = 'm1'") == [("ended",)]
    kept = [key for (key,) in two.rows("2026-03-31", "penalties", "row_key") if str(key).startswith("m3/")]
    assert kept
