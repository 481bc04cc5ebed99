"""What a night looks at of all that has landed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from evenhand.landing.contracts import CONTENTS, ORDERS, RECENT_NIGHTS
from evenhand.landing.load import load
from evenhand.landing.window import take
from landing.feeds import content, creator, land, landed, night, query, violation

LAST = night(2) + timedelta(days=RECENT_NIGHTS - 1)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "nights" / "it's a night" / "warehouse.duckdb"


@pytest.fixture
def store(landing: Path, store: Path) -> Path:
    land(landing, "creators", 1, [creator("A1")])
    land(landing, "contents", 1, [content("old", "A1"), content("old and in breach", "A1")])
    land(landing, "contents", 2, [content("just not too old", "A1")])
    land(landing, "violations", 2, [violation("V1", "A1", content_id="old and in breach")])
    load(store, landing, LAST + timedelta(days=5))
    return store


def _contents(store: Path, warehouse: Path, night: date) -> list[tuple[object, ...]]:
    take(store, warehouse, night)
    return landed(warehouse, "contents", "content_id")


def test_a_row_is_looked_at_for_some_nights_or_as_long_as_another_refers_to_it(store: Path, warehouse: Path) -> None:
    assert CONTENTS.looked_at_nights == ORDERS.looked_at_nights == RECENT_NIGHTS
    assert _contents(store, warehouse, LAST) == [("old and in breach",), ("just not too old",)]
    assert _contents(store, warehouse, LAST + timedelta(days=1)) == [("old and in breach",)]
    # Creators and violations are looked at for ever.
    assert landed(warehouse, "creators", "account_id") == [("A1",)]
    assert landed(warehouse, "violations", "violation_id") == [("V1",)]


def test_what_a_golden_item_is_of_is_looked_at_as_long_as_the_item(landing: Path, store: Path, warehouse: Path) -> None:
    of_live = {"account_id": "A1", "on_day": "2026-01-01", "minutes": "9", "interrupted": "no"}
    land(landing, "lives", 1, [{**of_live, "live_id": name} for name in ("an old live", "golden live")])
    golden = [("G1", "old"), ("G2", "golden live"), ("G3", "nothing that is known"), ("G4", "V1")]
    rows = [
        {"golden_id": name, "account_id": "A1", "subject": subject, "is_violation": "yes"} for name, subject in golden
    ]
    land(landing, "golden_items", 3, rows)
    load(store, landing, LAST + timedelta(days=5))
    # Its link is asked for on every night that draws it.
    assert _contents(store, warehouse, LAST + timedelta(days=3)) == [("old",), ("old and in breach",)]
    assert landed(warehouse, "lives", "live_id") == [("golden live",)]
    assert landed(warehouse, "violations", "violation_id") == [("V1",)]


def test_a_night_knows_nothing_that_landed_later(store: Path, warehouse: Path) -> None:
    assert _contents(store, warehouse, night(1)) == [("old",), ("old and in breach",)]
    assert landed(warehouse, "violations", "violation_id") == []
    assert query(warehouse, "select max(night), sum(rows) from landing.files") == [(night(1), 3)]


def test_taking_again_changes_nothing(store: Path, warehouse: Path) -> None:
    first = _contents(store, warehouse, night(2))
    assert _contents(store, warehouse, night(2)) == first
