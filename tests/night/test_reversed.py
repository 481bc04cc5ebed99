"""What becomes of a night after it was delivered: its revisions, and its reversal. Receivers hold what is wanted, and
accounts are told the difference to what they were told last."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from evenhand.landing.contracts import BY_NAME
from evenhand.records.persons import Person, PersonRefused
from evenhand.release.manifest import read_manifest
from evenhand.tasks import night as nightly
from evenhand.tasks import stop_and_reverse as by_hand
from evenhand.tasks.facts import Facts
from evenhand.tasks.stop_and_reverse import NotDone
from night.directly import decide, environment
from night.installation import CREATORS, Installation
from night.told import receivers

EARLIER, NIGHT, LATER = "2026-03-05", "2026-03-06", "2026-03-09"
ANN, BOB = Person("ann", logged_in=True), Person("bob", logged_in=True)
# Strikes that a5 shouldn't have had. Of two at once the stricter zone counts: closed campaigns and a pause.
WRONG = [(f"w{number}", "a5", "c5", "copyright", f"w{number}", NIGHT) for number in range(2)]
OF_A5 = [f"a5/copyright_strikes/{scope}" for scope in ("campaign", "short_video")]
WARNING_OF_A1 = "a1/copyright_strikes/account"


@pytest.fixture(scope="module")
def decided(decided_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights, delivered to nobody. On the second the appeal of a1 was granted, and a5 got the wrong strikes."""
    here = Installation.copy_of(decided_once, tmp_path_factory.mktemp("decided"))
    for path in here.home.glob("receipts.sqlite*"):
        path.unlink()
    here.land(NIGHT, violations=WRONG)
    with environment(here.overrides):
        decide(here.home, NIGHT)
    return here.home


@pytest.fixture
def installation(decided: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    installation = Installation.copy_of(decided, tmp_path)
    for name, value in {"EVENHAND_HOME": str(installation.home), **installation.overrides}.items():
        monkeypatch.setenv(name, value)
    yield installation


def test_a_measure_that_is_withdrawn_the_same_night_and_comes_back_is_told_each_time(
    installation: Installation,
) -> None:
    gone, new = [f"ended {row}" for row in OF_A5], [f"new {row}" for row in OF_A5]
    with receivers(installation.home) as to:
        to.bring(EARLIER)
        # The first release of all tells only what begins on its night.
        assert to.told() == []
        to.bring(NIGHT)
        first = sorted([f"ended {WARNING_OF_A1}", *new])
        assert sorted(to.told()) == first

        # A platform's own account can't have a strike.
        installation.land(NIGHT, creators=[*CREATORS[:4], ("a5", "world", "platform", "en", "2026-01-01"), CREATORS[5]])
        _decide(installation, NIGHT)
        to.bring(NIGHT)
        assert not set(to.held()) & set(OF_A5)
        assert sorted(to.told()[len(first) :]) == gone

        installation.land(NIGHT, creators=CREATORS)
        _decide(installation, NIGHT)
        to.bring(NIGHT)
        assert set(OF_A5) <= set(to.held())
        assert sorted(to.told()[len(first) + len(gone) :]) == new

    assert installation.revisions(NIGHT) == ["0001", "0002", "0003"]
    names = [name for (name,) in installation.rows(NIGHT, "notices", "notice_id")]
    assert len(set(names)) == len(first) + len(gone) + len(new)
    # They were withdrawn on the night on which they began: they were in force on no day, and no days are told.
    withdrawn = [
        str(body)
        for event, account, body in installation.rows(NIGHT, "notices", "event, account_id, body")
        if (event, account) == ("ended", "a5")
    ]
    assert len(withdrawn) == len(gone)
    assert not any("2026" in body.splitlines()[0] for body in withdrawn)
    # The night's first release was told against the night before, and its revisions go on from there.
    manifest = installation.manifest(NIGHT)
    assert manifest["told_since"] == {"night": EARLIER, "release_id": installation.manifest(EARLIER)["release_id"]}
    second = installation.home / "releases" / "revisions" / f"night={NIGHT}" / "0002"
    assert manifest["told_before"] == read_manifest(second).release_id


def test_a_night_is_reversed_and_stays_so_until_that_is_lifted(installation: Installation) -> None:
    wrong = {name: _rows(installation, NIGHT, name) for name in ("penalties", "rewards", "reasons")}
    with receivers(installation.home) as to:
        to.bring(EARLIER)
        to.bring(NIGHT)
        assert set(OF_A5) <= set(to.held())
        assert WARNING_OF_A1 not in to.held()
        so_far = len(to.told())

        done = _reverse("reverse")

        assert done["revision"] == 2
        # Nothing of the release before has ended by this night.
        for name in wrong:
            assert _rows(installation, NIGHT, name) == _rows(installation, EARLIER, name)
        to.bring(NIGHT)
        assert to.held() == [key for (key,) in installation.rows(EARLIER, "penalties", "row_key")]
        assert sorted(to.told()[so_far:]) == sorted([*(f"ended {row}" for row in OF_A5), f"new {WARNING_OF_A1}"])
        manifest = read_manifest(installation.release(NIGHT))
        assert manifest.reversed
        told = manifest.reversed
        assert (told.by, told.approved_by, told.why, str(told.back_to.night)) == (ANN, BOB, "wrong strikes", EARLIER)
        assert sum(each.new + each.ended for each in manifest.penalties) == 0

        # Again, and released again: nothing changes, and nothing is sent.
        bytes_of_it, sent = installation.release_bytes(NIGHT), len(to.sandbox.effects())
        assert not _reverse("reverse")["changed"]
        assert not nightly.publish_release(date.fromisoformat(NIGHT))["changed"]
        assert installation.release_bytes(NIGHT) == bytes_of_it
        to.bring(NIGHT)
        assert len(to.sandbox.effects()) == sent
        assert len(list((installation.home / "reversals" / f"night={NIGHT}").iterdir())) == 1

        # Lifted, it is what it was decided to be, and accounts are told that too.
        so_far = len(to.told())
        assert _reverse("lift")["revision"] == 3
        assert {name: _rows(installation, NIGHT, name) for name in wrong} == wrong
        assert read_manifest(installation.release(NIGHT)).reversed is None
        to.bring(NIGHT)
        assert set(OF_A5) <= set(to.held())
        assert sorted(to.told()[so_far:]) == sorted([*(f"new {row}" for row in OF_A5), f"ended {WARNING_OF_A1}"])


def test_the_next_night_decides_afresh_and_goes_on_from_what_the_reversal_left(installation: Installation) -> None:
    with receivers(installation.home) as to:
        to.bring(EARLIER)
        to.bring(NIGHT)
        _reverse("reverse")
        to.bring(NIGHT)
        so_far = len(to.told())
        # The cause is corrected before the next night: the strikes are withdrawn.
        header = [*BY_NAME["violations"].names_in_every_file, "withdrawn"]
        installation.drop(LATER, "violations", [header, *((*row, "yes") for row in WRONG)])
        _decide(installation, LATER)
        to.bring(LATER)
        # a5 was told of its end by the reversal, and isn't again; a1's warning ends once more. a2's pause ran out.
        paused = "a2/copyright_strikes/short_video"
        assert sorted(to.told()[so_far:]) == [f"ended {WARNING_OF_A1}", f"ended {paused}"]

        # Reversed, what has ended by that night doesn't come back.
        by_hand.reverse_night("reverse", date.fromisoformat(LATER), ANN, BOB, "wrong strikes")
        assert (paused,) in installation.rows(NIGHT, "penalties", "row_key")
        kept = [row for row in _rows(installation, NIGHT, "penalties") if paused not in row]
        assert _rows(installation, LATER, "penalties") == kept


def test_a_night_whose_warehouse_is_gone_is_released_reversed_when_it_is_run_again(installation: Installation) -> None:
    (installation.home / "nights" / f"night={NIGHT}" / "warehouse.duckdb").unlink()
    with pytest.raises(NotDone, match=r"was reversed .*That is recorded.*Clear the night's run from land_feeds"):
        _reverse("reverse")
    _decide(installation, NIGHT)
    assert _rows(installation, NIGHT, "penalties") == _rows(installation, EARLIER, "penalties")
    assert not _reverse("reverse")["changed"]


def test_what_cannot_be_reversed_is_refused_and_leaves_nothing(installation: Installation) -> None:
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
    assert not (installation.home / "reversals").exists()
    (installation.home / "releases" / f"night={EARLIER}").unlink()
    with pytest.raises(NotDone, match="nothing was released before"):
        _reverse("reverse")
    assert installation.revisions(NIGHT) == ["0001"]


def test_the_second_person_sees_what_it_comes_to_and_is_another_one(installation: Installation) -> None:
    form = {"night": NIGHT, "action": "reverse", "reason": "wrong strikes", "author": "ann"}
    told = by_hand.propose_reversing(form, "Anonymous")["told"]
    for part in (
        "ann (by their own word)",
        "wrong strikes",
        f"release of {EARLIER} has {len(installation.rows(EARLIER, 'penalties'))} penalties, 0 rewards",
        f"release of {NIGHT} has {len(installation.rows(NIGHT, 'penalties'))} penalties, 0 rewards",
        f"{NIGHT} would have {len(installation.rows(EARLIER, 'penalties'))} penalties, 0 rewards",
    ):
        assert part in told
    answer = {"responded_by_user": {"id": "1", "name": "Anonymous"}, "params_input": {"approved_by": "Ann"}}
    with pytest.raises(Exception, match="somebody else"):
        by_hand.reverse_release(form, "Anonymous", answer)
    answer["params_input"] = {"approved_by": "bob"}
    assert by_hand.reverse_release(form, "Anonymous", answer)["revision"] == 2
    (recorded,) = (installation.home / "reversals" / f"night={NIGHT}").iterdir()
    assert json.loads(recorded.read_text())["approved_by"] == {"name": "bob", "logged_in": False}


def _decide(installation: Installation, night: str) -> None:
    """Decide a night; to release it again changes no byte."""
    decide(installation.home, night)
    os.environ["EVENHAND_HOME"] = str(installation.home)
    before = installation.release_bytes(night)
    assert not nightly.publish_release(date.fromisoformat(night))["changed"]
    assert installation.release_bytes(night) == before


def _rows(installation: Installation, night: str, name: str) -> list[tuple[object, ...]]:
    # The folder that they lie in isn't of them.
    return installation.rows(night, name, "* exclude (night)")


def _reverse(action: str) -> Facts:
    return by_hand.reverse_night(action, date.fromisoformat(NIGHT), ANN, BOB, "wrong strikes")
