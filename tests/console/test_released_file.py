"""A page gives out no file of a release that isn't what was released."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from fastapi import HTTPException

from delivery.releases import penalty, publish
from evenhand.console.app import released_file

NIGHT = date(2026, 3, 1)


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    publish(tmp_path, str(NIGHT), penalties=[penalty("a1")])
    return tmp_path / "releases" / f"night={NIGHT}"


def test_a_file_that_is_what_was_released_is_given_out(release: Path) -> None:
    assert released_file(NIGHT, "penalties.parquet") == release.resolve() / "penalties.parquet"


@pytest.mark.parametrize("changed", ["penalties.parquet", "manifest.json"])
def test_one_that_was_changed_is_not(release: Path, changed: str) -> None:
    path = release.resolve() / changed
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content.replace(b"2026", b"2025") if changed == "manifest.json" else content[:-4] + b"xxxx")
    with pytest.raises(HTTPException) as refused:
        released_file(NIGHT, "penalties.parquet")
    assert (refused.value.status_code, str(path) in refused.value.detail) == (409, True)
    # What is as it was is still given out, where the manifest says so.
    if changed != "manifest.json":
        assert released_file(NIGHT, "rewards.parquet") == release.resolve() / "rewards.parquet"
