"""Boards: what each shows to whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from evenhand.notices.catalogs import load_catalogs
from evenhand.reports.board_report import board_report
from evenhand.reports.check import check_report
from evenhand.reports.files import write
from evenhand.reports.language import Language, languages
from evenhand.reports.make import NoSuchMarket
from evenhand.reports.page import page_of
from evenhand.reports.report import Report, Table
from evenhand.settings import Settings
from reports.boards import BOARD, NIGHT, board, home_of_boards, released, tables
from reports.releases import release


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return home_of_boards(tmp_path)


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
            ["Indonesia (ID)", *[f"{each}{percent}" for each in ("60.0", "59.0", "61.0", "45.0", "30.0")],
             f"missed: at most 50.0{percent}"],
        ],
        "Decisions that QA doubts": [
            ["All markets", *[f"{each}{percent}" for each in ("1.0", "0.0", "2.0", "1.0", "1.0")], ""],
            ["All markets · Model", *[f"{each}{percent}" for each in ("20.0", "19.0", "21.0", "20.0", "20.0")],
             f"missed: at most 10.0{percent}"],
            ["All markets · not known", *[f"{each}{percent}" for each in ("2.0", "1.0", "3.0", "2.0", "2.0")], ""],
            ["Indonesia (ID)", *[f"{each}{percent}" for each in ("3.0", "2.0", "4.0", "3.0", "3.0")], ""],
        ],
    }  # fmt: skip
    # Of decisions the night has nothing, and of Thailand it knows nothing.
    assert said(report) == ["It is compared with 27 Mar 2026.", "Nothing is known of Thailand (TH) on this night."]
    (page,) = report.pages
    assert [each.page for each in page.recommendations] == [
        "metrics/grant_rate?night=2026-03-28&market=ID", "metrics/doubted_by_qa?night=2026-03-28&market=all",
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
    doubts, grants = "Decisions that QA doubts", "Grant rate"
    assert list(tables(board_report(here, board(here, first), NIGHT, "en"))) == [doubts, grants]
    assert list(tables(board_report(here, board(here), NIGHT, "en"))) == [grants, doubts]
    assert said(board_report(here, board(here), NIGHT, "en", ["ID"]))[1] == "Nothing is off target."
    # With too few rows nothing is said, and so nothing is missed.
    released(here, NIGHT, "0.9", enough=False)
    unsure = board_report(here, board(here), NIGHT, "en", ["ID"])
    assert said(unsure)[1] == "There are too few rows to say whether anything is off target."
    assert tables(unsure)["Grant rate"] == [["Indonesia (ID)", "\u2013", "too few to say: at most 50.0\u00a0%"]]
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
    assert tables(report) == {"Viewers per live": [["Indonesia (ID)", "\u2013"], ["Indonesia (ID) · Beauty", "5"]]}
    (table,) = report.pages[0].tables
    assert (list(table.columns), set(table.numbers)) == (["Market", "28 Mar 2026"], {1})


@pytest.mark.parametrize("row", [("a",), ("a", "1", "2"), ()])
def test_a_table_has_no_row_of_another_length_than_its_heads(row: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=f"t: a row has {len(row)} cells, and there are 2 columns"):
        Table("t", ("a", "b"), (("x", "y"), row))


def test_who_sees_one_market_has_the_figures_of_that_alone(here: Settings) -> None:
    released(here, NIGHT, "0.6")
    report = board_report(here, board(here), NIGHT, "en", ["ID", "SG"])
    page = page_of(report, Language("en", load_catalogs(here.translations)))
    assert report.name == "board.quality.ID.en"
    assert tables(report)["Grant rate"][0][0] == "Indonesia (ID)"
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
        of = "Indonesia (ID)" if markets else "All markets"
        assert said(report)[0] == "There is nothing before it to compare with."
        assert f"Nothing is known of {of} on this night." in said(report)
        assert not any("target" in each for each in said(report))


def test_without_markets_a_board_is_of_all_that_its_reader_may_see(here: Settings) -> None:
    released(here, NIGHT, "0.6")
    of_all = board(here, BOARD.replace("markets: [all, TH, ID]\n", ""))
    assert board_report(here, of_all, NIGHT, "en").markets == ("all", "ID")
    assert board_report(here, of_all, NIGHT, "en", {"ID"}).markets == ("ID",)
