from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from made_once import one_at_a_time, shared_home
from night.installation import FIRST_NIGHT, Installation
from night.two_markets import land_two_markets


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An installation that is set up, has one pack, and in which nothing has landed."""
    home = tmp_path / "home"
    shutil.copytree(shared_home(), home)
    installation = Installation(home)
    installation.have_one_pack()
    yield installation
    installation.stop()


@pytest.fixture(scope="session")
def decided_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where the history has landed and its first night is decided and delivered: for reading and copying.

    Its one pack is in its folder `packs`. All workers of a run share it.
    """
    return _decided_once(tmp_path_factory, "one_market", _land_one_market)


@pytest.fixture(scope="session")
def two_decided_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of two markets, whose packs are in the home's folder `packs` and say the same."""
    return _decided_once(
        tmp_path_factory, "two_markets", lambda here: land_two_markets(here, here.home / "packs", FIRST_NIGHT)
    )


def _land_one_market(here: Installation) -> None:
    here.have_one_pack()
    here.land_history()


def _decided_once(factory: pytest.TempPathFactory, name: str, land: Callable[[Installation], None]) -> Path:
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"decided_{name}"
    with one_at_a_time(folder / "lock"):
        if not (folder / "home").exists():
            unfinished = folder / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            making = Installation(Path(shutil.copytree(shared_home(), unfinished)))
            land(making)
            making.directly(FIRST_NIGHT)
            making.stop()
            unfinished.rename(folder / "home")
    return folder / "home"


@pytest.fixture
def decided(decided_once: Path, tmp_path: Path) -> Iterator[Installation]:
    """An installation where the history has landed and its first night is decided and delivered."""
    installation = Installation.copy_of(decided_once, tmp_path)
    yield installation
    installation.stop()


@pytest.fixture
def two(two_decided_once: Path, tmp_path: Path) -> Iterator[Installation]:
    """The same of two markets, the world and the moon, whose packs are in the home's folder `packs`."""
    installation = Installation.copy_of(two_decided_once, tmp_path)
    yield installation
    installation.stop()
