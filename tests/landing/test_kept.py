"""What landed once is known until people say otherwise: files that vanish, are cut, are forgotten."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.landing.decisions import file_decisions
from evenhand.landing.kept import FOLDER, KeptFiles
from evenhand.landing.kept_lines import lines_of
from evenhand.landing.load import Arrivals, load
from evenhand.landing.takedowns import land_takedowns
from evenhand.landing.window import take
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import Plan
from landing.feeds import creator, everything, land, land_headers, landed, night, query, violation

MANY = [creator(f"A{n}") for n in range(40)]
NAME = "creators/night=2026-03-01/rows.csv"


def _load(store: Path, landing: Path, day: int = 1) -> Arrivals:
    return load(store, landing, night(day), file_decisions(store.parent))


def _accounts(store: Path) -> int:
    return len(landed(store, "creators"))


def test_the_bytes_are_a_copy_that_nobody_changes(landing: Path, store: Path) -> None:
    path = land(landing, "creators", 1, MANY)
    before = path.read_bytes()
    _load(store, landing)
    kept = KeptFiles(store.parent / FOLDER)
    copy = kept.path_of(kept.files[NAME].sha256)
    with path.open("r+b") as file:
        file.write(b"X")
    assert copy.read_bytes() == before
    assert copy.stat().st_mode & 0o777 == 0o400
    assert path.stat().st_nlink == 1


def test_what_vanished_counts_on_is_told_once_and_the_store_can_be_built_again(
    landing: Path, store: Path, tmp_path: Path
) -> None:
    land(landing, "creators", 1, MANY)
    _load(store, landing)
    (landing / NAME).unlink()
    assert _load(store, landing, 2).rows["creators"] == 40
    land_headers(landing, 3)
    _load(store, landing, 3)
    before = everything(store)
    store.unlink()
    _load(store, landing, 3)
    assert everything(store) == before
    assert query(store, "select landed_file, since from landing.vanished") == [(NAME, night(2))]
    # Back in its place, it hasn't vanished.
    land(landing, "creators", 1, MANY)
    assert _load(store, landing, 3).new_files["creators"] == 0
    assert query(store, "from landing.vanished") == []


def test_known_bytes_under_another_name_of_the_night_have_not_vanished(landing: Path, store: Path) -> None:
    path = land(landing, "creators", 1, MANY)
    _load(store, landing)
    path.rename(path.with_name("renamed.csv"))
    _load(store, landing)
    assert _accounts(store) == 40
    assert query(store, "from landing.vanished") == []


@pytest.mark.parametrize(
    ("rows", "gone", "is_held"), [(40, 19, False), (40, 20, True), (40, 38, True), (2500, 25, False)]
)
def test_a_file_replaced_by_one_with_many_keys_less_holds_and_the_old_rows_count(
    landing: Path, store: Path, rows: int, gone: int, is_held: bool
) -> None:
    accounts = [creator(f"A{n}") for n in range(rows)]
    land(landing, "creators", 1, accounts)
    _load(store, landing)
    land(landing, "creators", 1, accounts[gone:])
    for _ in range(2):
        unusable = _load(store, landing).unusable
        assert _accounts(store) == (rows if is_held else rows - gone)
        why = f"it lies in the place of one with {rows} keys, and {gone} of them aren't in it"
        assert [each.partition(" (")[0] for each in unusable.values()] == ([why] if is_held else [])
    # The same where the store was deleted in between.
    store.unlink()
    assert bool(_load(store, landing).unusable) == is_held
    assert _accounts(store) == (rows if is_held else rows - gone)


@pytest.mark.parametrize(("was", "is_held"), [("A1", True), ("nobody", False)])
def test_a_key_of_another_account_is_one_that_is_gone(landing: Path, store: Path, was: str, is_held: bool) -> None:
    """A source that numbers its rows anew would move every strike to somebody else."""
    land(landing, "creators", 1, MANY)
    land(landing, "violations", 1, [violation(f"V{n}", was) for n in range(40)])
    _load(store, landing)
    land(landing, "violations", 1, [violation(f"V{n}", "A2" if n < 25 else was) for n in range(40)])
    why = "it lies in the place of one with 40 keys, and 25 of them aren't in it for the account that they were of"
    held = [each.partition(" (")[0] for each in _load(store, landing).unusable.values()]
    assert held == ([why] if is_held else [])
    assert ("A2" in {account for (account,) in landed(store, "violations", "account_id")}) != is_held


def test_rows_that_could_not_count_may_be_left_out_of_a_file_that_is_mended(landing: Path, store: Path) -> None:
    land(landing, "creators", 1, [creator(f"A{n}", kind="" if n < 30 else "creator") for n in range(40)])
    _load(store, landing)
    land(landing, "creators", 1, MANY[30:])
    assert not _load(store, landing).unusable
    assert _accounts(store) == 10


def test_what_cannot_be_used_takes_the_place_of_nothing(landing: Path, store: Path) -> None:
    path = land(landing, "creators", 1, MANY)
    _load(store, landing)
    path.write_text("<html>\n")
    assert list(_load(store, landing).unusable) == [NAME]
    assert _accounts(store) == 40
    path.unlink()
    assert not _load(store, landing).unusable
    assert _accounts(store) == 40


def _says(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setenv("EVENHAND_HOME", str(home))
    return (
        CliRunner().invoke(app, ["feed", *words, "--by", "ann", "--approved-by", "bo", "--reason", "It is so."]).output
    )


def test_two_persons_have_it_taken(landing: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    land(landing, "creators", 1, MANY)
    _load(store, landing)
    land(landing, "creators", 1, MANY[38:])
    _load(store, landing)
    assert "taken as it is now" in _says(store.parent, monkeypatch, "accept", NAME)
    assert "was accepted already" in _says(store.parent, monkeypatch, "accept", NAME)
    assert not _load(store, landing).unusable
    assert _accounts(store) == 2
    # The one that follows is held against it in its turn.
    land(landing, "creators", 1, MANY)
    assert not _load(store, landing).unusable
    assert _accounts(store) == 40


@pytest.mark.parametrize(
    "words",
    [("stop",), ("resume",), ("reverse", "2026-03-01"), ("feed", "forget", NAME), ("feed", "accept", NAME)],
)
def test_a_reason_of_blanks_is_none(store: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(store.parent))
    said = CliRunner().invoke(app, [*words, "--reason", "  "])
    assert said.exit_code == 2
    assert "it is empty; say why" in said.output
    assert not list(store.parent.glob("*.jsonl"))


def test_a_forgotten_file_counts_no_more_on_the_nights_after_that(
    landing: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(landing, "creators", 1, MANY)
    land(landing, "violations", 2, [violation("V1", "A1")])
    _load(store, landing, 2)
    (store.parent / "releases" / "night=2026-03-02").mkdir(parents=True)
    assert "no such file has landed" in _says(store.parent, monkeypatch, "forget", "creators/rows.csv")
    assert "counts no more" in _says(store.parent, monkeypatch, "forget", NAME)
    decisions = file_decisions(store.parent)
    _load(store, landing, 2)

    def seen(day: int) -> tuple[int, list[tuple[object, ...]]]:
        warehouse = tmp_path / f"{day}.duckdb"
        take(store, warehouse, night(day), decisions)
        forgotten = query(warehouse, "select landed_file, forgotten_by, approved_by from landing.forgotten")
        return len(query(warehouse, "from landing.creators")), forgotten

    assert seen(1) == (40, [])
    assert seen(2) == (0, [(NAME, "ann", "bo")])
    # Another version of it is another matter.
    land(landing, "creators", 1, [*MANY, creator("B")])
    _load(store, landing, 2)
    assert seen(2) == (41, [(NAME, "ann", "bo")])


_WRITES = """
import sys, time, duckdb
with duckdb.connect(sys.argv[1]):
    print("open", flush=True)
    time.sleep(2)
"""


@pytest.mark.parametrize("action", ["forget", "accept"])
@pytest.mark.parametrize("spelling", ["caf\u00e9.csv", "cafe\u0301.csv"])
def test_of_two_files_that_look_alike_the_one_that_was_named_is_decided_about(
    landing: Path, store: Path, monkeypatch: pytest.MonkeyPatch, action: str, spelling: str
) -> None:
    for name in ("caf\u00e9.csv", "cafe\u0301.csv"):
        rows = [creator(f"{len(name)}-{n}") for n in range(40)]
        land(landing, "creators", 1, rows, name=name)
        _load(store, landing)
        if action == "accept":
            land(landing, "creators", 1, rows[:2], name=name)
    _load(store, landing)
    _says(store.parent, monkeypatch, action, f"creators/night=2026-03-01/{spelling}")
    (decision,) = file_decisions(store.parent)
    assert decision.file == f"creators/night=2026-03-01/{spelling}"


@pytest.mark.parametrize("action", ["forget", "accept"])
def test_who_decides_waits_until_a_night_that_loads_is_done(
    landing: Path, store: Path, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    land(landing, "creators", 1, MANY)
    _load(store, landing)
    land(landing, "creators", 1, MANY[:2])
    _load(store, landing)
    writer = subprocess.Popen([sys.executable, "-c", _WRITES, str(store)], stdout=subprocess.PIPE)
    assert writer.stdout
    with writer:
        assert writer.stdout.readline() == b"open\n"
        said = _says(store.parent, monkeypatch, action, NAME)
    assert ("counts no more" if action == "forget" else "is taken as it is now") in said


def test_a_forgotten_file_is_nothing_that_another_could_lack_rows_of(
    landing: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(landing, "creators", 1, MANY)
    _load(store, landing)
    assert "counts no more" in _says(store.parent, monkeypatch, "forget", NAME)
    land(landing, "creators", 1, MANY[:2])
    assert not _load(store, landing).unusable
    assert _accounts(store) == 2


def test_the_second_person_is_another(landing: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    land(landing, "creators", 1, MANY)
    _load(store, landing)
    monkeypatch.setenv("EVENHAND_HOME", str(store.parent))
    said = CliRunner().invoke(app, ["feed", "forget", NAME, "--by", "ann", "--approved-by", "Ann", "--reason", "x"])
    assert said.exit_code == 1
    assert not file_decisions(store.parent)


def test_an_old_home_is_taken_over_and_nothing_is_held(landing: Path, store: Path) -> None:
    land(landing, "creators", 1, MANY)
    _load(store, landing)
    for path in sorted((store.parent / FOLDER).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert not _load(store, landing).unusable
    assert KeptFiles(store.parent / FOLDER).files[NAME].sha256
    os.remove(landing / NAME)
    _load(store, landing)
    assert _accounts(store) == 40


def test_simulations_and_examples_clean_up_what_is_their_own(tmp_path: Path) -> None:
    landing, store = tmp_path / "landing", tmp_path / "landed.duckdb"
    until = date(2026, 6, 30)
    simulate(Plan(60, 3, until, 1), landing, lambda _: None)
    load(store, landing, until)
    simulate(Plan(60, 2, until, 2), landing, lambda _: None)
    assert not load(store, landing, until).unusable
    assert query(store, "from landing.vanished") == []
    load(tmp_path / "again" / "landed.duckdb", landing, until)
    assert everything(store) == everything(tmp_path / "again" / "landed.duckdb")


def test_an_example_that_is_landed_again_otherwise_replaces_itself(tmp_path: Path) -> None:
    landing, store, source = tmp_path / "landing", tmp_path / "landed.duckdb", tmp_path / "history.csv"
    header = "event_date,event_type,notice_id,account,repository\n"
    last = date(2026, 3, 1)
    for accounts in (range(60), range(30, 40)):
        source.write_text(header + "".join(f"2026-03-01,notice,n{n},a{n},r{n}\n" for n in accounts))
        land_takedowns(source, landing, str(last), str(last))
        assert not load(store, landing, last).unusable
        assert len(landed(store, "violations")) == len(accounts)


def test_which_line_a_row_begins_on_is_known_of_files_that_are_still_what_they_were(landing: Path, store: Path) -> None:
    land(landing, "creators", 1, MANY)
    odd = land(landing, "creators", 1, [creator("B1", category="two\nlines"), creator("e\u0301")], name="odd.csv")
    odd.write_bytes(odd.read_bytes().replace(b"\n", b"\n\n", 1))
    _load(store, landing)
    kept = KeptFiles(store.parent / FOLDER)
    # A row that has another key by now, one whose key begins like it, one that there isn't, and one without a key.
    assert lines_of(kept, NAME, {1: "A0", 2: "A7", 11: "A1", 12: "A11", 99: "A99", 3: None}) == {1: 2, 12: 13}
    assert lines_of(kept, "creators/night=2026-03-01/odd.csv", {1: "B1", 2: "\u00e9"}) == {1: 3, 2: 5}
    assert lines_of(kept, "creators/night=2026-03-01/none.csv", {1: "A0"}) == {}
