"""`evenhand summary` says programmes, zones, measures, stages and causes as pages do, and not by their keys."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.records.steps import keep, keep_complaint
from evenhand.release.manifest import HeldList, Manifest
from evenhand.sampling.night import Listed
from evenhand.settings import PROJECT, settings
from release.manifests import manifest_of

NIGHT = date(2026, 3, 5)
HELD = HeldList(
    list="penalties", market="ID", digest="d", changes=1, why=("9 of measure live_paused were added",), since=None,
    answer="", answered_by="", first_wave=0,
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a night that is released, in which accounts stand in zones and have penalties."""
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    revision = tmp_path / "releases" / "revisions" / "night=2026-03-05" / "0001"
    revision.mkdir(parents=True)
    (tmp_path / "releases" / "night=2026-03-05").symlink_to(revision)
    told = manifest_of(NIGHT, held_lists=(HELD,)).model_dump() | {
        "zones": (
            {"programme": "account_health", "zone": "good", "accounts": 1200},
            # A pack's own, that no catalogue knows; and what a terminal would take for its markup.
            {"programme": "my_points", "zone": "[bold]", "accounts": 3},
        ),
        "penalties": ({"measure": "live_paused", "new": 2, "kept": 1, "ended": 0},),
        "stages": ({"stage": "probation", "accounts": 2}, {"stage": "none", "accounts": 1}),
        # As an earlier version counted them, with what is held.
        "causes": ({"list": "penalties", "cause": "data", "added": 3, "removed": 0, "changed": 0},),
    }
    (revision / "manifest.json").write_text(Manifest.model_validate(told).named().text())
    with duckdb.connect() as connection:
        connection.execute(
            "copy (from (values ('penalties', 'ID', 'data', 'added', false),"
            " ('penalties', 'ID', 'data', 'added', true),"
            " ('penalties', 'world', 'data', 'added', false)) as t (list, market, cause, change, is_held))"
            f" to '{revision}/changes.parquet' (format parquet)"
        )
        connection.execute(
            "copy (select '' as metric, '' as market, '' as slice, '' as slice_value, 0.0 as figure, 0.0 as sample,"
            " false as is_enough, 0.0 as interval_low, 0.0 as interval_high, 'count' as unit, 0.0 as out_of limit 0)"
            f" to '{revision}/operational_metrics.parquet' (format parquet)"
        )
    return tmp_path


def test_keys_are_said_by_their_names(home: Path) -> None:
    done = CliRunner().invoke(app, ["summary"])
    assert done.exit_code == 0, done.output
    said = [" ".join(line.split()) for line in done.output.splitlines()]
    assert "Account health Good 1,200" in said
    assert "My points [bold] 3" in said
    assert "Live streaming paused 2 1 0" in said
    assert "penalties what landed 2 0 0" in said
    assert "Stages 2 probation, 1 no stage" in said
    assert "9 of measure live streaming paused were added" in said
    # What is typed stays what is typed.
    assert "Look: evenhand held 2026-03-05 --list penalties --market ID" in said


def test_what_was_drawn_for_review_is_said_and_what_was_left_out(home: Path) -> None:
    done = CliRunner().invoke(app, ["summary"])
    assert (done.exit_code, "Review" in done.output) == (0, False)
    drawn = Listed(60, 90, 4, ("MY",), without_decisions=1, too_large=2, without_views=1_500)
    keep(home / "nights" / "night=2026-03-05", "validate_lists", {"for_review": asdict(drawn)})
    done = CliRunner().invoke(app, ["summary"])
    assert (
        "Review 60 items drawn, 90 open, 4 left the list unanswered; 1 penalty not drawn, for want of a decision;"
        " 2 penalties not drawn, for too many decisions; 1,500 to draw from without views of their own; the draw of MY"
        " failed"
    ) in " ".join(done.output.split())


def test_without_english_words_it_says_so(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = tmp_path / "words"
    words.mkdir()
    (words / "id.po").write_text((PROJECT / "translations" / "id.po").read_text())
    monkeypatch.setenv("EVENHAND_TRANSLATIONS", str(words))
    done = CliRunner().invoke(app, ["summary"])
    assert (done.exit_code, "there are no words in en; there are id" in " ".join(done.output.split())) == (1, True)


def test_what_is_to_be_looked_at_is_said_as_it_is_called(home: Path) -> None:
    warning = "orders/night=2026-03-05/rows[final].csv: the word [/bold] does nothing"
    # Whoever lands a file can't have the summary say what they like.
    forged = "orders/night=2026-03-05/x\nNot decided ID: \u202eall is well.csv: it is passed over"
    keep(settings().work(NIGHT), "validate_feeds", {"warnings": [warning, forged]})
    done = CliRunner().invoke(app, ["summary"])
    assert done.exit_code == 0, done.output
    assert f"Look at {warning}" in done.output
    assert "Look at orders/night=2026-03-05/x\\u000aNot decided ID: \\u202eall is well.csv: it is passed" in done.output


def test_of_a_receiver_whose_last_delivery_failed_it_is_said_and_not_what_the_run_before_came_to(home: Path) -> None:
    work = settings().work(NIGHT)
    keep(work, "deliver_release", {"told": "sandbox: 1 applied"}, "sandbox")
    keep(work, "reconcile_receiver", {"told": "sandbox: they agree"}, "sandbox")
    keep_complaint(work, "deliver_release", "sandbox: 2 rejected [a]", "sandbox")
    done = CliRunner().invoke(app, ["summary"])
    assert "failed      sandbox: 2 rejected [a]\n  reconciled  sandbox: not reconciled yet\n" in done.output
    assert "they agree" not in done.output
    told = json.loads(CliRunner().invoke(app, ["summary", "--json"]).output)["receivers"]["sandbox"]
    assert told == {"delivered": "sandbox: 2 rejected [a]", "reconciled": None}
