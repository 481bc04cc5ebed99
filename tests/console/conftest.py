from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from console.prepared import prepared
from console.serving import seen_by_all
from made_once import shared_home
from night.directly import decide
from night.installation import APPEALS, CONTENTS, CREATORS, VIOLATIONS, Installation

EARLIER, NIGHT = "2026-03-05", "2026-03-06"
# A name that a page may take for markup, a spreadsheet for a formula, and an address for another parameter.
HOSTILE = "=a<b>'\"&night=7"
# The creators of another market; the first has a strike, the second two, and so on.
ELSEWHERE = [f"elsewhere{n}" for n in range(1, 6)]
# A creator of each market, of whom it is known on the night of which lists are held what would restore them.
TRIED = ("a2", ELSEWHERE[4])


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights of two markets that are decided and released, of which the second takes a strike back."""
    return _copy(prepared("console", _decided), tmp_path_factory.mktemp("console"))


@pytest.fixture(scope="session")
def held_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with a list of each market held: one for what was corrected, one for a pack that mai changed."""
    return held_anew(tmp_path_factory.mktemp("held"))


def held_anew(folder: Path) -> Path:
    """A copy of it that no test has had before, of which nothing was opened since."""
    return _copy(prepared("console_held", _held), folder)


def _copy(made: Path, folder: Path) -> Path:
    return Path(shutil.copytree(made, folder / "home", symlinks=True))


def _decided(home: Path) -> None:
    shutil.copytree(shared_home(), home)
    here = Installation(home)
    violations = [
        *VIOLATIONS,
        ("v9", HOSTILE, "c9", "copyright", "b9", "2026-03-05"),
        ("v10", HOSTILE, "c9", "copyright", "b10", "2026-03-05"),
        *(
            (f"w{account}.{strike}", account, "", "copyright", "", f"2026-03-0{strike + 1}")
            for strikes, account in enumerate(ELSEWHERE, 1)
            for strike in range(strikes)
        ),
    ]
    creators = [*CREATORS, (HOSTILE, "world", "creator", "en", "2026-01-01")]
    here.land(
        EARLIER,
        creators=[*creators, *((account, "ID", "creator", "id", "2026-01-01") for account in ELSEWHERE)],
        contents=[*CONTENTS, ("c9", HOSTILE, "short_video", "2026-01-02")],
        violations=violations,
        appeals=[],
    )
    here.land(NIGHT, appeals=APPEALS)
    decide(home, EARLIER)
    decide(home, NIGHT)


def _held(home: Path) -> None:
    from console.held_night import hold, try_what_restores

    shutil.copytree(prepared("console", _decided), home, symlinks=True)
    hold(home)
    for account in TRIED:
        try_what_restores(home, account)


@pytest.fixture
def reader(home: Path) -> Iterator[TestClient]:
    """Somebody who may see the pages, at the installation's own machine."""
    yield from _reading(home)


@pytest.fixture
def nothing_released(tmp_path: Path) -> Iterator[TestClient]:
    """Somebody who opens the pages before the first night."""
    yield from _reading(tmp_path)


def _reading(home: Path) -> Iterator[TestClient]:
    with seen_by_all(home) as app:
        yield TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"})
