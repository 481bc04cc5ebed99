"""What is dear is looked at before anybody asks, and what is looked up for a page is looked up once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import get_native_id

import pytest
from fastapi.testclient import TestClient

from console.conftest import NIGHT
from evenhand.console import listing, made_reports, values, warming
from evenhand.notices.catalogs import Catalogs


def test_who_asks_after_it_finds_what_is_dear_done(reader: TestClient, home: Path) -> None:
    assert warming.warm() == (home / "releases" / f"night={NIGHT}").resolve()
    counted, made = listing._choices_of.cache_info().misses, made_reports._made.cache_info().misses
    for address in ("/lists/penalties", "/lists/against", "/lists/health", "/reports/night", "/reports/week"):
        assert reader.get(address).status_code == 200, address
    assert (listing._choices_of.cache_info().misses, made_reports._made.cache_info().misses) == (counted, made)


@pytest.mark.usefixtures("nothing_released")
def test_before_the_first_night_there_is_nothing_to_look_at() -> None:
    assert warming.warm() is None


def test_it_never_has_less_of_the_processor_while_it_holds_what_pages_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[int] = []

    def looks() -> None:
        found.append(os.getpriority(os.PRIO_PROCESS, get_native_id()))
        # Ends the thread.
        raise SystemExit

    monkeypatch.setattr(warming, "_newest_folder", lambda: Path("newest"))
    monkeypatch.setattr(warming, "warm", looks)
    with ThreadPoolExecutor() as threads, pytest.raises(SystemExit):
        threads.submit(warming._keep_warm).result(20)
    assert found == [os.getpriority(os.PRIO_PROCESS, 0)]


def test_what_cannot_be_looked_at_stops_nothing_and_is_told_to_who_asks(
    reader: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(warming, "find", fails)
    monkeypatch.setattr(warming, "made", fails)
    assert warming.warm()
    assert reader.get("/lists/penalties").status_code == 200


def test_catalogues_are_looked_for_once_for_a_page(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Path] = []
    of = values._catalogs_of

    def noted(folder: Path, changed: int) -> Catalogs:
        looked.append(folder)
        return of(folder, changed)

    monkeypatch.setattr(values, "_catalogs_of", noted)
    assert reader.get("/lists/penalties").status_code == 200
    # In the reader's language, and in English for sentences that are told in it alone.
    assert 1 <= len(looked) <= 2
