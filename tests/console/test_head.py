"""The head of each page: what is late, and whether anything landed."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from console.conftest import NIGHT
from console.serving import seen_by_all
from console.two_managers import Rewritten
from evenhand.console.shown import due_since

SIXTH = date(2026, 3, 6)


@pytest.mark.parametrize(
    ("schedule", "deadline", "now", "due"),
    [
        # The night of 7 March begins at 02:30 on 8 March, and has six hours where nothing else is said.
        ("30 2 * * *", "", datetime(2026, 3, 8, 8, 29), None),
        ("30 2 * * *", "", datetime(2026, 3, 8, 8, 31), (date(2026, 3, 7), datetime(2026, 3, 8, 2, 30))),
        ("30 2 * * *", "60", datetime(2026, 3, 8, 3, 29), None),
        ("30 2 * * *", "60", datetime(2026, 3, 8, 3, 31), (date(2026, 3, 7), datetime(2026, 3, 8, 2, 30))),
        # Days later, it is the newest of those that are missing.
        ("30 2 * * *", "", datetime(2026, 3, 20, 12), (date(2026, 3, 19), datetime(2026, 3, 20, 2, 30))),
        # By a schedule that leaves a night out, there is none to wait for.
        ("0 3 * * 2-6", "", datetime(2026, 3, 9, 12), None),
        ("", "", datetime(2026, 3, 20, 12), None),
    ],
)
def test_a_night_is_late_once_it_had_its_time(
    monkeypatch: pytest.MonkeyPatch,
    schedule: str,
    deadline: str,
    now: datetime,
    due: tuple[date, datetime] | None,
) -> None:
    monkeypatch.setenv("EVENHAND_SCHEDULE", schedule)
    monkeypatch.setenv("EVENHAND_DEADLINE_MINUTES", deadline)
    found = due_since(SIXTH, now.replace(tzinfo=UTC))
    assert found == (due and (due[0], due[1].replace(tzinfo=UTC)))


def test_the_days_of_a_schedule_are_those_of_the_deployments_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_SCHEDULE", "30 2 * * *")
    monkeypatch.setenv("EVENHAND_TIMEZONE", "Asia/Singapore")
    # 02:30 on 8 March is 18:30 on the day before, in UTC.
    assert due_since(SIXTH, datetime(2026, 3, 8, 0, 29, tzinfo=UTC)) is None
    late, at = due_since(SIXTH, datetime(2026, 3, 8, 0, 31, tzinfo=UTC)) or pytest.fail("it isn't late")
    assert (late, str(at)) == (date(2026, 3, 7), "2026-03-08 02:30:00+08:00")


def test_the_head_says_what_is_late_and_whether_anything_landed_for_it(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    monkeypatch.setenv("EVENHAND_SCHEDULE", "30 2 * * *")
    with seen_by_all(tmp_path / "home") as app:
        reader = TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})
        nothing = reader.get("/").text
        assert "is late, and nothing has landed for it: it was to begin at" in nothing
        late, _ = due_since(SIXTH, datetime.now(UTC)) or pytest.fail("it isn't late")
        (tmp_path / "home" / "landing" / "orders" / f"night={late}").mkdir(parents=True)
        (tmp_path / "home" / "landing" / "orders" / f"night={late}" / "a.csv").write_text("")
        assert "is late: it was to begin at" in reader.get("/").text
        assert any("is late" in each["said"] for each in reader.get("/card/lines").json()["lines"])


def test_a_night_on_which_nothing_landed_says_so(home: Path, tmp_path: Path, reader: TestClient) -> None:
    said = "Nothing landed on night 6 Mar 2026: it was decided from what had landed until 5 Mar 2026."
    assert said not in unescape(reader.get("/").text)
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    release = Rewritten((tmp_path / "home" / "releases" / f"night={NIGHT}").resolve())
    release.say({}, inputs={"creators/night=2026-03-05/a.csv": "", "creators/night=2026-03-01/a.csv": ""})
    with seen_by_all(tmp_path / "home") as app:
        again = TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})
        assert said in unescape(again.get("/").text)
