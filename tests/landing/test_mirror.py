"""A landing folder elsewhere: on a real HTTP server that is killed for real, and on a file system."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from evenhand.landing.files import NOT_FETCHED, FeedBroken
from evenhand.landing.load import load
from evenhand.landing.mirror import INDEX, end_mirroring, mirror
from landing.feeds import creator, land, land_headers, night
from landing.web import web
from ports import free_port


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in (INDEX, NOT_FETCHED)
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


def test_a_file_whose_place_is_an_empty_folder_here_is_fetched_again(there: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    mirror(f"file://{there}", here)
    rows = here / "creators" / "night=2026-03-01" / "rows.csv"
    rows.unlink()
    (rows / "deep").mkdir(parents=True)
    assert mirror(f"file://{there}", here) == 1
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
                httpx.get(url, verify=False)
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


@pytest.mark.parametrize(
    "link",
    [
        "%2Fetc%2Fowned.csv",
        "%2e%2e%2fowned.csv",
        "..%2Fowned.csv",
        "creators%2F..%2F..%2Fowned.csv",
        "creators/%2e%2e/%2e%2e/owned.csv",
        "%2F%2Fetc%2Fowned.csv",
        "owned%00.csv",
        "%2e%2e",
    ],
)
def test_a_web_servers_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, link: str) -> None:
    here = tmp_path / "home" / "landing"
    here.mkdir(parents=True)
    (here / "kept.csv").write_text("kept")
    before = _files(tmp_path)
    index = f'<a href="creators/">creators/</a><a href="good.csv">good</a><a href="{link}">bad</a>'
    pages = {"/landing": index, "/landing/": index, "/landing/creators/": ""}
    with web(pages) as url, pytest.raises(FeedBroken, match="nothing was fetched or removed") as refused:
        mirror(url, here)
    assert link.rstrip("/") in str(refused.value)
    assert _files(tmp_path) == before


def test_a_web_servers_quoted_names_are_read(tmp_path: Path) -> None:
    index = '<a href="a%20b%3D1.csv">x</a><a href="./c.csv">x</a><a href="../">up</a><a href="/elsewhere/d.csv">x</a>'
    with web({"/landing": index, "/landing/": index}) as url:
        assert mirror(url, tmp_path / "here") == 2
    assert sorted(_files(tmp_path / "here")) == ["a b=1.csv", "c.csv"]


def test_two_names_for_one_file_are_not_fetched_and_the_others_are(tmp_path: Path) -> None:
    index = '<a href="a%20b.csv">x</a><a href="a b.csv">x</a><a href="c.csv">x</a>'
    with web({"/landing": index, "/landing/": index}) as url:
        assert mirror(url, tmp_path / "here") == 1
    assert sorted(_files(tmp_path / "here")) == ["c.csv"]
    (why,) = json.loads((tmp_path / "here" / NOT_FETCHED).read_text()).values()
    assert "two files there have its name" in why


def test_a_file_that_cannot_be_fetched_again_is_not_what_it_was(tmp_path: Path) -> None:
    """What was fetched before isn't taken for what is there now: its rows count on, and its market is held."""
    landing, store = tmp_path / "landing", tmp_path / "home" / "landed.duckdb"
    land_headers(landing, 1)
    land(landing, "creators", 1, [creator("A1")], name="market=TH/rows.csv")
    load(store, landing, night(1))
    name = "creators/night=2026-03-01/market=TH/rows.csv"
    (landing / NOT_FETCHED).write_text(json.dumps({name: "it can't be fetched (no)"}))
    found = load(store, landing, night(1))
    assert found.unusable == {name: "it can't be fetched (no); what it was before counts"}
    assert found.rows["creators"] == 1
    end_mirroring(landing)
    assert not load(store, landing, night(1)).unusable


@pytest.mark.parametrize("place", ["file", "web", "web that says no length"])
def test_a_file_that_is_too_large_is_not_fetched_until_it_may_be(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was fetched of it before stays; the others are fetched all the same."""
    here, there = tmp_path / "here", tmp_path / "there"
    monkeypatch.setenv("EVENHAND_LARGEST_FILE_MB", "1")
    large = "x" * 1_000_001
    for folder, name, text in ((there, "large.csv", large), (there, "small.csv", "owned"), (here, "large.csv", "old")):
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    index = '<a href="large.csv">x</a><a href="small.csv">x</a>'
    pages = {"/landing": index, "/landing/": index, "/landing/large.csv": large}
    with web(pages, says_length="no length" not in place) as at_web:
        url = f"file://{there}" if place == "file" else at_web
        assert mirror(url, here) == 1
        assert _files(here) == {"large.csv": b"old", "small.csv": b"owned"}
        ((name, why),) = json.loads((here / NOT_FETCHED).read_text()).items()
        assert (name, why.partition(";")[0]) == ("large.csv", "it is larger than 1 MB, and isn't fetched")
        # Alone, it is no sign that the place can't be read.
        if place == "web":
            (there / "small.csv").unlink()
            pages["/landing"] = pages["/landing/"] = '<a href="large.csv">x</a>'
            assert mirror(url, here) == 0
        monkeypatch.setenv("EVENHAND_LARGEST_FILE_MB", "2")
        assert mirror(url, here)
        assert (here / "large.csv").read_text() == large


@pytest.mark.parametrize("link", ["creators", "creators/night=2026-03-01"])
def test_nothing_is_written_through_a_link_that_leads_out_of_the_folder(there: Path, tmp_path: Path, link: str) -> None:
    here, outside = tmp_path / "here", tmp_path / "outside"
    outside.mkdir()
    (here / link).parent.mkdir(parents=True)
    (here / link).symlink_to(outside)
    with pytest.raises(FeedBroken, match=f"{re.escape(str(here / 'creators'))}.* leads out of .* through a link"):
        mirror(f"file://{there}", here)
    assert not list(outside.iterdir())


def test_links_in_the_place_of_files_are_replaced_and_not_followed(there: Path, tmp_path: Path) -> None:
    here, outside = tmp_path / "here", tmp_path / "outside"
    mirror(f"file://{there}", here)
    outside.write_text("kept")
    rows = here / "creators" / "night=2026-03-01" / "rows.csv"
    rows.unlink()
    for link in (rows, rows.with_name("rows.csv.mirror.part"), here / f"{INDEX}.draft"):
        link.symlink_to(outside)
    (here / INDEX).unlink()
    mirror(f"file://{there}", here)
    assert outside.read_text() == "kept"
    assert _files(here) == _files(there)
    assert not rows.is_symlink()


def test_the_folder_itself_may_be_a_link(there: Path, tmp_path: Path) -> None:
    (tmp_path / "volume").mkdir()
    (tmp_path / "here").symlink_to(tmp_path / "volume")
    assert mirror(f"file://{there}", tmp_path / "here") == 4
