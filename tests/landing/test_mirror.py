"""A landing folder elsewhere: on a real HTTP server that is killed for real, and on a file system."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from evenhand.landing.files import FeedBroken
from evenhand.landing.load import load
from evenhand.landing.mirror import INDEX, mirror
from landing.feeds import creator, land, land_headers, night
from ports import free_port


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != INDEX
    }


@pytest.fixture
def there(tmp_path: Path) -> Path:
    folder = tmp_path / "there"
    land(folder, "creators", 1, [creator("A1")])
    land_headers(folder, 1, "contents", "violations", "appeals")
    return folder


def test_what_is_there_is_here_and_loads(there: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    assert mirror(f"file://{there}", here) == 4
    assert _files(here) == _files(there)
    assert load(tmp_path / "landed.duckdb", here, night(1)).rows["creators"] == 1


def test_only_what_changed_is_fetched_and_what_is_gone_is_removed(there: Path, tmp_path: Path) -> None:
    here, url = tmp_path / "here", f"file://{there}"
    mirror(url, here)
    assert mirror(url, here) == 0
    land(there, "creators", 2, [creator("A2")])
    changed = there / "appeals" / "night=2026-03-01" / "empty.csv"
    changed.write_text(changed.read_text() + "\n")
    os.utime(changed, (time.time() + 10, time.time() + 10))
    (there / "contents" / "night=2026-03-01" / "empty.csv").unlink()
    assert mirror(url, here) == 2
    assert _files(here) == _files(there)
    # What was lost here is fetched again, and what a kill left behind is removed.
    (here / "creators" / "night=2026-03-02" / "rows.csv").unlink()
    (here / "creators" / "night=2026-03-02" / "rows.csv.mirror.part").write_text("half")
    assert mirror(url, here) == 1
    assert _files(here) == _files(there)


def test_an_index_that_was_lost_costs_time_and_nothing_else(there: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    mirror(f"file://{there}", here)
    (here / INDEX).write_text("{")
    assert mirror(f"file://{there}", here) == 4
    assert _files(here) == _files(there)


@pytest.mark.parametrize("url", ["file://{tmp}/nowhere", "nosuchprotocol://x/y"])
def test_a_place_that_is_not_there_removes_nothing(there: Path, tmp_path: Path, url: str) -> None:
    here = tmp_path / "here"
    mirror(f"file://{there}", here)
    with pytest.raises(FeedBroken, match=r"left alone|nothing was removed"):
        mirror(url.format(tmp=tmp_path), here)
    assert _files(here) == _files(there)


def test_over_http_until_the_server_is_killed(there: Path, tmp_path: Path) -> None:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(there)],
        stderr=subprocess.DEVNULL,
    )
    here, url = tmp_path / "here", f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                httpx.get(url)
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        assert mirror(url, here) == 4
        assert _files(here) == _files(there)
    finally:
        server.kill()
        server.wait()
    with pytest.raises(FeedBroken, match=r"can't be read .*nothing was removed"):
        mirror(url, here)
    assert _files(here) == _files(there)
