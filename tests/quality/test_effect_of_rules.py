"""Who is asked about other rules is told what they would have done tonight and on the nights before."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from evenhand.policy.load import load_packs
from evenhand.policy.preapproved import Preapproval
from evenhand.settings import PROJECT
from gates.nights import Nights
from made_once import shared_compiled
from night.installation import CONTENTS, CREATORS, Installation

FIRST = date(2026, 3, 5)
TONIGHT, TO_COME = FIRST + timedelta(days=3), date(2026, 3, 20)
OTHERWISE = "of penalties would be otherwise tonight, and"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three nights that were released: on each of them another account has its first two strikes."""
    home = tmp_path_factory.mktemp("released")
    Installation(home).land(str(FIRST), creators=CREATORS, contents=CONTENTS, appeals=[])
    for number in range(3):
        night = FIRST + timedelta(days=number)
        strikes = [
            (f"v{number}.{each}", f"a{number + 1}", f"c{number + 1}", "copyright", f"b{number}.{each}", str(night))
            for each in range(2)
        ]
        Installation(home).land(str(night), violations=strikes)
    (home / "policies").mkdir()
    text = re.sub(r"\nexamples:.*", "\n", (PROJECT / "policies" / "takedowns.yml").read_text(), flags=re.DOTALL)
    (home / "policies" / "takedowns.yml").write_text(text.replace("version: 1\n", "version: 1\nchanged_by: ayu\n"))
    there = Nights(home, shared_compiled(), home / "policies")
    for number in range(3):
        night = FIRST + timedelta(days=number)
        there.release(there.judge(there.land(night), night), night)
    return home


@pytest.fixture
def nights(released: Path, tmp_path: Path) -> Nights:
    """The same, for a test to go on with."""
    home = Path(shutil.copytree(released, tmp_path / "home"))
    return Nights(home, shared_compiled(), home / "policies")


def _effects(nights: Nights) -> dict[str, list[str]]:
    held = nights.judge(nights.land(TONIGHT), TONIGHT, policies=nights.policies).held
    return {each.list: [why for why in each.why if why.startswith("Decided with them")] for each in held}


def test_rules_that_are_others_from_today_on_are_said_with_what_they_do_tonight_and_did_before(nights: Nights) -> None:
    pack = nights.policies / "takedowns.yml"
    # Each night one more account has the pause of two strikes, which would be longer.
    pack.write_text(pack.read_text().replace("days: 7}", "days: 9}"))

    assert _effects(nights) == {
        "penalties": [f"Decided with them, 3 rows {OTHERWISE} on each of the 3 nights before 1 to 3"]
    }


@pytest.mark.parametrize("begins", [TONIGHT, TO_COME])
def test_a_version_that_begins_tonight_or_later_is_said_as_if_it_had_begun_before(nights: Nights, begins: date) -> None:
    first = nights.policies / "takedowns.yml"
    text = first.read_text()
    first.write_text(
        text.replace("effective_from: ", f"effective_until: {begins - timedelta(days=1)}\neffective_from: ", 1)
    )
    following = re.sub(r"effective_from: .*", f"effective_from: {begins}", text, count=1).replace(
        "days: 7}", "days: 9}"
    )
    (nights.policies / "takedowns_2.yml").write_text(following.replace("version: 1\n", "version: 2\n"))

    (said,) = _effects(nights)["penalties"]
    assert said == (
        f"Decided with them, as if {begins} had come before, 3 rows {OTHERWISE} on each of the 3 nights before 1 to 3"
    )


def _version(nights: Nights, number: int, first: date, last: date | None, *changes: tuple[str, str]) -> None:
    """Write a version of the pack, which decides from one day until another."""
    name = "takedowns.yml" if number == 1 else f"takedowns_{number}.yml"
    text = (nights.policies / "takedowns.yml").read_text()
    until = f"effective_until: {last}\n" if last else ""
    text = re.sub(r"(effective_until: .*\n)?effective_from: .*\n", f"{until}effective_from: {first}\n", text, count=1)
    for before, after in (("version: 1\n", f"version: {number}\n"), *changes):
        assert before in text
        text = text.replace(before, after)
    (nights.policies / name).write_text(text)


@pytest.mark.parametrize("begins", [TONIGHT, TO_COME])
def test_what_a_version_calls_otherwise_is_no_other_row(nights: Nights, begins: date) -> None:
    """Of what it decides otherwise as well, each row counts once, under whichever name."""
    last = begins - timedelta(days=1)
    _version(nights, 1, FIRST.replace(month=1), last)
    called = ("copyright_strikes:\n", "strikes:\n    was: copyright_strikes\n")
    _version(nights, 2, begins, None, called, ("days: 7}", "days: 9}"))

    (said,) = _effects(nights)["penalties"]
    assert said == (
        f"Decided with them, as if {begins} had come before, 3 rows {OTHERWISE} on each of the 3 nights before 1 to 3"
    )


def test_a_version_that_will_be_over_is_said_before_it_is(nights: Nights) -> None:
    """Else one for some weeks, whatever it loosens, would do nothing: what begins and ends at once is never there."""
    over = TO_COME + timedelta(days=20)
    _version(nights, 1, FIRST.replace(month=1), TO_COME - timedelta(days=1))
    _version(nights, 2, TO_COME, over - timedelta(days=1), ("days: 7}", "days: 9}"))
    _version(nights, 3, over, None)

    (said,) = _effects(nights)["penalties"]
    assert said == (
        f"Decided with them, as if {TO_COME} had come before, 3 rows {OTHERWISE} on each of the 3 nights before 1 to 3;"
        f" as if {TO_COME} and {over} had come before, no row {OTHERWISE} on each of the 3 nights before none"
    )


def test_rules_that_do_nothing_say_so_and_what_was_approved_beforehand_is_not_decided_again(nights: Nights) -> None:
    pack = nights.policies / "takedowns.yml"
    pack.write_text(pack.read_text() + "limits: {usual_spreads: 40}\n")

    assert _effects(nights) == {
        "penalties": [f"Decided with them, no row {OTHERWISE} on each of the 3 nights before none"]
    }
    (loaded,) = load_packs(nights.policies)
    approved = Preapproval(
        what="more", pack="takedowns", text=loaded.sha256, changed_by="ayu", approved_by="budi", at_most=0
    )
    judged = nights.judge(nights.land(TONIGHT), TONIGHT, policies=nights.policies, preapproved=[approved])
    assert judged.held == []
