"""Boards: what a file may say, what each shows to whom, and that one which is broken keeps no other from anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.commands import terminal
from evenhand.commands.boards_check import findings
from evenhand.notices.catalogs import load_catalogs
from evenhand.people.people import read_people
from evenhand.policy.texts import Text, read_text
from evenhand.release.figures import ALL_MARKETS, definitions
from evenhand.reports.board_report import board_report
from evenhand.reports.boards import Board, of_people, read_boards, told_markets
from evenhand.reports.check import check_report
from evenhand.reports.files import write
from evenhand.reports.language import Language, languages
from evenhand.reports.make import NoSuchMarket, report_of
from evenhand.reports.page import page_of
from evenhand.reports.report import Report, Table, text_of
from evenhand.settings import PROJECT, Settings
from reports.releases import release

NIGHT = date(2026, 3, 28)
DEFINED = definitions(PROJECT / "dbt_project")
BOARD = """\
board: quality
title: Quality <b>
markets: [all, TH, ID]
metrics:
  - grant_rate
  - {metric: prevalence, slices: detector}
  - decisions
"""


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    (tmp_path / "boards").mkdir()
    return Settings(PROJECT, tmp_path, PROJECT / "policies", PROJECT / "receivers.yml", people=tmp_path / "people.yml",
                    boards_from=tmp_path / "boards")  # fmt: skip


def lay(here: Settings, text: str, name: str = "quality.yml") -> None:
    (here.boards / name).write_text(text)


def board(here: Settings, text: str = BOARD) -> Board:
    lay(here, text)
    found = read_boards(here.boards, DEFINED)
    assert found.mistakes == ()
    return next(iter(found.boards.values())).board


def released(here: Settings, night: date, grant_rate: str, *, enough: bool = True, targets: bool = True) -> None:
    """A night of two markets, in which Indonesia's grant rate is to be at most 0.5 and all of a detector's 0.1."""
    share = ("share", None, None)

    def row(
        metric: str, market: str, figure: str, part: str = "", value: str = "", sure: bool = True
    ) -> Sequence[object]:
        low, high = Decimal(figure) - Decimal("0.01"), Decimal(figure) + Decimal("0.01")
        return (metric, market, part, value, Decimal(figure), low, high, Decimal(50), sure, share[0])

    rows = [
        row("grant_rate", "all", "0.4"), row("grant_rate", "ID", grant_rate, sure=enough),
        row("grant_rate", "ID", "0.9", "category", "beauty"),
        row("prevalence", "all", "0.01"), row("prevalence", "all", "0.2", "detector", "model"),
        row("prevalence", "all", "0.02", "detector", "not known"), row("prevalence", "ID", "0.03"),
    ]  # fmt: skip
    said = [
        {"metric": "grant_rate", "market": "ID", "at_most": 0.5, "effective_from": "2026-01-01"},
        {"metric": "prevalence", "market": "all", "slice": "detector", "slice_value": "model", "at_most": 0.1,
         "effective_from": "2026-01-01"},
    ]  # fmt: skip
    files = {"penalties": [], "rewards": [], "standings": [], "operational_metrics": rows}
    release(here.home, night, files, targets={"targets": said} if targets else {})


def tables(report: Report) -> dict[str, list[list[str]]]:
    (page,) = report.pages
    return {
        table.title: [[cell if isinstance(cell, str) else cell.text for cell in row] for row in table.rows]
        for table in page.tables
    }


def said(report: Report) -> list[str]:
    (page,) = report.pages
    return ["".join(each if isinstance(each, str) else each.text for each in sentence) for sentence in page.words]


def test_a_board_has_its_metrics_markets_and_parts_in_its_order_beside_the_night_and_the_week_before(
    here: Settings,
) -> None:
    for ago, rate in ((7, "0.3"), (1, "0.45"), (0, "0.6")):
        released(here, NIGHT - timedelta(days=ago), rate)
    report = board_report(here, board(here), NIGHT, "en")
    percent = "\u00a0%"
    assert tables(report) == {
        "Grant rate": [
            ["All markets", *[f"{each}{percent}" for each in ("40.0", "39.0", "41.0", "40.0", "40.0")], ""],
            ["ID", *[f"{each}{percent}" for each in ("60.0", "59.0", "61.0", "45.0", "30.0")],
             f"missed: at most 50.0{percent}"],
        ],
        "Prevalence": [
            ["All markets", *[f"{each}{percent}" for each in ("1.0", "0.0", "2.0", "1.0", "1.0")], ""],
            ["All markets · Model", *[f"{each}{percent}" for each in ("20.0", "19.0", "21.0", "20.0", "20.0")],
             f"missed: at most 10.0{percent}"],
            ["All markets · not known", *[f"{each}{percent}" for each in ("2.0", "1.0", "3.0", "2.0", "2.0")], ""],
            ["ID", *[f"{each}{percent}" for each in ("3.0", "2.0", "4.0", "3.0", "3.0")], ""],
        ],
    }  # fmt: skip
    # Of decisions the night has nothing, and of Thailand it knows nothing.
    assert said(report) == ["It is compared with Mar 27, 2026.", "Nothing is known of TH on this night."]
    (page,) = report.pages
    assert [each.page for each in page.recommendations] == [
        "metrics/grant_rate?night=2026-03-28&market=ID", "metrics/prevalence?night=2026-03-28&market=all",
    ]  # fmt: skip
    assert report.name == "board.quality.en"
    for language in languages():
        made = board_report(here, board(here), NIGHT, language)
        path, *_ = write(made, Language(language, load_catalogs(here.translations)), here.home / "out")
        checked = check_report(here, path)
        assert checked.wrong == () and checked.numbers > 20
        assert "Quality <b>" not in path.read_text()


def test_what_is_off_target_comes_first_where_a_board_says_so_and_is_said_where_nothing_is(here: Settings) -> None:
    released(here, NIGHT, "0.4")
    first = BOARD + "order: off_target_first\n"
    assert list(tables(board_report(here, board(here, first), NIGHT, "en"))) == ["Prevalence", "Grant rate"]
    assert list(tables(board_report(here, board(here), NIGHT, "en"))) == ["Grant rate", "Prevalence"]
    assert said(board_report(here, board(here), NIGHT, "en", ["ID"]))[1] == "Nothing is off target."
    # With too few rows nothing is said, and so nothing is missed.
    released(here, NIGHT, "0.9", enough=False)
    unsure = board_report(here, board(here), NIGHT, "en", ["ID"])
    assert tables(unsure)["Grant rate"] == [["ID", "\u2013", "too few to say: at most 50.0\u00a0%"]]
    released(here, NIGHT, "0.9", targets=False)
    assert said(board_report(here, board(here), NIGHT, "en"))[1] == "None of these figures has a target."


def test_what_has_no_interval_has_no_columns_for_one_and_parts_that_say_nothing_are_left_out(here: Settings) -> None:
    def row(value: str, figure: str, enough: bool) -> Sequence[object]:
        part = "category" if value else ""
        return ("viewers_per_live", "ID", part, value, Decimal(figure), None, None, Decimal(50), enough, "count")

    rows = [row("", "7", False), row("beauty", "5", True), row("fashion", "3", False)]
    release(here.home, NIGHT, {"penalties": [], "rewards": [], "standings": [], "operational_metrics": rows})
    text = "board: lives\ntitle: Lives\nmetrics: [{metric: viewers_per_live, slices: category}]\n"
    report = board_report(here, board(here, text), NIGHT, "en")
    assert tables(report) == {"Viewers per live": [["ID", "\u2013"], ["ID · Beauty", "5"]]}
    (table,) = report.pages[0].tables
    assert (list(table.columns), set(table.numbers)) == (["Market", "Mar 28, 2026"], {1})


@pytest.mark.parametrize("row", [("a",), ("a", "1", "2"), ()])
def test_a_table_has_no_row_of_another_length_than_its_heads(row: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=f"t: a row has {len(row)} cells, and there are 2 columns"):
        Table("t", ("a", "b"), (("x", "y"), row))


TIME = "median_time_to_appeal_decision"


def timed(here: Settings, **units: str) -> None:
    """A time of a week and a night ago and of the night itself: 47 hours or 2 days, as each has its unit."""
    for ago, unit in ((7, units["week"]), (1, units["before"]), (0, units["now"])):
        time = Decimal(47) if unit == "hours" else Decimal(2)
        rows = [(TIME, market, "", "", time, time, time, Decimal(50), True, unit) for market in ("all", "ID")]
        files: Mapping[str, Sequence[Sequence[object]]] = {
            "penalties": [("p", "ID", "warning")], "rewards": [], "standings": [], "operational_metrics": rows
        }  # fmt: skip
        release(here.home, NIGHT - timedelta(days=ago), files)


@pytest.mark.parametrize("units", list(product(("hours", "days"), repeat=3)))
def test_a_time_of_another_night_is_told_in_that_nights_unit(here: Settings, units: tuple[str, str, str]) -> None:
    week, before, now = units
    timed(here, week=week, before=before, now=now)
    said = {"hours": "47 hours", "days": "2 days"}
    report = board_report(here, board(here, f"board: b\ntitle: B\nmarkets: ID\nmetrics: [{TIME}]\n"), NIGHT, "en")
    assert tables(report)["Time to the decision of an appeal"] == [["ID", *[said[now]] * 3, said[before], said[week]]]
    for kind, then in (("night", before), ("week", week)):
        pages = report_of(here, "week" if kind == "week" else "night", NIGHT, "en").pages
        rows = [table.rows for page in pages for table in page.tables if table.title.startswith("Operational metrics")]
        assert [[text_of([cell]) for cell in row] for (row,) in rows] == [
            ["Time to the decision of an appeal", said[now], said[then]]
        ] * len(rows)
        assert rows


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("figure", ["1", "102.4"])
@pytest.mark.parametrize("unit", ["hours", "days"])
def test_a_time_has_its_unit_in_every_language(here: Settings, language: str, figure: str, unit: str) -> None:
    said = Language(language, load_catalogs(here.translations)).figure(Decimal(figure), unit)
    assert "duration" not in said and len(said) > len(figure)


@pytest.mark.parametrize(
    ("figure", "said"),
    [("1", "1 hour"), ("1.000000", "1 hour"), ("1.04", "1 hour"), ("1.5", "1.5 hours"), ("0", "0 hours"),
     ("100", "100 hours")],
)  # fmt: skip
def test_one_hour_is_one(here: Settings, figure: str, said: str) -> None:
    assert Language("en", load_catalogs(here.translations)).figure(Decimal(figure), "hours") == said


def test_who_sees_one_market_has_the_figures_of_that_alone(here: Settings) -> None:
    released(here, NIGHT, "0.6")
    report = board_report(here, board(here), NIGHT, "en", ["ID", "SG"])
    page = page_of(report, Language("en", load_catalogs(here.translations)))
    assert report.name == "board.quality.ID.en"
    assert tables(report)["Grant rate"][0][0] == "ID"
    assert "All markets" not in page and "20.0" not in page and "&#39;all&#39;" not in page
    with pytest.raises(NoSuchMarket, match="the board quality is of no market that you may see"):
        board_report(here, board(here), NIGHT, "en", ["SG"])


@pytest.mark.parametrize("markets", [None, ["ID"]])
def test_of_a_night_without_metrics_a_board_says_so(here: Settings, markets: list[str] | None) -> None:
    release(here.home, NIGHT, {"penalties": [], "rewards": [], "standings": []})
    for text in (BOARD, BOARD.replace("markets: [all, TH, ID]\n", "")):
        report = board_report(here, board(here, text), NIGHT, "en", markets)
        (page,) = report.pages
        assert (report.markets, page.tables, page.recommendations) == ((), (), ())
        of = "ID" if markets else "All markets"
        assert said(report)[0] == "There is nothing before it to compare with."
        assert f"Nothing is known of {of} on this night." in said(report)
        assert not any("target" in each for each in said(report))


def test_without_markets_a_board_is_of_all_that_its_reader_may_see(here: Settings) -> None:
    released(here, NIGHT, "0.6")
    of_all = board(here, BOARD.replace("markets: [all, TH, ID]\n", ""))
    assert board_report(here, of_all, NIGHT, "en").markets == ("all", "ID")
    assert board_report(here, of_all, NIGHT, "en", {"ID"}).markets == ("ID",)


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
        (BOARD, "- a", "expected keys with values"),
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
