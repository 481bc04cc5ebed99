"""`evenhand feed check`: what gate 1 would make of a file, before it is dropped."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.landing.decisions import FOLDER, FileDecision
from evenhand.landing.load import load
from evenhand.records.history import add
from evenhand.records.persons import Person
from evenhand.settings import PROJECT
from landing.feeds import creator, land, land_headers, night, violation


@pytest.fixture(scope="module", params=["of two markets", pytest.param("all", marks=pytest.mark.soak)])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    land(home / "landing", "creators", 1, [creator("A1"), creator("A2")])
    land(home / "landing", "creators", 1, [creator(f"B{n}") for n in range(40)], name="market=world/many.csv")
    land_headers(home / "landing", 1, "contents", "violations", "appeals")
    load(home / "landed.duckdb", home / "landing", night(1))
    # How many packs there are besides is the same to a file of these two markets.
    packs = home / "packs"
    packs.mkdir()
    needed = ("takedowns", "creators_base", "creators_id", "marketplace", "calendar", "targets")
    for path in (PROJECT / "policies").glob("*.yml"):
        if request.param == "all" or path.stem in needed:
            shutil.copy(path, packs)
    return home


def _check(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    monkeypatch.setenv("EVENHAND_HOME", str(home))
    monkeypatch.setenv("EVENHAND_POLICIES", str(home / "packs"))
    done = CliRunner().invoke(app, ["feed", "check", *words])
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_what_would_be_quarantined_is_said_and_nothing_is_changed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(path for path in home.rglob("*"))
    rows = [violation("V1", "A1"), violation("V2", "no\x1b[2mbody\nX"), violation("V3", "A2", decided_on="2026-2-1")]
    # V3's type is none that the pack counts.
    path = land(tmp_path, "violations", 2, [*rows, violation("V4", "A1", violation_type="copyrigth")])
    code, said = _check(home, monkeypatch, str(path), "--night", "2026-03-02")
    assert code == 1
    first = "`no\\u001b[2mbody\\u000aX`"
    assert f"1 row would be quarantined: account_id is in creators (the first: row 2, {first})" in said
    assert "1 row would be quarantined: decided_on is a day (the first: row 3, `2026-2-1`)" in said
    assert "(is `copyright` meant?)" in said
    assert sorted(path for path in home.rglob("*")) == before


def test_a_right_file_and_one_that_cannot_be_used(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("violation_id;account_id\n")
    code, said = _check(home, monkeypatch, str(path), "--feed", "violations")
    assert code == 1
    assert "It can't be used: its values are separated by semicolons" in said
    assert "would be held: mine.csv: the file can't be used" in said
    code, said = _check(home, monkeypatch, str(path))
    assert code == 1
    assert "say --feed, one of creators" in said
    good = land(tmp_path, "violations", 2, [violation("V1", "A1")])
    code, said = _check(home, monkeypatch, str(good))
    assert (code, said.strip()) == (0, "Every row of rows.csv would be used on night 2026-03-02: 1 row.")
    code, said = _check(home, monkeypatch, str(good), "--night", "2062-03-02")
    assert (code, "night 2062-03-02 hasn't come, today is 20" in " ".join(said.split())) == (1, True)


@pytest.mark.parametrize(
    ("place", "hidden"),
    [
        ("_temporary/part-0.csv", "_temporary"),
        (".x/y/part-0.csv", ".x"),
        ("_SUCCESS", "_SUCCESS"),
        ("_a=1/b.csv", "_a=1"),
    ],
)
def test_a_file_that_nobody_would_look_at_is_not_one_that_would_be_used(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, hidden: str
) -> None:
    path = land(tmp_path, "violations", 2, [violation("V1", "A1")], name=place)
    code, said = _check(home, monkeypatch, str(path))
    assert code == 1
    assert (
        f"can't be used: it would be passed over, for the name of {hidden} starts with a dot or an underscore." in said
    )


@pytest.mark.parametrize("place", ["b\udcff.csv", "b\udcff.csv.rows", "m\udcff/b.csv", "_\udcff/b.csv"])
def test_a_name_that_is_not_utf_8_cannot_be_used(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    path = land(tmp_path, "violations", 2, [violation("V1", "A1")], name=place)
    code, said = _check(home, monkeypatch, str(path))
    assert code == 1
    assert "It can't be used: it" in said


@pytest.mark.parametrize("name", ["README.txt", "violations.xlsx"])
def test_a_file_that_would_be_passed_over_is_not_one_that_would_be_used(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / name
    path.write_text("not a file of a feed")
    code, said = _check(home, monkeypatch, str(path), "--feed", "violations")
    assert code == 1
    assert "It can't be used: it would be passed over, for files of feeds end in .csv, .csv.gz or .parquet." in said


def test_a_file_is_of_the_market_that_its_folder_says_and_of_the_night(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "night=2026-03-02" / "market=ID" / "mine.csv"
    path.parent.mkdir(parents=True)
    path.write_text("violation_id;account_id\n")
    code, said = _check(home, monkeypatch, str(path), "--feed", "violations")
    assert code == 1
    assert [line.partition(" would be held")[0] for line in said.splitlines() if " would be held" in line] == ["ID"]


def test_what_it_would_replace_counts(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [creator("B1"), creator("B2"), creator("B2", language="id")]
    path = land(tmp_path, "creators", 1, rows, name="market=world/many.csv")
    code, said = _check(home, monkeypatch, str(path))
    assert code == 1
    accepting = "evenhand feed accept creators/night=2026-03-01/market=world/many.csv --reason '…' has it taken"
    gone = "it lies in the place of one with 40 keys, and 38 of them aren't in it"
    assert f"It can't be used: {gone} ({accepting}); what it was before counts." in said
    assert "world would be held: many.csv: the file can't be used" in said
    # The hint can be pasted as it is, wherever it stands.
    assert said.count(accepting) == 2
    assert "would be quarantined" not in said


def test_what_would_land_late_is_looked_at_by_the_newest_night(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = land(tmp_path, "violations", 1, [violation("V1", "A1", decided_on="2026-03-02")], name="late.csv")
    land_headers(home / "landing", 2, "violations")
    try:
        code, said = _check(home, monkeypatch, str(path))
        # Late or not, nothing had happened after the night that it lands in.
        assert "1 row would be quarantined: decided_on is not after the night it landed in" in said
        land(tmp_path, "violations", 1, [violation("V1", "A1")], name="late.csv")
        code, said = _check(home, monkeypatch, str(path))
    finally:
        shutil.rmtree(home / "landing" / "violations" / f"night={night(2)}")
    assert (code, said.strip()) == (0, "Every row of late.csv would be used on night 2026-03-02: 1 row.")


def test_the_number_of_rows_beside_it_counts(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = land(tmp_path, "violations", 1, [violation("V1", "A1")], name="counted.csv")
    path.with_name("counted.csv.rows").write_text("2")
    code, said = _check(home, monkeypatch, str(path))
    assert code == 1
    assert "It can't be used: it has 1 row, and 2 are said beside it (counted.csv.rows)." in said


def test_a_file_that_was_forgotten_is_not_one_that_would_be_used(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = land(tmp_path, "violations", 1, [violation("V9", "A1")], name="forgotten.csv")
    decision = FileDecision(
        action="forget",
        file="violations/night=2026-03-01/forgotten.csv",
        sha256=sha256(path.read_bytes()).hexdigest(),
        first_night=night(1),
        by=Person("ann", True),
        approved_by=Person("bo", True),
        why="landed by mistake",
        at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    add(home / FOLDER, decision)
    try:
        code, said = _check(home, monkeypatch, str(path))
    finally:
        shutil.rmtree(home / FOLDER)
    assert (code, said.strip()) == (
        1,
        "It can't be used: ann and bo had just this file forgotten, so that it doesn't count.",
    )


def test_before_anything_has_landed_the_first_file_can_be_looked_at(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    shutil.copytree(home / "packs", empty / "packs")
    path = land(tmp_path, "creators", 1, [creator("A1")])
    code, said = _check(empty, monkeypatch, str(path))
    assert (code, said.strip()) == (0, "Every row of rows.csv would be used on night 2026-03-01: 1 row.")
