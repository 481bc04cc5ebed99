"""Nights through the real command: Airflow, dbt, Great Expectations, DuckDB and a receiver that is a process.

One is run three times, for each run costs as much as three that are called directly: a model fails, then none does, and
then somebody has a measure imposed, whose command becomes the night's. A test for each thing looks at what was there
after each. That a night that is run again as it is changes and sends nothing is of test_by_hand.py, and of
tests/deployment/test_stack.py.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from made_once import shared_home
from night.installation import FIRST_NIGHT, Installation
from night.wrong_models import WRONG, change_models, wrong_sql

NIGHT = FIRST_NIGHT
IMPOSE = (
    *("emergency", "impose", "account_suspended", "account", "--market", "world", "--account", "a5"),
    *("--until", "2026-03-06", "--reason", "Fake prizes in lives", "--by", "mai", "--approved-by", "lan"),
)


@dataclass(frozen=True)
class Ended:
    """What is there when the command has ended.

    Attributes:
        release: hash of every file of the release, by name.
        effects: how many changes ever took effect in the sandbox.
        state, note, began, ended, run_id: what Airflow has of the night's only run.
        looked_up: when that was.
    """

    said: str
    release: Mapping[str, str]
    revisions: Sequence[str]
    held: int
    effects: int
    state: str
    note: str
    began: datetime
    ended: datetime
    run_id: str
    looked_up: datetime


@dataclass(frozen=True)
class Nights:
    """A night that was run three times.

    Attributes:
        installation: as the last run left it.
        failed: what was there when a model had failed, whose SQL is `failed_sql` with what was kept of it.
        first: what was there when none had.
        imposed: what was there when the command that imposes a measure had run the night again.
    """

    installation: Installation
    failed: Ended
    failed_sql: tuple[Path, str]
    first: Ended
    imposed: Ended


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    home = Path(shutil.copytree(shared_home(), tmp_path_factory.mktemp("nights") / "home"))
    installation = Installation(home)
    try:
        installation.land_history()
        right = change_models(home, wrong_sql)
        failed = _run(installation, "nightly", NIGHT, expect=1)
        sql = home / "nights" / f"night={NIGHT}" / "models" / f"{WRONG}.sql"
        kept = (sql, sql.read_text())
        (home / "dbt" / "compiled.json").write_text(right)
        first = _run(installation, "nightly", NIGHT)
        yield Nights(installation, failed, kept, first, _run(installation, *IMPOSE))
    finally:
        installation.stop()


def _run(installation: Installation, *command: str, expect: int = 0) -> Ended:
    said = installation.run(*command, expect=expect)
    with closing(sqlite3.connect(installation.home / "airflow" / "airflow.db")) as database:
        ((state, note, began, ended, run_id),) = database.execute(
            "select state, content, start_date, end_date, run_id from dag_run"
            " left join dag_run_note on dag_run_note.dag_run_id = dag_run.id where dag_id = 'nightly_governance'"
        )
    moments = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (began, ended)]
    return Ended(
        said,
        installation.release_bytes(NIGHT),
        installation.revisions(NIGHT),
        len(installation.held()),
        installation.effects(),
        state,
        note,
        moments[0],
        moments[1],
        run_id,
        datetime.now(UTC),
    )


def test_a_model_that_fails_is_named_where_the_command_ends_and_where_the_runs_page_begins(nights: Nights) -> None:
    failed, (sql, kept) = nights.failed, nights.failed_sql
    assert "build_models failed" in failed.said
    assert f"{WRONG} failed: Conversion Error: Could not convert string 'nothing' to INT32" in failed.said
    assert f"The SQL that was run: {sql}" in failed.said
    assert "cast('nothing' as integer)" in kept
    assert failed.release == {}
    assert failed.effects == 0
    assert (failed.state, failed.run_id) == ("failed", f"night_{NIGHT}")
    assert failed.note.startswith(f"build_models failed: {WRONG} failed: Conversion Error")
    assert f"[What it made](/evenhand/runs/nightly_governance/night_{NIGHT})" in failed.note
    # The run has the time that it took, and not the time since the night.
    assert timedelta(0) < failed.ended - failed.began < timedelta(hours=1)
    assert failed.looked_up - failed.began < timedelta(hours=1)


def test_once_the_model_is_right_the_run_goes_well_and_has_the_logs_of_each_time(nights: Nights) -> None:
    assert "12 penalties put; 12 applied" in nights.first.said
    assert nights.first.state == "success"
    assert nights.first.note.startswith(f"Night {NIGHT} is released: revision 1, ")
    logs = sorted((nights.installation.home / "airflow" / "logs").rglob("task_id=build_models/attempt=*.log"))
    assert [path.name for path in logs] == ["attempt=1.log", "attempt=2.log", "attempt=3.log"]
    assert f"{WRONG} failed: Conversion Error" in logs[0].read_text()
    for rows, log in zip((12, 13), logs[1:], strict=True):
        assert f"lists.penalties: {rows} rows, 7 tests passed" in log.read_text()


def test_a_night_is_decided_released_and_delivered(nights: Nights) -> None:
    installation, first = nights.installation, nights.first
    row = "account_id, scope, measure, starts_on::text, ends_on::text"
    assert installation.rows(NIGHT, "penalties", row, "programme <> 'emergency'") == [
        ("a1", "account", "warning", "2026-03-01", "2026-03-30"),
        ("a2", "account", "warning", "2026-03-01", "2026-03-30"),
        ("a2", "campaign", "campaigns_closed", "2026-03-02", "2026-03-31"),
        ("a2", "short_video", "publishing_paused", "2026-03-02", "2026-03-08"),
        ("a3", "account", "warning", "2026-03-01", "2026-03-30"),
        ("a3", "campaign", "campaigns_closed", "2026-03-03", "2026-05-31"),
        ("a3", "commission", "commission_held", "2026-03-03", "2026-04-01"),
        ("a3", "short_video", "publishing_paused", "2026-03-03", "2026-04-01"),
        ("a4", "account", "warning", "2026-03-01", "2026-03-30"),
        ("a4", "campaign", "campaigns_closed", "2026-03-03", "2026-05-31"),
        ("a4", "commission", "commission_held", "2026-03-03", "2026-04-01"),
        ("a4", "short_video", "publishing_paused", "2026-03-03", "2026-04-01"),
    ]
    assert installation.rows(NIGHT, "rewards") == []
    assert first.held == first.effects == 12
    assert first.revisions == ["0001"]


def test_what_is_imposed_now_runs_the_night_again_which_changes_and_sends_that_alone(nights: Nights) -> None:
    installation, imposed = nights.installation, nights.imposed
    assert "on 1 account, of which 0 have it now" in imposed.said
    assert "1 penalty put; 1 applied" in imposed.said
    assert (imposed.state, imposed.run_id) == ("success", nights.first.run_id)
    assert imposed.note.startswith(f"Night {NIGHT} is released: revision 2, ")
    assert imposed.revisions == ["0001", "0002"]
    assert imposed.held == imposed.effects == 13
    added = installation.rows(NIGHT, "penalties", "row_key", "programme = 'emergency'")
    assert added == [("a5/emergency/account",)]
    assert "a5/emergency/account" in installation.held()


def test_what_it_wrote_is_for_its_own_account(nights: Nights) -> None:
    home, release = nights.installation.home, nights.installation.release(NIGHT)
    written = [home / name for name in ("nights", "releases", "airflow/logs")]
    modes = {path.lstat().st_mode & 0o777 for folder in written for path in folder.rglob("*") if not path.is_symlink()}
    assert modes == {0o700, 0o600, 0o400}
    assert {path.stat().st_mode & 0o777 for path in home.iterdir() if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in release.iterdir()} == {0o400}
    assert home.stat().st_mode & 0o777 == 0o700
