from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand import local
from evenhand.settings import PROJECT, Settings
from night.installation import Installation


@pytest.fixture(scope="session")
def set_up_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with Airflow's metadata and the dbt manifest made; making them takes ten seconds."""
    home = tmp_path_factory.mktemp("set_up")
    local.set_up(Settings(PROJECT, home, PROJECT / "policies", PROJECT / "receivers.yml"))
    return home


@pytest.fixture
def installation(set_up_once: Path, tmp_path: Path) -> Iterator[Installation]:
    home = tmp_path / "home"
    shutil.copytree(set_up_once, home)
    installation = Installation(home)
    yield installation
    installation.stop()
