"""Nobody downloads what an item stands for while its reviewers are asked about it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from fastapi import HTTPException

from evenhand.console.app import release_file, release_file_as_csv
from evenhand.console.seen import Markets, see
from evenhand.console.shown import shown
from sampling.nights import FIRST, Nights


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nights]:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    nights = Nights(tmp_path)
    nights.files["penalties.parquet"] = (
        "select 'r1' as row_key, 'a1' as account_id, 'SG' as market, 'm' as measure where false"
    )
    nights.release(0)
    for item, round_ in nights.of("qa_keys.parquet", 0, "item_id, round"):
        if round_ == 1:
            nights.answer(item, 1)
    nights.release(1)
    yield nights


def downloaded(day: int) -> set[str]:
    response = release_file(FIRST + timedelta(days=day), "qa_keys.parquet")
    told = duckdb.sql(f"select item_id from '{response.path}'").fetchall()
    Path(response.path).unlink()
    return {item for (item,) in told}


async def csv_of(day: int) -> str:
    response = release_file_as_csv(FIRST + timedelta(days=day), "qa_keys")
    return "".join([str(part) async for part in response.body_iterator])


@pytest.mark.parametrize("markets", [None, frozenset({"SG"})])
def test_keys_of_open_items_are_in_no_download(nights: Nights, markets: Markets) -> None:
    """Nine were answered; the second review of one of them is open still, so that its own key is not told either."""
    see(markets)
    assert downloaded(0) == set()
    assert len(downloaded(1)) == 8
    found = shown(FIRST + timedelta(days=1))
    assert found
    assert duckdb.sql(f"select count(*) from {found.rows('qa_keys')}").fetchall() == [(8,)]
    assert asyncio.run(csv_of(1)).count("reviewed") == 8


def test_a_night_of_an_earlier_version_in_between_says_nothing_of_what_is_open(nights: Nights) -> None:
    """Of night 2 nothing is open any more; night 3 has no keys, so that night 1 is told by those of night 2."""
    for item in nights.items(1):
        nights.answer(item, 2)
    nights.release(2)
    assert len(downloaded(1)) == 9
    nights.files = {}
    nights.release(3)
    assert len(downloaded(1)) == 9


def test_other_markets_see_none(nights: Nights) -> None:
    see(frozenset({"MY"}))
    assert downloaded(1) == set()
    with pytest.raises(HTTPException):
        release_file(FIRST, "qa_items.parquet")
