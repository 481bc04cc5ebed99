"""A changed file of an earlier release is found by the next night, which reads what doesn't lie there as before."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from delivery.releases import publish_as_a_revision
from evenhand.cli import app
from evenhand.records.record_log import seal
from evenhand.release import older_releases
from evenhand.release.older_releases import NAME, TURNS, refuse_changed_before
from evenhand.release.verify import ReleaseChanged

FIRST, NEXT = date(2026, 3, 1), date(2026, 3, 9)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with five nights that were released, which have been looked at."""
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    monkeypatch.setattr(older_releases, "SETTLED_SECONDS", 0)
    for days in range(5):
        publish_as_a_revision(tmp_path, str(FIRST + timedelta(days)))
    seal(tmp_path)
    _look(tmp_path)
    return tmp_path


def _look(home: Path, night: date = NEXT) -> None:
    refuse_changed_before(home, home / "releases", night)


def _list(home: Path, night: date = FIRST) -> Path:
    return (home / "releases" / f"night={night}").resolve() / "penalties.parquet"


def _spoil(path: Path) -> bytes:
    """Change one byte, and have it be as long and as old as before."""
    was, before = path.stat(), path.read_bytes()
    path.write_bytes(before[:100] + bytes([before[100] ^ 1]) + before[101:])
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    return before


def test_a_file_that_is_as_long_and_as_old_as_before_is_found_until_it_is_brought_back(home: Path) -> None:
    before = _spoil(_list(home))
    for night in (NEXT, NEXT + timedelta(1)):
        with pytest.raises(ReleaseChanged, match=f"{_list(home)}: isn't what the manifest says. .*evenhand verify"):
            _look(home, night)
    # It is none of the nights before that.
    _look(home, FIRST)
    _list(home).write_bytes(before)
    _look(home)


def test_a_file_that_is_gone_is_found_until_two_persons_accept_that(home: Path) -> None:
    _list(home).unlink()
    with pytest.raises(ReleaseChanged, match=f"{_list(home)}: is gone"):
        _look(home)
    lost = ["--accept", "--by", "ann", "--approved-by", "bob", "--reason", "the disk was lost"]
    assert "now: 1 file." in CliRunner().invoke(app, ["verify", *lost]).output
    _look(home)


def test_several_are_counted_and_none_is_forgotten_for_another(home: Path) -> None:
    for days in (0, 3):
        _spoil(_list(home, FIRST + timedelta(days)))
    for _ in range(2):
        with pytest.raises(ReleaseChanged, match="and 1 more"):
            _look(home)


def test_an_old_night_that_is_decided_once_more_forgets_none_that_come_after_it(home: Path) -> None:
    before = (home / NAME).read_bytes()
    for days in (0, 2):
        _look(home, FIRST + timedelta(days))
        assert (home / NAME).read_bytes() == before


def test_what_leaves_no_trace_is_found_on_the_turn_of_its_night(home: Path) -> None:
    """As a disk that fails by itself: the file is otherwise, and lies there as it was looked at."""
    _look(home, FIRST + timedelta(1))
    _spoil(_list(home))
    known = (home / NAME).read_text()
    now, _ = older_releases._how_it_lies(_list(home).parent)
    then = older_releases._known(home / NAME)[f"night={FIRST}"]
    found = []
    for days in range(6, 6 + TURNS):
        (home / NAME).write_text(known.replace(then, now))
        try:
            _look(home, FIRST + timedelta(days))
        except ReleaseChanged:
            found.append(days)
    assert found == [TURNS]


def test_what_is_kept_of_it_is_ours_alone_and_can_be_deleted_or_damaged(home: Path) -> None:
    kept = home / NAME
    assert kept.stat().st_mode & 0o777 == 0o600
    before = kept.read_bytes()
    for content in (None, b"", b"[]", b"not json"):
        kept.unlink() if content is None else kept.write_bytes(content)
        _look(home)
        assert kept.read_bytes() == before
    _spoil(_list(home))
    kept.unlink()
    with pytest.raises(ReleaseChanged):
        _look(home)
