"""Whatever somebody called a board: its spreadsheet is one, and its page shows no sign that speaks to who reads it."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.dom import minidom
from zipfile import ZipFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from evenhand.notices.catalogs import load_catalogs
from evenhand.reports.boards import Board
from evenhand.reports.language import Language
from evenhand.reports.page import page_of
from evenhand.reports.report import Page, Report, Table
from evenhand.reports.workbook import write_report
from evenhand.settings import PROJECT

# Those of no script: controls, what turns around what follows, and what is no sign at all.
TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
NO_SIGNS = {*range(0xFDD0, 0xFDF0)}
# A lone half of a letter is in no file: YAML and JSON have none.
TITLES = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@pytest.fixture(scope="module")
def english() -> Language:
    return Language("en", load_catalogs(PROJECT / "translations"))


def speaks(sign: str) -> bool:
    at = ord(sign)
    return unicodedata.category(sign) == "Cc" or at in TURNING | NO_SIGNS or at % 0x10000 in (0xFFFE, 0xFFFF)


def called(title: str) -> Report:
    page = Page("ID", title, ((title,),), (), (Table(title, (title,), ((title,),)),))
    return Report("board", date(2026, 3, 28), None, "en", ("ID",), title, (page,), ((date(2026, 3, 28), "a"),), "")


@given(TITLES)
@example("a\x00\x1b\ufffe\uffff")
@example("😀" * 31)
@example("'a' [b]:c*?/\\")
@example("a\n\u202eb")
@example("\t")
@example("\U00018d09")
@settings(max_examples=25, deadline=None)
def test_any_title_makes_a_spreadsheet_and_a_page(english: Language, title: str) -> None:
    report = called(title)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "board.xlsx"
        write_report(path, report, english)
        with ZipFile(path) as book:
            for name in book.namelist():
                minidom.parseString(book.read(name))
            sheets = minidom.parseString(book.read("xl/workbook.xml")).getElementsByTagName("sheet")
    names = [each.getAttribute("name") for each in sheets]
    assert all(1 <= len(each.encode("utf-16-le")) // 2 <= 31 for each in names)
    shown = page_of(report, english)
    assert not {sign for sign in shown if speaks(sign)} - set("\n\t")


@given(TITLES)
@example("a\nb")
@example("\u3000")
@example("a\u202eb")
def test_a_title_that_a_board_may_have_is_shown_as_it_is_written(title: str) -> None:
    try:
        board = Board.model_validate({"board": "a", "title": title, "metrics": ({"metric": "m"},)})
    except ValidationError:
        return
    assert board.title.strip()
    assert not {sign for sign in title if speaks(sign) or unicodedata.category(sign) == "Co"}
