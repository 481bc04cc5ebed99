"""Boards for tests, laid beside releases that are written as they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from evenhand.release.figures import definitions
from evenhand.reports.boards import Board, read_boards
from evenhand.reports.report import Report
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
  - {metric: doubted_by_qa, slices: detector}
  - decisions
"""


def home_of_boards(folder: Path) -> Settings:
    """An installation with a folder for boards and nothing in it."""
    (folder / "boards").mkdir()
    return Settings(PROJECT, folder, PROJECT / "policies", PROJECT / "receivers.yml", people=folder / "people.yml",
                    boards_from=folder / "boards")  # fmt: skip


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
        row("doubted_by_qa", "all", "0.01"), row("doubted_by_qa", "all", "0.2", "detector", "model"),
        row("doubted_by_qa", "all", "0.02", "detector", "not known"), row("doubted_by_qa", "ID", "0.03"),
    ]  # fmt: skip
    said = [
        {"metric": "grant_rate", "market": "ID", "at_most": 0.5, "effective_from": "2026-01-01"},
        {"metric": "doubted_by_qa", "market": "all", "slice": "detector", "slice_value": "model", "at_most": 0.1,
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
