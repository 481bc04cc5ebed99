"""Loading: what lands is kept as it is, and the store mirrors the folder.

Longer than other files, for its tests share what has landed.
"""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.landing import load as loading
from evenhand.landing import store as store_of
from evenhand.landing.contracts import BY_NAME, CREATORS, FEEDS, VIOLATIONS, Column
from evenhand.landing.files import FeedBroken
from evenhand.landing.load import load
from landing.feeds import (
    activity,
    content,
    creator,
    everything,
    land,
    land_headers,
    land_text,
    landed,
    night,
    query,
    violation,
)

HEADER = ",".join(CREATORS.names_in_every_file)


def test_text_is_kept_as_it_is(landing: Path, store: Path) -> None:
    values = ["007", " blank ", 'say "hi", twice', "two\nlines", "créatrice 主播", "NULL", "1e5", "#not a comment"]
    land(landing, "creators", 1, [creator(f"A{i}", market=value) for i, value in enumerate(values)])
    load(store, landing, night(1))
    assert landed(store, "creators", "market") == [(value,) for value in values]


@pytest.mark.parametrize("empty", ["", '""'])
def test_an_empty_text_is_no_value(landing: Path, store: Path, empty: str) -> None:
    land_text(landing, "creators", 1, f"{HEADER}\nA1,{empty},creator,en,2026-01-01\n")
    load(store, landing, night(1))
    assert landed(store, "creators", "account_id", "market") == [("A1", None)]


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\r\nA1,world,creator,en,2026-01-01\r\n",
        f"\ufeff{HEADER}\nA1,world,creator,en,2026-01-01",
        f"{HEADER}\n\nA1,world,creator,en,2026-01-01\n\n",
        f"{HEADER}\rA1,world,creator,en,2026-01-01\r",
        "onboarded_on,kind,account_id,language,market\n2026-01-01,creator,A1,en,world\n",
        '"account_id","market","kind","language","onboarded_on"\n"A1","world","creator","en","2026-01-01"\n',
    ],
    ids=["CRLF", "BOM and no line end", "blank lines", "CR", "another order", "all in quotes"],
)
def test_csv_comes_in_many_dresses(landing: Path, store: Path, text: str) -> None:
    land_text(landing, "creators", 1, text)
    load(store, landing, night(1))
    assert landed(store, "creators") == [("A1", "world", "creator", "en", "2026-01-01")]


def test_rows_know_their_night_file_and_number(landing: Path, store: Path) -> None:
    land(landing, "creators", 1, [creator("A1"), creator("A2")])
    land(landing, "creators", 2, [creator("A3")], name="b.csv")
    land(landing, "creators", 2, [creator("A4"), creator("A5")], name="a.csv")
    load(store, landing, night(2))
    assert landed(store, "creators", "landed_night", "landed_file", "landed_row", "account_id") == [
        (night(1), "creators/night=2026-03-01/rows.csv", 1, "A1"),
        (night(1), "creators/night=2026-03-01/rows.csv", 2, "A2"),
        (night(2), "creators/night=2026-03-02/a.csv", 1, "A4"),
        (night(2), "creators/night=2026-03-02/a.csv", 2, "A5"),
        (night(2), "creators/night=2026-03-02/b.csv", 1, "A3"),
    ]


def test_row_numbers_hold_in_a_file_that_is_read_by_many_threads(landing: Path, store: Path) -> None:
    filler = "x" * 200
    land(landing, "creators", 1, [creator(f"A{i}", market=filler) for i in range(1, 200_001)])
    load(store, landing, night(1))
    assert query(store, "select count(*) from landing.creators where account_id != 'A' || landed_row") == [(0,)]


def test_a_name_with_signs_of_a_pattern_is_one_file(landing: Path, store: Path) -> None:
    land(landing, "creators", 1, [creator("A1")], name="export[1].csv")
    land(landing, "creators", 1, [creator("A2")], name="it's * all?.csv")
    land(landing, "creators", 1, [creator("A3")], name="export1.csv")
    load(store, landing, night(1))
    assert landed(store, "creators", "landed_file", "account_id") == [
        ("creators/night=2026-03-01/export1.csv", "A3"),
        ("creators/night=2026-03-01/export[1].csv", "A1"),
        ("creators/night=2026-03-01/it's * all?.csv", "A2"),
    ]


def test_what_the_path_says_is_no_column(tmp_path: Path, store: Path) -> None:
    landing = tmp_path / "market=moon" / "kind=platform"
    land_headers(landing, 1)
    land(landing, "creators", 1, [creator("A1")])
    _parquet(landing / "creators" / "night=2026-03-01" / "rows.parquet", "'A2' as account_id, 'world' as market")
    load(store, landing, night(1))
    assert landed(store, "creators", "account_id", "market", "kind") == [
        ("A1", "world", "creator"),
        ("A2", "world", "creator"),
    ]


def test_marks_that_sources_leave_are_passed_over(landing: Path, store: Path) -> None:
    (landing / "_SUCCESS").touch()
    (landing / "creators" / ".DS_Store").touch()
    (landing / "creators" / "night=2026-03-01" / "_SUCCESS").touch()
    (landing / "creators" / "night=2026-03-01" / ".rows.parquet.crc").touch()
    assert load(store, landing, night(1)).rows["creators"] == 0


def test_parquet_with_dates_and_numbers(landing: Path, store: Path) -> None:
    folder = landing / "creators" / "night=2026-03-01"
    _parquet(folder / "a.parquet", "'007' as account_id, '' as market")
    _parquet(folder / "b.parquet", "8 as account_id, 'world' as market", onboarded="'2026-01-02'")
    _parquet(folder / "c.parquet", "'A9' as account_id, 'world' as market", onboarded="null")
    load(store, landing, night(1))
    assert landed(store, "creators", "landed_row", *CREATORS.names_in_every_file) == [
        (1, "007", None, "creator", "en", "2026-01-01"),
        (1, "8", "world", "creator", "en", "2026-01-02"),
        (1, "A9", "world", "creator", "en", None),
    ]


def test_a_column_that_may_be_absent_is_without_a_value_where_it_is(landing: Path, store: Path) -> None:
    folder = landing / "violations" / "night=2026-03-01"
    land(landing, "violations", 1, [violation("V1", "A1", severity="grave", points="2.50")], name="a.csv")
    header = ",".join(VIOLATIONS.names_in_every_file)
    land_text(landing, "violations", 1, f"{header}\nV2,A1,,copyright,,2026-01-01\n", name="b.csv")
    land_text(landing, "violations", 1, f"points,{header}\n3,V3,A1,,copyright,,2026-01-01\n", name="c.csv")
    _violations(folder / "d.parquet", "'V4' as violation_id")
    _violations(folder / "e.parquet", "'V5' as violation_id, 'light' as severity")
    load(store, landing, night(1))
    assert landed(store, "violations", "violation_id", "decided_on", "severity", "points") == [
        ("V1", "2026-01-01", "grave", "2.50"),
        ("V2", "2026-01-01", None, None),
        ("V3", "2026-01-01", None, "3"),
        ("V4", "2026-01-01", None, None),
        ("V5", "2026-01-01", "light", None),
    ]


def test_numbers_of_parquet_are_read_as_they_are_whatever_lands_beside_them(
    landing: Path, store: Path, tmp_path: Path
) -> None:
    folder = landing / "violations" / "night=2026-03-01"
    for name, points in {
        "a": "7",
        "b": "7.5::double",
        "c": "99999999999999.9999::decimal(18, 4)",
        "d": "'7.50'",
        "e": "0.1::float",
        "f": "null::double",
        "g": "'nan'::double",
        "h": "2::decimal(9, 1)",
    }.items():
        _violations(folder / f"{name}.parquet", f"'{name}' as violation_id, {points} as points")
    load(store, landing, night(1))
    assert landed(store, "violations", "violation_id", "points") == [
        ("a", "7"),
        ("b", "7.5"),
        ("c", "99999999999999.9999"),
        ("d", "7.50"),
        ("e", "0.1"),
        ("f", None),
        ("g", "nan"),
        ("h", "2.0"),
    ]


def test_a_feed_that_never_landed(tmp_path: Path, store: Path) -> None:
    landing = tmp_path / "landing"
    land_headers(landing, 1, "creators", "contents", "violations")
    land_headers(landing, 2)
    _stops(store, landing, "landing/appeals: no file had landed by 2026-03-01", "header alone")
    assert load(store, landing, night(2)).rows["appeals"] == 0


def test_a_feed_that_may_be_absent_has_no_rows_until_it_lands(landing: Path, store: Path) -> None:
    assert load(store, landing, night(1)).rows["activities"] == 0
    land(landing, "activities", 2, [activity("D1", "A1", quantity="3")])
    assert load(store, landing, night(2)).rows["activities"] == 1
    assert landed(store, "activities", "activity_id", "quantity", "subject") == [("D1", "3", None)]
    assert load(store, landing, night(1)).rows["activities"] == 0


def test_feeds_that_may_be_absent_are_not_all_that_a_night_needs(tmp_path: Path, store: Path) -> None:
    landing = tmp_path / "landing"
    land_headers(landing, 1, "activities", "metrics")
    _stops(store, landing, "landing/creators and ", "landing/appeals: no file had landed by 2026-03-01")


def test_nothing_landed_by_the_night(landing: Path, store: Path, tmp_path: Path) -> None:
    with pytest.raises(FeedBroken, match="the first night with input is 2026-03-01"):
        load(store, landing, date(2026, 2, 28))
    with pytest.raises(FeedBroken, match="no night with input at all"):
        load(store, tmp_path / "nowhere", night(1))


def test_a_failure_leaves_the_store_as_it_was(landing: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    land(landing, "contents", 1, [content("C1", "A1")])
    load(store, landing, night(1))
    before = everything(store)
    land(landing, "contents", 1, [content("C2", "A1")])
    with monkeypatch.context() as full:
        full.setattr(loading, "_rows_by", _no_space_left)
        with pytest.raises(OSError, match="No space left"):
            load(store, landing, night(1))
    assert everything(store) == before
    load(store, landing, night(1))
    assert landed(store, "contents", "content_id") == [("C2",)]


def _no_space_left(*_: object) -> int:
    raise OSError("No space left on device")


def test_a_second_loading_changes_nothing(landing: Path, store: Path) -> None:
    land(landing, "creators", 1, [creator("A1")])
    first = load(store, landing, night(1))
    before = everything(store)
    second = load(store, landing, night(1))
    assert (first.new_files["creators"], second.new_files["creators"]) == (2, 0)
    assert first.rows == second.rows == {contract.feed: 0 for contract in FEEDS} | {"creators": 1}
    assert everything(store) == before


def test_a_file_that_changed_is_loaded_again_and_one_that_is_gone_counts_on(landing: Path, store: Path) -> None:
    land(landing, "creators", 1, [creator("A1"), creator("A2")])
    gone = land(landing, "creators", 1, [creator("A3")], name="gone.csv")
    load(store, landing, night(1))
    land(landing, "creators", 1, [creator("A1", market="moon")])
    gone.unlink()
    assert load(store, landing, night(1)).new_files["creators"] == 1
    assert landed(store, "creators", "account_id", "market") == [("A3", "world"), ("A1", "moon")]


def test_an_earlier_night_after_a_later_one(landing: Path, store: Path) -> None:
    land(landing, "creators", 1, [creator("A1")])
    load(store, landing, night(1))
    later = land(landing, "creators", 3, [creator("A3")])
    assert load(store, landing, night(3)).rows["creators"] == 2
    # What landed later is out of this night's sight: neither counted nor, though it is gone, touched.
    later.unlink()
    land(landing, "creators", 2, [creator("A2")])
    arrivals = load(store, landing, night(2))
    assert (arrivals.new_files["creators"], arrivals.rows["creators"]) == (1, 2)
    assert landed(store, "creators", "account_id") == [("A1",), ("A2",), ("A3",)]
    load(store, landing, night(3))
    # In the same home, from what is kept.
    load(store.with_name("other.duckdb"), landing, night(3))
    assert everything(store) == everything(store.with_name("other.duckdb"))


def test_a_contract_that_changed_loads_everything_anew(
    landing: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(landing, "creators", 1, [creator("A1")])
    load(store, landing, night(1))
    wider = dataclasses.replace(CREATORS, own_columns=(*CREATORS.own_columns, Column("tier", "The tier.")))
    monkeypatch.setattr(loading, "FEEDS", (wider, *FEEDS[1:]))
    monkeypatch.setattr(store_of, "FEEDS", (wider, *FEEDS[1:]))
    monkeypatch.setitem(BY_NAME, "creators", wider)
    land_headers(landing, 1, "creators")
    land(landing, "creators", 1, [creator("A1", tier="gold")])
    load(store, landing, night(1))
    assert landed(store, "creators", "account_id", "tier") == [("A1", "gold")]


def _stops(store: Path, landing: Path, *said: str) -> None:
    with pytest.raises(FeedBroken) as error:
        load(store, landing, night(1))
    for part in said:
        assert part.lower() in str(error.value).lower()
    if store.exists():
        assert query(store, "select * from duckdb_tables()") == []


def _parquet(path: Path, key_and_market: str, onboarded: str = "date '2026-01-01'", rows: int = 1) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select {key_and_market}, 'creator' as kind, 'en' as language, {onboarded} as onboarded_on"
            f" from range({rows}) as t (i)) to '{path}' (format parquet)"
        )


def _violations(path: Path, key_and_more: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select {key_and_more}, 'A1' as account_id, '' as content_id, 'copyright' as violation_type,"
            f" '' as batch_id, date '2026-01-01' as decided_on) to '{path}' (format parquet)"
        )


def test_files_may_lie_in_folders_of_a_night(landing: Path, store: Path) -> None:
    land(landing, "creators", 2, [creator("A1")], name="market=ID/rows.csv")
    land(landing, "creators", 2, [creator("A2")], name="market=VN/rows.csv")
    load(store, landing, night(2))
    assert landed(store, "creators", "landed_file", "account_id") == [
        ("creators/night=2026-03-02/market=ID/rows.csv", "A1"),
        ("creators/night=2026-03-02/market=VN/rows.csv", "A2"),
    ]
