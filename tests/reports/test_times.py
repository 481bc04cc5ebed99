"""Times in reports and boards: each night's in its own unit, in every language."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from evenhand.notices.catalogs import load_catalogs
from evenhand.reports.board_report import board_report
from evenhand.reports.language import Language, languages
from evenhand.reports.make import report_of
from evenhand.reports.report import text_of
from evenhand.reports.workbook import write_report
from evenhand.settings import Settings
from reports.boards import NIGHT, board, home_of_boards, tables
from reports.releases import release


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return home_of_boards(tmp_path)


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
    assert tables(report)["Time to the decision of an appeal"] == [
        ["Indonesia (ID)", *[said[now]] * 3, said[before], said[week]]
    ]
    for kind, then in (("night", before), ("week", week)):
        pages = report_of(here, "week" if kind == "week" else "night", NIGHT, "en").pages
        rows = [table.rows for page in pages for table in page.tables if table.title.startswith("Operational metrics")]
        assert [[text_of([cell]) for cell in row] for (row,) in rows] == [
            ["Time to the decision of an appeal", said[now], said[then]]
        ] * len(rows)
        assert rows


@pytest.mark.parametrize(
    ("language", "hours", "days"),
    [("en", " hours", " days"), ("id", " jam", " hari"), ("pt_BR", " horas", " dias"), ("zh", "小时", "天")],
)
def test_a_spreadsheet_shows_each_time_with_its_unit_and_as_a_number(
    here: Settings, language: str, hours: str, days: str
) -> None:
    timed(here, week="days", before="days", now="hours")
    of = board(here, f"board: b\ntitle: B\nmarkets: ID\nmetrics: [{TIME}]\n")
    path = here.home / "b.xlsx"
    write_report(path, board_report(here, of, NIGHT, language), Language(language, load_catalogs(here.translations)))
    with zipfile.ZipFile(path) as book:
        styles, sheet = (book.read(f"xl/{name}.xml").decode() for name in ("styles", "worksheets/sheet1"))
    shown = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="#,##0.0&quot;(.*?)&quot;"/>', styles))
    cells = re.findall(r'<xf numFmtId="(\d+)"', styles.partition("<cellXfs")[2])
    numbers = re.findall(r'<c r="[A-Z]+\d+" s="(\d+)"><v>([^<]+)</v>', sheet)
    assert [(value, shown[cells[int(style)]]) for style, value in numbers] == [
        *[("47", hours)] * 3, ("2", days), ("2", days)
    ]  # fmt: skip


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
