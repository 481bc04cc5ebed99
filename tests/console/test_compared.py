"""Rows that were compared, kept for the next page, and what two who ask for large lists at once write down."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from fastapi.testclient import TestClient

from console.conftest import NIGHT
from evenhand.console.compared import Compared


def test_the_same_is_written_once_and_what_was_looked_at_longest_ago_makes_place() -> None:
    kept, written = Compared(most=2), []

    def write(path: Path) -> None:
        written.append(path)
        path.write_text("x")

    first = kept.file("a", write)
    assert kept.file("a", write) == first
    second = kept.file("b", write)
    kept.file("a", write)
    third = kept.file("c", write)
    assert written == [first, second, third]
    assert [path.exists() for path in written] == [True, False, True]
    assert kept.file("b", write) not in (first, second, third)


def test_who_asks_for_the_same_waits_for_it_and_who_asks_for_another_does_not() -> None:
    kept, written = Compared(), []
    begun, may_end = Event(), Event()

    def slowly(path: Path) -> None:
        written.append(path)
        begun.set()
        assert may_end.wait(20)
        path.touch()

    with ThreadPoolExecutor() as threads:
        asked = [threads.submit(kept.file, "a", slowly)]
        try:
            assert begun.wait(20)
            asked += [threads.submit(kept.file, "a", slowly) for _ in range(3)]
            other = threads.submit(kept.file, "b", Path.touch).result(20)
            assert threads.submit(kept.file, "b", slowly).result(20) == other
            assert not any(each.done() for each in asked)
        finally:
            may_end.set()
        assert {each.result(20) for each in asked} == set(written)
    assert len(written) == 1


def test_who_waited_for_what_could_not_be_written_writes_it() -> None:
    kept = Compared()
    begun, may_end = Event(), Event()

    def fails(path: Path) -> None:
        begun.set()
        assert may_end.wait(20)
        raise OSError("the disk is full")

    with ThreadPoolExecutor() as threads:
        first = threads.submit(kept.file, "a", fails)
        assert begun.wait(20)
        second = threads.submit(kept.file, "a", Path.touch)
        may_end.set()
        assert second.result(20).exists()
        with pytest.raises(OSError, match="full"):
            first.result(20)


def test_what_could_not_be_written_is_tried_again() -> None:
    kept = Compared()

    def fails(path: Path) -> None:
        raise OSError("the disk is full")

    for _ in range(2):
        with pytest.raises(OSError, match="full"):
            kept.file("a", fails)
    assert kept.file("a", Path.touch).exists()


def test_what_was_cleared_away_is_written_anew() -> None:
    kept = Compared()
    for clear in (Path.unlink, lambda path: shutil.rmtree(path.parent)):
        clear(kept.file("a", Path.touch))
        assert kept.file("a", Path.touch).exists()


def test_a_comparison_is_the_same_when_it_is_asked_for_again(reader: TestClient) -> None:
    for query in ("", "&q=a", "&sort=-account_id", "&list=penalties"):
        once, again = (reader.get(f"/lists/against?night={NIGHT}{query}").text for _ in range(2))
        assert once == again
    rows = reader.get("/lists/against/csv").text
    assert rows == reader.get("/lists/against/csv").text
    assert len(rows.splitlines()) > 1


def test_lists_write_nothing_beside_where_the_process_runs(
    reader: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("evenhand.console.listing._MEMORY", "40MB")
    assert reader.get("/lists/rewards/csv").status_code == 200
    assert os.listdir(tmp_path) == []
