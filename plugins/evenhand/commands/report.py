"""`evenhand report`: what a night, a week or a board came to, as a page, a spreadsheet and a PDF for who answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evenhand.commands.terminal import console, errors, plain_table, refuse, released
from evenhand.settings import Settings, settings

if TYPE_CHECKING:
    from evenhand.reports.boards import Boards
    from evenhand.reports.report import Report

app = typer.Typer(
    no_args_is_help=True,
    help="A night, a week or a board for who answers for it: what changed and why, what waits, what is off target.",
)
Night = Annotated[
    datetime | None,
    typer.Option("--night", formats=["%Y-%m-%d"], metavar="NIGHT", help="The night; by default the newest released."),
]
Markets = Annotated[list[str] | None, typer.Option("--market", help="Only of this market; may be given several times.")]
Lang = Annotated[str, typer.Option("--lang", metavar="LANGUAGE", help="The language: en, id, pt_BR or zh.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", file_okay=False, help="Where to; by default reports/ below EVENHAND_HOME."),
]
Pages = Annotated[
    str,
    typer.Option("--pages", metavar="URL", help="The address of the pages, for links; by default EVENHAND_PAGES."),
]


@app.command()
def night(at: Night = None, market: Markets = None, language: Lang = "en", out: Out = None, pages: Pages = "") -> None:
    """Tell of a night, beside the one before it.

    evenhand report night --market ID --lang id
    """
    _night_or_week("night", at, market, language, out, pages)


@app.command()
def week(at: Night = None, market: Markets = None, language: Lang = "en", out: Out = None, pages: Pages = "") -> None:
    """Tell of the seven nights until the newest, beside the night before them.

    evenhand report week --night 2026-10-31 --market ID --lang id
    """
    _night_or_week("week", at, market, language, out, pages)


@app.command()
def board(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Which board; without it, all are listed.")] = "",
    at: Night = None,
    market: Markets = None,
    language: Lang = "en",
    out: Out = None,
    pages: Pages = "",
) -> None:
    """Tell of a board, a dashboard of one's own in boards/; or list the boards, and what is wrong with them.

    evenhand report board appeals --lang id
    """
    here = settings()
    boards = _boards(here)
    if not name:
        _list(boards, here.boards)
    elif name not in boards.boards:
        there = ", ".join(boards.boards) or "none"
        refuse(f"{here.boards}: there is no board {name}; there are {there}. evenhand report board says what is wrong")
    else:
        from evenhand.reports.board_report import board_report

        of = released(here, at)
        with _told_why_not(of):
            report = board_report(here, boards.boards[name].board, of, language, market)
        _write(here, report, language, out, pages)


@app.command()
def check(file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)]) -> None:
    """Compute every number of an HTML report again from the releases that it was made of."""
    from evenhand.release.verify import ReleaseChanged
    from evenhand.reports.check import NoReport, check_report

    try:
        found = check_report(settings(), file)
    except (NoReport, ReleaseChanged) as error:
        refuse(str(error))
    for line in found.wrong[:20]:
        console.print(line, style="red", markup=False, highlight=False, soft_wrap=True)
    if found.wrong:
        refuse(f"{file}: {len(found.wrong):,} of {found.numbers:,} numbers aren't what the releases say")
    console.print(f"{file}: all {found.numbers:,} numbers are what the releases say", soft_wrap=True, highlight=False)


def _boards(here: Settings) -> Boards:
    """The boards, after what is wrong with any of them is said."""
    from evenhand.commands.boards_check import findings

    boards, mistakes = findings(here)
    for each in mistakes:
        errors.print(str(each), style="red", soft_wrap=True, highlight=False, markup=False)
    return boards


def _list(boards: Boards, folder: Path) -> None:
    if not boards.boards:
        console.print(f"{folder} has no board: docs/reports.md says how one is written.", soft_wrap=True)
        return
    table = plain_table("board", "called", "markets", "metrics", "told", "file", numbers=("metrics",))
    for name, each in boards.boards.items():
        told = ", ".join(one.user for one in each.board.told)
        markets = ", ".join(each.board.markets) or "all that there are"
        table.add_row(name, each.board.title, markets, str(len(each.board.metrics)), told, each.text.path.name)
    console.print(table)


def _night_or_week(
    kind: str, at: datetime | None, markets: list[str] | None, language: str, out: Path | None, pages: str
) -> None:
    from evenhand.reports.make import report_of

    here = settings()
    of = released(here, at)
    with _told_why_not(of):
        report = report_of(here, "week" if kind == "week" else "night", of, language, markets or ())
    _write(here, report, language, out, pages)


@contextmanager
def _told_why_not(night: date) -> Iterator[None]:
    """End the command with what keeps a report from being made."""
    from pydantic import ValidationError

    from evenhand.release.manifest import OtherFormat
    from evenhand.release.verify import ReleaseChanged
    from evenhand.reports.language import NoSuchWords
    from evenhand.reports.make import NoSuchMarket

    try:
        yield
    except (NoSuchWords, NoSuchMarket, ReleaseChanged, OtherFormat) as error:
        refuse(str(error))
    except ValidationError as error:
        refuse(f"one of the nights until {night} was released by another version of Evenhand: {error}")


def _write(here: Settings, report: Report, language: str, out: Path | None, pages: str) -> None:
    from evenhand.notices.catalogs import load_catalogs
    from evenhand.reports.files import write
    from evenhand.reports.language import Language

    speaks = Language(language, load_catalogs(here.translations))
    folder = out or here.home / "reports" / f"night={report.night}"
    for path in write(report, speaks, folder, pages or here.pages):
        console.print(path, soft_wrap=True, highlight=False)
