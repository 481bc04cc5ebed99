"""What a run writes is for its own account; landing/ and lists are for those whom a setting names."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand.records.atomic_files import write_once
from evenhand.records.modes import UnknownReaders, close, for_readers, keep_private, mode_for_readers


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_private_process_writes_for_nobody_else_and_what_is_never_changed_cannot_be_written(tmp_path: Path) -> None:
    keep_private()
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    write_once(tmp_path / "approvals" / "0001.json", b"{}")
    found = {path.relative_to(tmp_path).as_posix(): _mode(path) for path in tmp_path.rglob("*")}
    assert found == {"folder": 0o700, "file": 0o600, "approvals": 0o700, "approvals/0001.json": 0o400}


@pytest.mark.parametrize(
    ("readers", "file", "folder", "home"),
    [("owner", 0o600, 0o700, 0o700), ("group", 0o640, 0o750, 0o710), ("all", 0o644, 0o755, 0o711)],
)
def test_the_setting_opens_what_is_meant_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readers: str, file: int, folder: int, home: int
) -> None:
    monkeypatch.setenv("EVENHAND_READERS", readers)
    keep_private()
    with for_readers():
        (tmp_path / "landing").mkdir()
        (tmp_path / "landing" / "rows.csv").write_text("x")
    close(tmp_path)
    assert mode_for_readers() == file
    assert [_mode(tmp_path / "landing" / "rows.csv"), _mode(tmp_path / "landing"), _mode(tmp_path)] == [
        file,
        folder,
        home,
    ]
    assert os.umask(0o022) == 0o077


def test_a_setting_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_READERS", "everybody")
    with pytest.raises(UnknownReaders, match="EVENHAND_READERS is 'everybody'; write owner, group, all"):
        keep_private()


def test_what_an_earlier_version_left_open_is_closed_and_links_and_lists_are_left(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in ("releases", "landing", "delivered"):
        (home / name).mkdir(parents=True)
    (home / "receipts.sqlite").write_text("x")
    (tmp_path / "elsewhere").mkdir()
    (home / "nights").symlink_to(tmp_path / "elsewhere")
    close(home)
    assert [_mode(home), _mode(home / "releases"), _mode(home / "receipts.sqlite")] == [0o700, 0o700, 0o600]
    assert {_mode(home / "landing"), _mode(home / "delivered"), _mode(tmp_path / "elsewhere")} == {0o755}
