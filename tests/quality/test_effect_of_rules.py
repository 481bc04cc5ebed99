"""Who is asked about other rules is told what they would have done tonight and on the nights before.

Each change of rules has a market of its own; those that name days to come are decided on a night of their own, for what
the rules do is told day by day.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from evenhand.policy.load import load_packs
from evenhand.policy.preapproved import Preapproval
from gates.nights import Judged, Nights
from made_once import shared_compiled
from night.installation import CONTENTS, CREATORS, Installation, Row
from quality.markets import Change, changed, feeds_of, text_of, told

FIRST = date(2026, 3, 5)
TONIGHT, TO_COME = FIRST + timedelta(days=3), date(2026, 3, 20)
OVER = TO_COME + timedelta(days=20)
OTHERWISE = "of penalties would be otherwise tonight, and"
LONGER = ("days: 7}", "days: 9}")
CALLED = ("copyright_strikes:\n", "strikes:\n    was: copyright_strikes\n")
MARKETS = ("longer", "looser", "approved", "begins", "called", "ends")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three nights that were released: on each of them another account of each market has its first two strikes."""
    home = tmp_path_factory.mktemp("released")
    feeds: Mapping[str, Sequence[Row]] = {"creators": CREATORS, "contents": CONTENTS, "appeals": []}
    Installation(home).land(str(FIRST), **feeds_of(MARKETS, feeds))
    for number in range(3):
        night = FIRST + timedelta(days=number)
        strikes = [
            (f"v{number}.{each}", f"a{number + 1}", f"c{number + 1}", "copyright", f"b{number}.{each}", str(night))
            for each in range(2)
        ]
        Installation(home).land(str(night), **feeds_of(MARKETS, {"violations": strikes}))
    (home / "policies").mkdir()
    for market in MARKETS:
        (home / "policies" / f"{market}.yml").write_text(
            text_of(market, ("version: 1\n", "version: 1\nchanged_by: ayu\n"))
        )
    Nights(home, shared_compiled(), home / "policies").learn([FIRST + timedelta(days=number) for number in range(3)])
    return home


def _version(policies: Path, market: str, number: int, first: date, last: date | None, *changes: Change) -> None:
    """Write a version of a market's pack, which decides from one day until another."""
    name = f"{market}.yml" if number == 1 else f"{market}_{number}.yml"
    text = (policies / f"{market}.yml").read_text()
    until = f"effective_until: {last}\n" if last else ""
    text = re.sub(r"(effective_until: .*\n)?effective_from: .*\n", f"{until}effective_from: {first}\n", text, count=1)
    (policies / name).write_text(changed(text, ("version: 1\n", f"version: {number}\n"), *changes))


def _in_two_versions(policies: Path, begins: date) -> None:
    """The packs of two markets, whose second version begins on a day; that of one calls the programme otherwise."""
    for market, changes in {"begins": (LONGER,), "called": (CALLED, LONGER)}.items():
        _version(policies, market, 1, FIRST.replace(month=1), begins - timedelta(days=1))
        _version(policies, market, 2, begins, None, *changes)


@pytest.fixture(scope="module")
def tonight(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """A night whose rules are others from today on."""
    home = Path(shutil.copytree(released, tmp_path_factory.mktemp("tonight") / "home"))
    policies = home / "policies"
    # Each night one more account has the pause of two strikes, which would be longer.
    (policies / "longer.yml").write_text(changed((policies / "longer.yml").read_text(), LONGER))
    for market in ("looser", "approved"):
        pack = policies / f"{market}.yml"
        pack.write_text(pack.read_text() + "limits: {usual_spreads: 40}\n")
    _in_two_versions(policies, TONIGHT)
    (text,) = (each.sha256 for each in load_packs(policies) if each.pack.pack == "approved")
    preapproved = Preapproval(
        what="more", pack="approved", text=text, changed_by="ayu", approved_by="budi", at_most=0
    )  # fmt: skip
    nights = Nights(home, shared_compiled(), policies)
    return nights.judge(nights.land(TONIGHT), TONIGHT, preapproved=[preapproved])


@pytest.fixture(scope="module")
def to_come(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """A night whose rules will be others."""
    home = Path(shutil.copytree(released, tmp_path_factory.mktemp("to_come") / "home"))
    policies = home / "policies"
    _in_two_versions(policies, TO_COME)
    _version(policies, "ends", 1, FIRST.replace(month=1), TO_COME - timedelta(days=1))
    _version(policies, "ends", 2, TO_COME, OVER - timedelta(days=1), LONGER)
    _version(policies, "ends", 3, OVER, None)
    nights = Nights(home, shared_compiled(), policies)
    return nights.judge(nights.land(TONIGHT), TONIGHT)


def _effects(judged: Judged, market: str) -> dict[str, Sequence[str]]:
    held = told(judged, market).held
    return {each.list: [why for why in each.why if why.startswith("Decided with them")] for each in held}


def test_rules_that_are_others_from_today_on_are_said_with_what_they_do_tonight_and_did_before(tonight: Judged) -> None:
    assert _effects(tonight, "longer") == {
        "penalties": [f"Decided with them, 3 rows {OTHERWISE} on each of the 3 nights before 1 to 3"]
    }


@pytest.mark.parametrize("begins", [TONIGHT, TO_COME])
def test_a_version_that_begins_tonight_or_later_is_said_as_if_it_had_begun_before(
    tonight: Judged, to_come: Judged, begins: date
) -> None:
    (said,) = _effects(tonight if begins == TONIGHT else to_come, "begins")["penalties"]
    assert said == (
        f"Decided with them, as if {begins} had come before, 3 rows {OTHERWISE} on each of the 3 nights before 1 to 3"
    )


@pytest.mark.parametrize("begins", [TONIGHT, TO_COME])
def test_what_a_version_calls_otherwise_is_no_other_row(tonight: Judged, to_come: Judged, begins: date) -> None:
    """Of what it decides otherwise as well, each row counts once, under whichever name."""
    (said,) = _effects(tonight if begins == TONIGHT else to_come, "called")["penalties"]
    assert said == (
        f"Decided with them, as if {begins} had come before, 3 rows {OTHERWISE} on each of the 3 nights before 1 to 3"
    )


def test_a_version_that_will_be_over_is_said_before_it_is(to_come: Judged) -> None:
    """Else one for some weeks, whatever it loosens, would do nothing: what begins and ends at once is never there."""
    (said,) = _effects(to_come, "ends")["penalties"]
    assert said == (
        f"Decided with them, as if {TO_COME} had come before, 3 rows {OTHERWISE} on each of the 3 nights before 1 to 3;"
        f" as if {TO_COME} and {OVER} had come before, no row {OTHERWISE} on each of the 3 nights before none"
    )


def test_rules_that_do_nothing_say_so_and_what_was_approved_beforehand_is_not_decided_again(tonight: Judged) -> None:
    assert _effects(tonight, "looser") == {
        "penalties": [f"Decided with them, no row {OTHERWISE} on each of the 3 nights before none"]
    }
    assert told(tonight, "approved").held == []
