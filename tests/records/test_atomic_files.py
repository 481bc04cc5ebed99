"""What is on disk, or isn't, when a disk fails."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from evenhand.records.atomic_files import write_once
from evenhand.tasks import alerts


@pytest.fixture()
def no_folder_is_synced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails as soon as a folder is to be brought to it."""
    sync = os.fsync

    def fails(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fails)


@pytest.mark.usefixtures("no_folder_is_synced")
def test_what_could_not_be_brought_to_disk_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Input/output error"):
        write_once(tmp_path / "mark", b"x")
    assert list(tmp_path.iterdir()) == []


def test_marks_of_which_one_cannot_be_taken_back_leave_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is another reason told than the first."""
    marks = [tmp_path / name for name in ("first", "second", "third")]

    def write(path: Path, content: bytes) -> bool:
        if path == marks[-1]:
            marks[0].unlink()
            marks[0].mkdir()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write_once(path, content)

    monkeypatch.setattr(alerts, "write_once", write)
    with pytest.raises(OSError, match="No space left"):
        alerts._claim(marks)
    assert [path.name for path in tmp_path.iterdir()] == ["first"]
