"""Landing another history of takedowns than the bundled one."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app

HISTORY = """event_date,event_type,notice_id,account,repository
2026-09-01,notice,n1,a1,a1/one
2026-09-03,notice,n2,a1,a1/two
2062-09-03,notice,n3,a2,a2/one
"""


def land(tmp_path: Path, history: str, *options: str) -> tuple[int, str]:
    source = tmp_path / "autumn.csv"
    source.write_text(history)
    done = CliRunner().invoke(app, ["land-takedowns", str(source), *options])
    return done.exit_code, done.output


def violations(tmp_path: Path) -> dict[str, int]:
    """Rows by night."""
    files = sorted((tmp_path / "home" / "landing" / "violations").glob("night=*/autumn.csv"))
    return {path.parent.name: len(path.read_text().splitlines()) - 1 for path in files}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / "home"))


def test_it_lands_night_by_night_until_its_last_and_once(tmp_path: Path) -> None:
    options = ("--until", "2026-09-04", "--backfill", "2026-09-02")
    # Four feeds on three nights; what is dated after the last night arrived with it.
    assert "Landed 12 new files" in land(tmp_path, HISTORY, *options)[1]
    assert violations(tmp_path) == {"night=2026-09-02": 1, "night=2026-09-03": 1, "night=2026-09-04": 1}
    assert "Landed 0 new files" in land(tmp_path, HISTORY, *options)[1]


HEADER = HISTORY.splitlines()[0]


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ("", "line 1 (the header): there is no column 'event_date'"),
        ("\x00\x01", "line 1 (the header): there is no column 'event_date'"),
        (f"{HEADER}\n2026-09-31,notice,n1,a1,r1\n", "line 2: event_date is '2026-09-31'; expected a day, YYYY-MM-DD"),
        (f"{HEADER}\n20260930,notice,n1,a1,r1\n", "line 2: event_date is '20260930'; expected a day, YYYY-MM-DD"),
        (f"{HEADER}\n2026-09-30,Notice,n1,a1,r1\n", "line 2: event_type is 'Notice'; expected one of notice, counter"),
        (f"{HEADER}\n2026-09-30,notice,n1,a1,r1\n2026-09-30,notice,n1\n", "line 3: account is 'empty'; expected the"),
    ],
)
def test_what_is_no_such_history_is_refused_with_its_line(tmp_path: Path, history: str, said: str) -> None:
    code, told = land(tmp_path, history, "--until", "2026-10-04")
    assert code == 1
    assert said in told
    assert violations(tmp_path) == {}


@pytest.mark.parametrize("name", ["cut.csv.gz", "bytes.csv", "."])
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    if name.endswith(".gz"):
        source.write_bytes(gzip.compress(HISTORY.encode())[:-12])
    elif name != ".":
        source.write_bytes(b"\xff\xfe\x00")
    done = CliRunner().invoke(app, ["land-takedowns", str(source), "--until", "2026-09-04"])
    assert (done.exit_code, type(done.exception)) == (2 if name == "." else 1, SystemExit), done.output
    assert violations(tmp_path) == {}


def test_beside_other_feeds_or_without_its_columns_nothing_lands(tmp_path: Path) -> None:
    assert land(tmp_path, "day,account\n2026-09-01,a1\n", "--until", "2026-09-04")[0] == 1
    other = tmp_path / "home" / "landing" / "creators" / "night=2026-09-01" / "day.csv"
    other.parent.mkdir(parents=True)
    other.touch()
    assert land(tmp_path, HISTORY, "--until", "2026-09-04")[0] == 1
    assert violations(tmp_path) == {}
