"""Names whose letters come apart, links to folders, and folders of nights that nothing landed in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from unicodedata import normalize

import pytest

from evenhand.landing.decisions import FileDecision, forgotten
from evenhand.landing.files import nights
from evenhand.landing.load import load
from evenhand.landing.window import take
from evenhand.records.persons import Person
from landing.feeds import content, creator, land, landed, night, query, violation

COMPOSED, APART = normalize("NFC", "Café-é"), normalize("NFD", "Café-é")
assert COMPOSED != APART


def test_a_file_that_macos_wrote_is_the_file_that_another_system_wrote(landing: Path, store: Path) -> None:
    first = land(landing, "creators", 1, [creator("A1"), creator("A2")], name=f"{APART}.csv")
    load(store, landing, night(1))
    first.unlink()
    land(landing, "creators", 1, [creator("A1"), creator("A3")], name=f"{COMPOSED}.csv")
    found = load(store, landing, night(1))
    assert found.new_files["creators"] == 1
    assert landed(store, "creators", "account_id") == [("A1",), ("A3",)]
    assert query(store, "from landing.vanished") == []
    assert query(store, "select landed_file from landing.files where rows = 2") == [
        (f"creators/night=2026-03-01/{COMPOSED}.csv",)
    ]


def test_two_files_whose_names_look_alike_both_load(landing: Path, store: Path) -> None:
    land(landing, "creators", 1, [creator("A1")], name=f"{APART}.csv")
    land(landing, "creators", 1, [creator("A2")], name=f"{COMPOSED}.csv")
    assert not load(store, landing, night(1)).unusable
    assert landed(store, "creators", "account_id") == [("A1",), ("A2",)]


def test_a_file_is_replaced_by_one_whose_keys_are_composed_otherwise(landing: Path, store: Path) -> None:
    land(landing, "creators", 1, [creator(f"{APART}{n}") for n in range(40)])
    load(store, landing, night(1))
    land(landing, "creators", 1, [creator(f"{COMPOSED}{n}") for n in range(40)])
    assert not load(store, landing, night(1)).unusable


def test_whose_rows_a_file_has_is_known_however_its_accounts_are_composed(landing: Path, store: Path) -> None:
    land(landing, "creators", 1, [creator(COMPOSED, market="TH")])
    land(landing, "violations", 2, [violation("V1", APART), violation("V2", COMPOSED)])
    load(store, landing, night(2))
    assert query(store, "select market, rows from landing.arrived where feed = 'violations'") == [("TH", 2)]


def test_what_is_referred_to_is_looked_at_however_it_is_composed(landing: Path, store: Path, tmp_path: Path) -> None:
    land(landing, "creators", 1, [creator("A1")])
    land(landing, "contents", 1, [content(COMPOSED, "A1"), content("old", "A1")])
    land(landing, "violations", 2, [violation("V1", "A1", content_id=APART)])
    later = night(1).replace(month=6)
    load(store, landing, later)
    take(store, tmp_path / "night.duckdb", later)
    assert query(tmp_path / "night.duckdb", "select content_id from landing.contents") == [(COMPOSED,)]


def test_links_to_folders_that_lead_nowhere_are_files_that_cannot_be_read(landing: Path, store: Path) -> None:
    of_night = landing / "creators" / "night=2026-03-01"
    (of_night / "market=TH").symlink_to("gone")
    (of_night / "market=VN").symlink_to("market=VN")
    (of_night / "notes.txt").symlink_to("gone.txt")
    (landing / "creators" / "night=2026-03-02").symlink_to("nowhere")
    (landing / "creators" / "night=2026-03-09").symlink_to("nowhere")
    (landing / "orders").symlink_to("archive/orders")
    (landing / "live").symlink_to("lives")
    found = load(store, landing, night(2))
    assert found.unusable == dict.fromkeys(
        [
            "creators/night=2026-03-01/market=TH",
            "creators/night=2026-03-01/market=VN",
            "creators/night=2026-03-02",
            "live",
            "orders",
        ],
        "it is a link to nothing",
    )
    assert query(store, "select name from landing.passed_over") == [("creators/night=2026-03-01/notes.txt",)]


def test_a_night_that_nothing_landed_in_is_no_landed_night(landing: Path) -> None:
    for day in (2, 3, 4, 5):
        (landing / "creators" / f"night={night(day)}" / "market=TH").mkdir(parents=True)
    (landing / "creators" / "night=2026-03-03" / "_SUCCESS").touch()
    (landing / "creators" / "night=2026-03-03" / "market=TH" / "rows.csv.part").touch()
    (landing / "creators" / "night=2026-03-04" / ".rows.csv").touch()
    # What can't be used has landed all the same.
    (landing / "creators" / "night=2026-03-05" / "market=TH" / "rows.csv").touch()
    (landing / "creators" / "night=2026-03-06").touch()
    assert nights(landing) == [night(1), night(5)]


@pytest.mark.parametrize("name", [APART, COMPOSED])
def test_a_decision_is_about_the_file_however_its_name_is_composed(
    landing: Path, store: Path, tmp_path: Path, name: str
) -> None:
    land(landing, "creators", 1, [creator("A1")], name=f"{APART}.csv")
    load(store, landing, night(1))
    ((sha256,),) = query(store, "select sha256 from landing.files where rows = 1")
    decision = FileDecision(
        action="forget",
        file=f"creators/night=2026-03-01/{name}.csv",
        sha256=str(sha256),
        first_night=night(1),
        by=Person("ann", True),
        approved_by=Person("bo", True),
        why="test",
        at=datetime.now(UTC),
    )
    assert forgotten([decision], night(1))
    take(store, tmp_path / "night.duckdb", night(1), [decision])
    assert query(tmp_path / "night.duckdb", "from landing.creators") == []
