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
from evenhand.release.manifest import ReleasedFile
from landing.feeds import land_headers
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
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select * from (values ('violations', 'v1', 1), ('violations', 'v2', 2), ('appeals', null, 3))"
            " as rows (feed, row_key, landed_row), (select 'a.csv' as landed_file, 'points' as column_name,"
            " 'points is a number' as rule, 'Land it again.' as remedy))"
            f" to '{revision}/quarantine.parquet' (format parquet)"
        )
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
    said = _says("quarantine")
    assert "appeals without a key: a.csv, row 3, column points" in said
    assert "points is a number. Land it again." in said
    assert "3 in quarantine on night 2026-03-05." in said
    assert "2 in quarantine of violations on night 2026-03-05; 1 are shown, --limit shows more." in _says(
        "quarantine", "2026-03-05", "--feed", "violations", "--limit", "1"
    )
    assert [row["row_key"] for row in json.loads(_says("quarantine", "--json", "--feed", "violations"))] == ["v1", "v2"]


def test_a_feed_that_there_is_not_is_refused(home: Path) -> None:
    done = CliRunner().invoke(app, ["quarantine", "--feed", "violation"])
    assert done.exit_code == 1
    assert "there is no feed violation; there are creators, contents, lives, violations" in done.output


def test_the_version() -> None:
    assert _says("--version").strip() == f"evenhand {version('evenhand')}"
