from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from made_once import shared_home
from night.installation import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An installation that is set up and in which nothing has landed."""
    home = tmp_path / "home"
    shutil.copytree(shared_home(), home)
    installation = Installation(home)
    yield installation
    installation.stop()
