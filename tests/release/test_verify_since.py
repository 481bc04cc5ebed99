"""A release that is read again and again is read whole once, and whatever anybody does to a file of it is found."""

from __future__ import annotations

import os
import shutil
import time
from datetime import date
from pathlib import Path

import pytest

from delivery.releases import penalty, publish
from evenhand.release import verify
from evenhand.release.verify import ReleaseChanged, refuse_changed_since, troubles_since

NIGHT = date(2026, 3, 1)


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that was written a while ago, as far as its files say."""
    publish(tmp_path, str(NIGHT), penalties=[penalty("a1")])
    monkeypatch.setattr(verify, "SETTLED_SECONDS", 0)
    return (tmp_path / "releases" / f"night={NIGHT}").resolve()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The files that were read, each time one was."""
    found: list[set[str]] = []
    whole = verify.release_troubles

    def noted(folder: Path, only: set[str]) -> list[tuple[Path, str]]:
        found.append(only)
        return whole(folder, only)

    monkeypatch.setattr(verify, "release_troubles", noted)
    return found


def _unchanged_time(path: Path, content: bytes) -> None:
    """Write a file so that its length and the time of writing stay, as somebody does who hides it."""
    was = path.stat()
    path.chmod(0o600)
    path.write_bytes(content)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


def test_a_file_that_nobody_touched_is_read_once(release: Path, read: list[set[str]]) -> None:
    for _ in range(3):
        refuse_changed_since(release, ["penalties.parquet", "rewards.parquet"])
    assert read == [{"penalties.parquet"}, {"rewards.parquet"}]


@pytest.mark.parametrize("changed", ["penalties.parquet", "manifest.json"])
def test_one_that_is_changed_is_found_also_where_its_length_and_time_stay_and_mended_it_is_whole_again(
    release: Path, changed: str
) -> None:
    refuse_changed_since(release, ["penalties.parquet"])
    path = release / changed
    content = path.read_bytes()
    time.sleep(0.02)
    _unchanged_time(
        path, content.replace(b"2026", b"2025", 1) if changed == "manifest.json" else content[:-4] + b"xxxx"
    )
    assert path.stat().st_size == len(content)
    with pytest.raises(ReleaseChanged, match=changed):
        refuse_changed_since(release, ["penalties.parquet"])
    time.sleep(0.02)
    _unchanged_time(path, content)
    refuse_changed_since(release, ["penalties.parquet"])


def test_one_that_is_gone_put_in_its_place_or_never_was_there_is_found(release: Path) -> None:
    refuse_changed_since(release, ["penalties.parquet"])
    path, aside = release / "penalties.parquet", release / "aside"
    path.rename(aside)
    with pytest.raises(ReleaseChanged, match="is gone"):
        refuse_changed_since(release, ["penalties.parquet"])
    shutil.copy2(release / "rewards.parquet", path)
    with pytest.raises(ReleaseChanged, match="isn't what the manifest says"):
        refuse_changed_since(release, ["penalties.parquet"])
    aside.replace(path)
    refuse_changed_since(release, ["penalties.parquet"])
    with pytest.raises(ReleaseChanged, match="isn't in the manifest"):
        refuse_changed_since(release, ["nothing.parquet"])
    (release / "manifest.json").unlink()
    with pytest.raises(ReleaseChanged, match="is gone"):
        refuse_changed_since(release, [])


def test_what_was_changed_just_now_is_read_each_time(
    release: Path, read: list[set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "SETTLED_SECONDS", 60)
    for _ in range(3):
        assert troubles_since(release, "penalties.parquet") == ()
    assert len(read) == 3
