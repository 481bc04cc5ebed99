"""Boards: what a file may say, and that one which is broken keeps no other from anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.commands import terminal
from evenhand.commands.boards_check import findings
from evenhand.people.people import read_people
from evenhand.policy.texts import Text, read_text
from evenhand.release.figures import ALL_MARKETS
from evenhand.reports.boards import of_people, read_boards, told_markets
from evenhand.settings import Settings
from reports.boards import BOARD, DEFINED, NIGHT, home_of_boards, lay, released


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return home_of_boards(tmp_path)


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("- grant_rate", "- grant_rat", "5:5: metrics[0].metric: found grant_rat; expected a metric of"
         " docs/metrics.md; did you mean grant_rate?"),
        ("slices: detector", "slices: [detector, detecter]", "metrics[1].slices[1]: found detecter; expected one"
         " of detector, confidence_band; did you mean detector?"),
        ("- decisions", "- {metric: unenforced_decisions, slices: market}", "expected none: it has no parts"),
        ("- decisions", "- grant_rate", "7:5: metrics[2]: found grant_rate again; expected each only once"),
        ("TH, ID]", "TH, TH]", "3:20: markets[2]: found TH again; expected each only once"),
        ("title: Quality <b>", "titel: Quality", "2:1: titel: found a key that isn't in the language; expected one of"
         " board, title, metrics, markets, order, told; did you mean title?"),
        ("title: Quality <b>\n", "", "title: found nothing; expected this key: What it is called"),
        ("board: quality", "board: a quality", "found 'a quality'; expected a name of small letters"),
        ("  - decisions\n", "  - decisions\ntold: [{user: bo, when: never}]\n", "one of off_target, night, week"),
        ("  - decisions\n", "  - decisions\ntold: [{user: bo}, {user: bo}]\n", "told[1].user: found bo again"),
        (BOARD, "", "quality.yml: the file is empty; a board needs at least: board, title, metrics (docs/reports.md)"),
        ("  - decisions\n", "  - decisions\ntold: [{user: bo}, {user: ' '}]\n", "8:27: told[1].user: found ' ';"
         " expected a name as people.yml has it (an empty name is nobody's; write a name)"),
        ("  - decisions\n", '  - decisions\ntold: [{user: "bo\\u200b"}]\n', "has U+200B, which nobody sees"),
        ("  - decisions\n", "  - decisions\ntold: [{user: b\u043e}]\n", "mixes scripts (Cyrillic, Latin)"),
        (BOARD, "- a", "quality.yml:1:1: board: found a list of 1; expected keys with values"),
        ("markets: [all, TH, ID]", "markets: []", "3:1: markets: found a list of 0; expected at least 1"),
        ("  - decisions\n", "  - decisions\ntold: [{user: bo, when: []}]\n", "told[0].when: found a list of 0;"
         " expected at least 1"),
        ("Quality <b>", "' '", "2:8: title: found ' '; expected a text of one line that people see all of"),
        ("Quality <b>", "|\n  Two\n  lines", "title: found 'Two\\nlines"),
        ("Quality <b>", '"Quality\\0"', "2:8: title: found 'Quality\\x00'; expected a text of one line that people see"
         " all of (sign 8 is U+0000, which nobody sees)"),
        ("Quality <b>", "a\u202eb", "(sign 2 is U+202E (RIGHT-TO-LEFT OVERRIDE), which nobody sees)"),
        ("Quality <b>", '"a\\uffff"', "(sign 2 is U+FFFF, which nobody sees)"),
        (BOARD, "[" * 5000 + "]" * 5000, "not YAML: it is nested more than 100 deep"),
        ("markets: [", "markets: {", "quality.yml:3:22: not YAML: expected"),
    ],
)  # fmt: skip
def test_a_mistake_says_where_it_is_and_what_is_right_and_keeps_no_other_board_from_anything(
    here: Settings, was: str, is_now: str, said: str
) -> None:
    lay(here, BOARD.replace("quality", "another"), "another.yml")
    assert was in BOARD
    lay(here, BOARD.replace(was, is_now))
    found = read_boards(here.boards, DEFINED)
    assert list(found.boards) == ["another"]
    assert any(said in str(each) for each in found.mistakes), [str(each) for each in found.mistakes]
    assert all(each.file == str(here.boards / "quality.yml") for each in found.mistakes)


def test_whatever_is_wrong_with_a_board_keeps_no_other_from_anything(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(here, BOARD.replace("quality", "another"), "another.yml")
    lay(here, BOARD)

    def fails(path: Path) -> Text:
        if path.name == "quality.yml":
            raise MemoryError("of a kind that nobody thought of")
        return read_text(path)

    monkeypatch.setattr("evenhand.reports.boards.read_text", fails)
    found = read_boards(here.boards, DEFINED)
    assert list(found.boards) == ["another"]
    assert [str(each).removeprefix(f"{here.boards}/") for each in found.mistakes] == [
        "quality.yml: can't be read: MemoryError: of a kind that nobody thought of"
    ]


def test_two_boards_of_one_name_and_a_file_that_isnt_read_are_told(here: Settings) -> None:
    lay(here, BOARD, "a.yml")
    lay(here, "# the same\n" + BOARD, "b.yml")
    lay(here, BOARD, "c.yaml")
    found = read_boards(here.boards, DEFINED)
    assert [str(each).removeprefix(f"{here.boards}/") for each in found.mistakes] == [
        "b.yml:2:8: board: found quality, which a.yml is called too; expected another name",
        "c.yaml: found a file that ends in .yaml; expected .yml",
    ]
    assert found.boards["quality"].text.path.name == "a.yml"
    assert read_boards(here.boards / "nowhere", DEFINED).boards == {}


def test_markets_that_no_pack_decides_for_and_people_who_cant_be_told_are_mistakes(here: Settings) -> None:
    told = "told:\n  - {user: bo}\n  - {user: cyy}\n  - {user: dee}\n  - {user: eve}\n"
    lay(here, BOARD.replace("TH", "THA").replace("all, ", "") + told)
    said = [str(each).partition("quality.yml:")[2] for each in findings(here)[1]]
    assert (
        said[0].startswith("3:11: markets[0]: found THA; expected one of all, BR, ID,") and "did you mean TH" in said[0]
    )
    assert [each.rpartition("; ")[2] for each in said[1:]] == [
        "expected nobody: there is no people.yml, which says who may see what and where they are told"
    ] * 4
    here.people.write_text(
        "people:\n  - {user: ann, markets: all, rights: admin}\n"
        "  - {user: bo, markets: all, rights: admin, address: bo@here}\n"
        "  - {user: cy, markets: ID, rights: see, address: cy@here}\n  - {user: dee, markets: ID, rights: see}\n"
        "  - {user: eve, markets: SG, rights: see, address: eve@here}\n"
    )
    said = [str(each).partition("quality.yml:")[2] for each in findings(here)[1][1:]]
    assert said == [
        "10:12: told[1].user: found cyy; expected a user of people.yml: ann, bo, cy, dee, eve; did you mean cy?",
        "11:12: told[2].user: found dee; expected somebody with an address in people.yml",
        "12:12: told[3].user: found eve; expected somebody with the right to see THA, ID (people.yml)",
    ]
    # It was looked at, and nobody made it hold.
    assert not (here.home / "people").exists()
    people = read_people(here.people)
    loaded = read_boards(here.boards, DEFINED).boards["quality"]
    assert len(list(of_people(loaded, people))) == 3
    assert told_markets(loaded.board, people, "bo") == {ALL_MARKETS}
    assert told_markets(loaded.board, people, "cy") == {"ID"}


def test_the_shipped_board_has_no_mistake_and_a_command_tells_of_it(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(here.home))
    monkeypatch.delenv("EVENHAND_BOARDS", raising=False)
    monkeypatch.setattr(terminal.console, "width", 200)
    released(here, NIGHT, "0.6")
    run = CliRunner()
    listed = run.invoke(app, ["report", "board"])
    assert (listed.exit_code, listed.stderr) == (0, "")
    assert "appeals" in listed.stdout and "Appeals and what they take back" in listed.stdout
    assert "board" in run.invoke(app, ["report", "--help"]).stdout
    made = run.invoke(app, ["report", "board", "appeals", "--lang", "id", "--market", "ID"])
    assert made.exit_code == 0
    page = Path(made.stdout.splitlines()[0])
    assert page.name == "board.appeals.ID.id.html" and "Tingkat" in page.read_text()
    unknown = run.invoke(app, ["report", "board", "appeal"])
    assert unknown.exit_code == 1 and "there is no board appeal; there are appeals" in unknown.stderr
    monkeypatch.setenv("EVENHAND_BOARDS", str(here.home / "none"))
    assert (
        run.invoke(app, ["report", "board"]).stdout
        == f"{here.home}/none has no board: docs/reports.md says how one is written.\n"
    )
