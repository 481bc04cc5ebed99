"""Which night a run decides."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from evenhand.landing.takedowns import FILE_NAME, LAST_NIGHT
from evenhand.settings import PROJECT, Settings
from evenhand.tasks.choosing import NightRefused, choose_night, night_by_hand, night_of_run, today

LANDED = ("2026-03-05", "2026-03-06", "2026-03-09")
TODAY = date(2026, 3, 10)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Three nights have landed, one of them by somebody's mistake in the future; the first two are released."""
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    monkeypatch.setenv("EVENHAND_TIMEZONE", "Pacific/Auckland")
    for night in (*LANDED, "2062-03-10"):
        folder = tmp_path / "landing" / "violations" / f"night={night}"
        folder.mkdir(parents=True)
        (folder / "day.csv").touch()
    for night in LANDED[:2]:
        (tmp_path / "releases" / f"night={night}").mkdir(parents=True)
    return Settings(PROJECT, tmp_path, PROJECT / "policies", PROJECT / "receivers.yml")


def run(kind: str, run_id: str = "", at: datetime | None = None) -> SimpleNamespace:
    return SimpleNamespace(run_type=kind, run_id=run_id or kind, logical_date=at)


def test_by_hand_the_newest_landed_night_that_has_come_is_decided(here: Settings) -> None:
    assert night_by_hand(here, None, False, TODAY) == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("2062-03-10", "night 2062-03-10 is in the future: today is 2026-03-10 .*; the newest night .* 2026-03-09"),
        ("2026-03-08", "nothing has landed for night 2026-03-08, .* The newest night that has landed is 2026-03-09"),
        (
            "2026-03-05",
            "night 2026-03-05 is older than 2026-03-06, .* `older: true` .* or `evenhand nightly 2026-03-05`",
        ),
        ("1999-12-31", "night 1999-12-31 is before 2000-01-01"),
    ],
)
def test_a_night_that_can_hardly_be_meant_is_refused(here: Settings, asked: str, why: str) -> None:
    with pytest.raises(NightRefused, match=why):
        night_by_hand(here, date.fromisoformat(asked), False, TODAY)


def test_where_all_that_landed_is_of_days_to_come_that_is_said(here: Settings) -> None:
    with pytest.raises(NightRefused, match="but for nights that haven't come, the first of which is 2026-03-05: today"):
        night_by_hand(here, None, False, date(2026, 3, 4))


def test_an_older_night_is_decided_where_it_is_said_that_it_is_meant(here: Settings) -> None:
    assert night_by_hand(here, date(2026, 3, 5), True, TODAY) == date(2026, 3, 5)


def test_a_released_night_is_decided_again_though_nothing_landed_for_it(here: Settings) -> None:
    (here.releases / "night=2026-03-08").mkdir()
    assert night_by_hand(here, date(2026, 3, 8), False, TODAY) == date(2026, 3, 8)


@pytest.mark.parametrize("kind", ["scheduled", "backfill"])
def test_a_run_of_the_schedule_decides_its_logical_date_in_the_time_zone(here: Settings, kind: str) -> None:
    # In Auckland, 13 hours ahead in March, it is the 8th already.
    at = datetime(2026, 3, 7, 12, tzinfo=UTC)
    assert choose_night({}, run(kind, at=at)) == date(2026, 3, 8)


def test_a_run_by_hand_decides_its_form_and_not_its_logical_date_which_is_another_day_here(here: Settings) -> None:
    by_hand = run("manual", at=datetime(2026, 3, 6, 12, tzinfo=UTC))
    assert choose_night({"night": "2026-03-06", "older": False}, by_hand) == date(2026, 3, 6)
    assert night_of_run(by_hand.run_id, by_hand.logical_date) == date(2026, 3, 6)


def test_a_run_that_is_cleared_decides_the_night_that_it_decided_before(here: Settings) -> None:
    by_hand = run("manual")
    assert choose_night({"night": "2026-03-06"}, by_hand) == date(2026, 3, 6)
    (here.releases / "night=2026-03-09").mkdir()
    assert choose_night({"night": "2026-03-06"}, by_hand) == date(2026, 3, 6)
    newest = run("manual", "manual__2026-03-06T09:00:00+00:00/a")
    assert choose_night({"night": None}, newest) == date(2026, 3, 9)
    later = here.landing / "violations" / "night=2026-03-10"
    later.mkdir()
    # A folder alone lands nothing, which another run sees.
    assert choose_night({"night": None}, run("manual", "manual__2026-03-06T09:00:00+00:00/b")) == date(2026, 3, 9)
    (later / "rows.csv").touch()
    assert choose_night({"night": None}, run("manual", "manual__2026-03-06T09:00:00+00:00/c")) == date(2026, 3, 10)
    assert choose_night({"night": None}, newest) == date(2026, 3, 9)


def test_a_run_of_an_earlier_version_has_the_night_of_its_logical_date(here: Settings) -> None:
    assert night_of_run("of_before", datetime(2026, 3, 6, 1, tzinfo=UTC)) == date(2026, 3, 6)
    with pytest.raises(NightRefused, match="clear it from its first task, land_feeds"):
        night_of_run("not_begun", None)


def test_the_days_of_an_example_have_come_whatever_the_clock_says(here: Settings) -> None:
    before = today(here)
    example = here.landing / "creators" / f"night={LAST_NIGHT}" / FILE_NAME
    example.parent.mkdir(parents=True)
    example.touch()
    assert today(here) == max(before, date.fromisoformat(LAST_NIGHT))
