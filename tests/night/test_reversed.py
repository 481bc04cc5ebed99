"""Reversing a night that was delivered: receivers hold what the release before had, and accounts are told."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from evenhand import by_hand
from evenhand.by_hand import NotDone
from evenhand.persons import Person, PersonRefused
from evenhand.release.manifest import read_manifest
from night.directly import decide
from night.installation import Installation
from night.told import receivers

EARLIER, NIGHT, LATER = "2026-03-05", "2026-03-06", "2026-03-07"
ANN, BOB = Person("ann", logged_in=True), Person("bob", logged_in=True)
# Two strikes too many, that nobody should have had.
WRONG = [(f"w{number}", "a5", "c5", "copyright", f"w{number}", NIGHT) for number in range(2)]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Two nights; the second brought wrong penalties."""
    installation = Installation(tmp_path)
    installation.land_history()
    installation.land(NIGHT, violations=WRONG)
    decide(tmp_path, EARLIER)
    decide(tmp_path, NIGHT)
    os.environ["EVENHAND_HOME"] = str(tmp_path)
    yield installation
    os.environ.pop("EVENHAND_HOME", None)


def test_a_night_is_reversed_and_stays_so_until_that_is_lifted(installation: Installation) -> None:
    home = installation.home
    wrong = {name: installation.rows(NIGHT, name) for name in ("penalties", "rewards")}
    before = installation.rows(EARLIER, "penalties")
    with receivers(home) as told:
        told.bring(EARLIER)
        told.bring(NIGHT)
        assert any(key.startswith("a5/") for key in told.held())
        assert not any(key.startswith("a1/") for key in told.held())
        first = len(told.told())

        done = _reverse("reverse")

        assert done["revision"] == 2
        # Nothing of the release before has ended by this night.
        assert installation.rows(NIGHT, "penalties") == before
        assert {row for (row,) in installation.rows(NIGHT, "penalties", "reason_id")} == {
            row for (row,) in installation.rows(NIGHT, "reasons", "reason_id")
        }
        told.bring(NIGHT)
        assert told.held() == [key for (key,) in installation.rows(EARLIER, "penalties", "row_key")]
        # a5's penalties have ended, and a1's, which had ended with its appeal, is back.
        taken_back = told.told()[first:]
        assert "The measure “Warning” is in force on your account." in taken_back
        assert sum("has ended" in line for line in taken_back) == len(wrong["penalties"]) - len(before) + 1
        manifest = read_manifest(installation.release(NIGHT))
        assert manifest.reversed
        assert (manifest.reversed.by, manifest.reversed.approved_by, manifest.reversed.why) == (
            ANN,
            BOB,
            "wrong strikes",
        )
        assert str(manifest.reversed.back_to.night) == EARLIER
        assert all(each.new == 0 for each in manifest.penalties)

        # Again, and the night again: nothing changes, and nothing is sent.
        bytes_of_it, sent = installation.release_bytes(NIGHT), len(told.sandbox.effects())
        assert not _reverse("reverse")["changed"]
        decide(home, NIGHT)
        os.environ["EVENHAND_HOME"] = str(home)
        assert installation.release_bytes(NIGHT) == bytes_of_it
        told.bring(NIGHT)
        assert len(told.sandbox.effects()) == sent
        assert len(list((home / "reversals" / f"night={NIGHT}").iterdir())) == 1

        # Lifted, it is what it was decided to be, and accounts are told that too.
        so_far = len(told.told())
        assert _reverse("lift")["revision"] == 3
        assert {name: installation.rows(NIGHT, name) for name in wrong} == wrong
        assert read_manifest(installation.release(NIGHT)).reversed is None
        told.bring(NIGHT)
        assert any(key.startswith("a5/") for key in told.held())
        assert len(told.told()) - so_far == len(taken_back)


def test_the_next_night_decides_afresh_and_goes_on_from_what_the_reversal_left(installation: Installation) -> None:
    with receivers(installation.home) as told:
        told.bring(EARLIER)
        told.bring(NIGHT)
        _reverse("reverse")
        told.bring(NIGHT)
        # The cause is corrected before the next night: the strikes are withdrawn.
        installation.drop(
            LATER,
            "violations",
            [
                ("violation_id", "account_id", "content_id", "type", "batch_id", "decided_on", "withdrawn"),
                *((*row, "true") for row in WRONG),
            ],
        )
        decide(installation.home, LATER)
        so_far = len(told.told())
        told.bring(LATER)
        assert not any(key.startswith("a5/") for key in told.held())
        # a5 was told of its end by the reversal; a1's warning ends once more.
        assert told.told()[so_far:] == ["The measure “Warning” on your account has ended."]


def test_what_has_ended_by_the_night_does_not_come_back(tmp_path: Path) -> None:
    """a2's short videos were paused until 8 March; the night that is reversed is the 9th."""
    installation = Installation(tmp_path)
    installation.land_history()
    decide(tmp_path, EARLIER)
    decide(tmp_path, "2026-03-09")
    os.environ["EVENHAND_HOME"] = str(tmp_path)
    try:
        by_hand.reverse_night("reverse", date(2026, 3, 9), ANN, BOB, "wrong strikes")
    finally:
        del os.environ["EVENHAND_HOME"]
    assert ("a2/copyright_strikes/short_video",) in installation.rows(EARLIER, "penalties", "row_key")
    assert ("a2/copyright_strikes/short_video",) not in installation.rows("2026-03-09", "penalties", "row_key")
    assert len(installation.rows("2026-03-09", "penalties")) == len(installation.rows(EARLIER, "penalties")) - 1


def test_what_cannot_be_reversed_is_refused_and_leaves_nothing(installation: Installation) -> None:
    home = installation.home
    for night, why in (
        (EARLIER, rf"night {NIGHT} is released after night {EARLIER}, and no receiver is taken back"),
        (LATER, "isn't released"),
    ):
        with pytest.raises(NotDone, match=why):
            by_hand.reverse_night("reverse", date.fromisoformat(night), ANN, BOB, "wrong strikes")
    with pytest.raises(NotDone, match="isn't reversed"):
        _reverse("lift")
    with pytest.raises(PersonRefused, match="somebody else"):
        by_hand.reverse_night("reverse", date.fromisoformat(NIGHT), ANN, ANN, "wrong strikes")
    assert not (home / "reversals").exists()
    (home / "releases" / f"night={EARLIER}").unlink()
    with pytest.raises(NotDone, match="nothing was released before"):
        _reverse("reverse")
    assert installation.revisions(NIGHT) == ["0001"]


def test_a_night_whose_warehouse_is_gone_is_released_reversed_when_it_is_run_again(installation: Installation) -> None:
    home = installation.home
    (home / "nights" / f"night={NIGHT}" / "warehouse.duckdb").unlink()
    with pytest.raises(NotDone, match=r"was reversed .*That is recorded.*Clear the night's run from feeds_landed"):
        _reverse("reverse")
    decide(home, NIGHT)
    assert installation.rows(NIGHT, "penalties") == installation.rows(EARLIER, "penalties")


def test_the_second_person_sees_what_it_comes_to(installation: Installation) -> None:
    form = {"night": NIGHT, "action": "reverse", "reason": "wrong strikes", "author": "ann"}
    told = by_hand.propose_reversing(form, "Anonymous")["told"]
    for part in (
        "ann (by their own word)",
        "wrong strikes",
        f"release of {EARLIER} has {len(installation.rows(EARLIER, 'penalties'))} penalties, 0 rewards",
        f"release of {NIGHT} has {len(installation.rows(NIGHT, 'penalties'))} penalties, 0 rewards",
    ):
        assert part in told
    answer = {"responded_by_user": {"id": "1", "name": "Anonymous"}, "params_input": {"approved_by": "Ann"}}
    with pytest.raises(Exception, match="somebody else"):
        by_hand.reverse_release(form, "Anonymous", answer)
    answer["params_input"] = {"approved_by": "bob"}
    assert by_hand.reverse_release(form, "Anonymous", answer)["revision"] == 2
    (recorded,) = (installation.home / "reversals" / f"night={NIGHT}").iterdir()
    assert json.loads(recorded.read_text())["approved_by"] == {"name": "bob", "logged_in": False}


def _reverse(action: str) -> by_hand.Facts:
    return by_hand.reverse_night(action, date.fromisoformat(NIGHT), ANN, BOB, "wrong strikes")
