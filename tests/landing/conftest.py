from __future__ import annotations

from pathlib import Path

import pytest

from landing.feeds import land_headers


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    """A landing folder with a file on the first of the month of each feed that would otherwise be missing."""
    folder = tmp_path / "landing"
    land_headers(folder, 1)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "home" / "landed.duckdb"
