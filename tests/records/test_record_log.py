"""What was written once and is otherwise or gone is found, whoever did it, until two persons accept it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.delivery.stopping import resume, stop
from evenhand.records.persons import Person, PersonRefused
from evenhand.records.record_log import NAME, RecordsBroken, accept, refuse_troubles, released_at, seal, troubles
from evenhand.release.manifest import FORMAT
from release.manifests import manifest_of

ANN, BOB = Person("ann", False), Person("bob", False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two revisions of a release, and deliveries that were stopped and resumed."""
    for number in (1, 2):
        folder = tmp_path / f"releases/revisions/night=2026-03-01/000{number}"
        folder.mkdir(parents=True)
        manifest = manifest_of(date(2026, 3, 1)).model_copy(update={"format": FORMAT, "told_before": str(number)})
        (folder / "manifest.json").write_text(manifest.named().text())
    seal(tmp_path)
    stop(tmp_path, ANN, "drill")
    resume(tmp_path, ANN, BOB, "it is over")
    assert troubles(tmp_path) == []
    return tmp_path


KEPT = ("releases/revisions/night=2026-03-01/0001/manifest.json", "stops/0001.json", "stops/0002.json")


@pytest.mark.parametrize("path", KEPT)
@pytest.mark.parametrize("change", ["changed", "deleted"])
def test_a_changed_or_deleted_record_stops_the_next_night_until_two_persons_accept_it(
    path: str, change: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(home))
    before = (home / path).read_bytes()
    (home / path).unlink()
    if change == "changed":
        (home / path).write_bytes(before.replace(b"2026", b"2025"))
    (found,) = troubles(home)
    assert str(found) == f"{path} " + ("is gone" if change == "deleted" else "isn't what was written")
    with pytest.raises(RecordsBroken, match=path):
        refuse_troubles(home)
    told = CliRunner().invoke(app, ["verify"])
    assert (told.exit_code, str(home / path) in told.output) == (1, True)

    with pytest.raises(PersonRefused):
        accept(home, [found], ANN, Person("Ann ", False), "alone")
    assert troubles(home)
    said = ["verify", "--accept", "--by", "ann", "--approved-by", "bob", "--reason", "the disk was lost"]
    assert CliRunner().invoke(app, said).exit_code == 0
    refuse_troubles(home)
    (line,) = [json.loads(row) for row in (home / NAME).read_text().splitlines() if "the disk was lost" in row]
    assert (line["path"], line["accepted_by"]["name"], line["approved_by"]["name"]) == (path, "ann", "bob")
    # What was accepted is what is there now, and nothing else.
    (home / path).unlink(missing_ok=True)
    (home / path).write_bytes(b"something else")
    assert [each.path for each in troubles(home)] == [path]


def test_a_line_that_was_changed_or_taken_out_breaks_the_chain(home: Path) -> None:
    lines = (home / NAME).read_text().splitlines(keepends=True)
    for spoilt in (lines[:1] + lines[2:], [lines[0].replace("0001", "0002"), *lines[1:]], ["rubbish\n", *lines[1:]]):
        (home / NAME).write_text("".join(spoilt))
        assert any(each.path.startswith(f"{NAME} line") for each in troubles(home))
    (home / NAME).write_text("".join(lines))
    assert troubles(home) == []


def test_a_log_that_is_gone_is_missed_where_there_was_one(home: Path) -> None:
    (home / NAME).unlink()
    with pytest.raises(RecordsBroken, match=f"{NAME}: is gone"):
        refuse_troubles(home)


def test_a_home_of_the_version_before_begins_its_log_with_what_it_has(home: Path) -> None:
    (home / NAME).unlink()
    for path in home.glob("releases/revisions/*/*/manifest.json"):
        content = json.loads(path.read_text())
        del content["format"]
        path.unlink()
        path.write_text(json.dumps(content))
    refuse_troubles(home)
    assert seal(home) == 4
    assert seal(home) == 0
    shutil.rmtree(home / "stops")
    assert [each.what for each in troubles(home)] == ["is gone", "is gone"]


def test_a_line_that_a_kill_cut_short_is_said_again(home: Path) -> None:
    whole = (home / NAME).read_bytes()
    for length in range(len(whole) - 1, whole.rstrip(b"\n").rfind(b"\n"), -7):
        (home / NAME).write_bytes(whole[:length])
        refuse_troubles(home)
        assert seal(home) == 1
        assert [json.loads(row)["path"] for row in (home / NAME).read_text().splitlines()] == [
            json.loads(row)["path"] for row in whole.splitlines()
        ]
        assert troubles(home) == []


def test_many_at_once_write_a_whole_chain(tmp_path: Path) -> None:
    """Some of them are killed."""
    code = (
        "import sys; from pathlib import Path; from evenhand.delivery.stopping import stop;"
        "from evenhand.records.persons import Person\n"
        "while True: stop(Path(sys.argv[1]), Person(sys.argv[2], False), 'again')"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), f"w{number}"], env=dict(os.environ))
        for number in range(3)
    ]
    try:
        while len(list((tmp_path / "stops").glob("[0-9]*.json"))) < 60:
            assert all(each.poll() is None for each in writers)
    finally:
        for each in writers:
            each.send_signal(signal.SIGKILL)
            each.wait()
    refuse_troubles(tmp_path)
    seal(tmp_path)
    assert troubles(tmp_path) == []
    named = [json.loads(row)["path"] for row in (tmp_path / NAME).read_text().splitlines()]
    there = [f"stops/{path.name}" for path in (tmp_path / "stops").glob("[0-9]*.json")]
    assert sorted(named) == sorted(there)


def test_when_a_night_was_released_is_known_whatever_became_of_its_file(home: Path) -> None:
    lines = [json.loads(line) for line in (home / NAME).read_text().splitlines()]
    at = {line["path"]: datetime.fromisoformat(line["at"]) for line in lines}
    os.utime(home / KEPT[0], (2_000_000_000, 2_000_000_000))
    assert released_at(home, date(2026, 3, 1), "0001") == at[KEPT[0]]
    assert released_at(home, date(2026, 3, 1), "0003") is None
    assert released_at(home / "elsewhere", date(2026, 3, 1), "0001") is None
