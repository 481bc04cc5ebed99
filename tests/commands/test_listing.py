"""`evenhand nights`, `evenhand quarantine` and `evenhand --version`, on a home with one night that is released."""

from __future__ import annotations

import json
from datetime import date
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.landing.files import list_files
from evenhand.landing.kept import FOLDER, KeptFiles
from evenhand.release.manifest import ReleasedFile
from landing.feeds import land_headers, land_text
from release.manifests import manifest_of


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two nights have landed, and the first is released, in its second revision."""
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    for day in (5, 6):
        land_headers(tmp_path / "landing", day)
    revision = tmp_path / "releases" / "revisions" / "night=2026-03-05" / "0002"
    revision.mkdir(parents=True)
    (tmp_path / "releases" / "night=2026-03-05").symlink_to(revision)
    files = {
        f"{name}.parquet": ReleasedFile(rows=rows, sha256="x") for name, rows in (("penalties", 7), ("rewards", 3))
    }
    manifest = manifest_of(date(2026, 3, 5)).model_copy(update={"files": files, "format": 2})
    (revision / "manifest.json").write_text(manifest.named().text())
    of_violations, of_appeals = (f"{feed}/night=2026-03-05/a.csv" for feed in ("violations", "appeals"))
    # An empty line, and a value of two lines.
    land_text(tmp_path / "landing", "violations", 5, "violation_id,points\n\nv1,1e3\nv2,'\u200b'\n", name="a.csv")
    listed = list_files(tmp_path / "landing", date(2026, 3, 5), {}).files
    KeptFiles(tmp_path / FOLDER).keep([file for file in listed if file.name == of_violations])
    number = ("points", "points is a number", "Land a number.")
    a_day = ("decided_on", "decided_on is a day", "Land a day.")
    rows: list[tuple[object, ...]] = [
        ("violations", "v1", *number, of_violations, 1, None, "1e3", "1000"),
        ("violations", "v1", *a_day, of_violations, 1, None, None, None),
        # Of which the file has another row by now.
        ("violations", "v3", *number, of_violations, 2, None, "\u200b5\x1b", None),
        # Of an earlier version, which released what can name a person.
        ("violations", "v4", "", "the line can be read", "A quote is open.", of_violations, 4, 6, 'v4,"mia', None),
        ("violations", "v4", "decided_by", "it is text", "Land text.", of_violations, 4, 6, "mia", "mia"),
        ("appeals", None, "", "the line can be read", "A quote is open.", of_appeals, 3, 7, 'a1,"v1', None),
    ]
    with duckdb.connect() as connection:
        connection.execute(
            "create table quarantine (feed varchar, row_key varchar, column_name varchar, rule varchar, remedy varchar,"
            " landed_file varchar, landed_row bigint, line bigint, text varchar, meant varchar)"
        )
        connection.executemany(f"insert into quarantine values ({', '.join('?' * 10)})", rows)
        connection.execute(f"copy quarantine to '{revision}/quarantine.parquet' (format parquet)")
    return tmp_path


def _says(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.output


def test_nights_newest_first_with_what_is_released(home: Path) -> None:
    assert json.loads(_says("nights", "--json")) == [
        {"night": "2026-03-06", "landed": True, "released": False},
        {
            "night": "2026-03-05",
            "landed": True,
            "released": True,
            "revision": 2,
            "penalties": 7,
            "rewards": 3,
            "held": [],
        },
    ]
    lines = [" ".join(line.split()) for line in _says("nights").splitlines()]
    assert "2026-03-06 yes not decided" in lines
    assert "2026-03-05 yes 2 7 3" in lines


def test_the_quarantine_of_the_newest_night_and_of_a_feed(home: Path) -> None:
    assert _says("quarantine") == (
        "Violations: v1 (violations/night=2026-03-05/a.csv, row 1, line 3)\n"
        "  column points says `1e3`: points is a number. Land a number. Likely meant: `1000`.\n"
        "  column decided_on says nothing: decided_on is a day. Land a day.\n"
        "Violations: v3 (violations/night=2026-03-05/a.csv, row 2)\n"
        "  column points says `\\u200b5\\u001b`: points is a number. Land a number.\n"
        "Violations: v4 (violations/night=2026-03-05/a.csv, row 4, line 6)\n"
        "  the line isn't shown, for it can name who decided or reviewed: the line can be read. A quote is open.\n"
        "  column decided_by isn't shown, for it can name who decided or reviewed: it is text. Land text.\n"
        "Appeals: without a key (appeals/night=2026-03-05/a.csv, row 3, line 7)\n"
        '  the line says `a1,"v1`: the line can be read. A quote is open.\n'
        "4 in quarantine on night 2026-03-05.\n"
    )
    assert "3 in quarantine of violations on night 2026-03-05; 1 are shown, --limit shows more." in _says(
        "quarantine", "2026-03-05", "--feed", "violations", "--limit", "1"
    )
    rows = json.loads(_says("quarantine", "--json", "--feed", "violations"))
    assert [(row["row_key"], row["line"], row["meant"]) for row in rows] == [
        ("v1", 3, "1000"),
        ("v1", 3, None),
        ("v3", None, None),
        ("v4", 6, None),
        ("v4", 6, None),
    ]
    assert "mia" not in json.dumps(rows)


def test_a_feed_that_there_is_not_is_refused(home: Path) -> None:
    done = CliRunner().invoke(app, ["quarantine", "--feed", "violation"])
    assert done.exit_code == 1
    assert "there is no feed violation; there are creators, contents, lives, violations" in done.output


def test_the_version() -> None:
    assert _says("--version").strip() == f"evenhand {version('evenhand')}"
