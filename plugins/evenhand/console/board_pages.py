"""The pages of boards: everybody's own dashboards, each of the markets of who reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse

from evenhand.console.asked import Night
from evenhand.console.downloads import download
from evenhand.console.metrics import chart_of
from evenhand.console.reader import reader, say
from evenhand.console.render import kept_chosen, page
from evenhand.console.report_pages import Lang, download_pdf, said_why_not, shown_or_nothing, speaking
from evenhand.console.seen import limited
from evenhand.console.shown import Shown, shown
from evenhand.console.tonight import creators_by_market
from evenhand.release.figures import Definition, Figure, definitions, figures_of
from evenhand.release.targets import Judged, judged
from evenhand.reports.board_report import board_report
from evenhand.reports.boards import Board, BoardMetric, Boards, read_boards
from evenhand.reports.language import Language, languages
from evenhand.reports.page import page_of
from evenhand.reports.report import Report
from evenhand.reports.workbook import write_report
from evenhand.settings import settings

router = APIRouter(prefix="/boards")


@dataclass(frozen=True)
class BoardSection:
    """A metric of a board: its figures with their targets, and the market of its chart."""

    definition: Definition
    market: str
    chart: str
    rows: Sequence[tuple[Figure, Judged | None]]

    @property
    def met(self) -> int:
        """How many figures meet their target."""
        return sum(target is not None and target.state == "met" for _, target in self.rows)

    @property
    def missed(self) -> int:
        """How many of its figures miss their targets."""
        return sum(target is not None and target.state == "missed" for _, target in self.rows)


@router.get("")
@limited
def boards_page(request: Request, night: Night = None) -> HTMLResponse:
    """Which boards there are of the markets that are seen."""
    found = shown(night)
    if found is None:
        return page(request, "no_release.html", None)
    boards = _boards()
    seen = [(each.board, _seen(each.board, found)) for each in boards.boards.values()]
    return page(
        request,
        "boards.html",
        found,
        boards=[(board, markets) for board, markets in seen if markets],
        # A mistake may name any market.
        mistakes=boards.mistakes if found.markets is None else (),
        definitions=definitions(settings().dbt_project),
    )


@router.get("/{board}")
@limited
def board_page(request: Request, board: str, night: Night = None) -> HTMLResponse:
    """A board: each metric over the last nights, and of each market that is seen."""
    found = shown(night)
    if found is None:
        return page(request, "no_release.html", None)
    chosen = _board(board, found)
    has = found.has("operational_metrics.parquet")
    sections = [each for metric in chosen.metrics if has and (each := _section(metric, chosen, found))]
    if chosen.order == "off_target_first":
        sections.sort(key=lambda each: not each.missed)
    there = {figure.market for each in sections for figure, _ in each.rows}
    return page(
        request,
        "board.html",
        found,
        board=chosen,
        sections=sections,
        missed=sum(each.missed for each in sections),
        met=sum(each.met for each in sections),
        are_judged=any(target is not None for each in sections for _, target in each.rows),
        unknown=[each for each in _seen(chosen, found) if each not in there],
        in_languages=languages(),
    )


@router.get("/{board}/report")
@limited
def board_as_report(request: Request, board: str, night: Night = None, lang: Lang = "") -> HTMLResponse:
    """A board as a report, as it is sent."""
    report, speaks = _report(board, night, lang)
    # The pages that it names lie beside the boards.
    return HTMLResponse(kept_chosen(request, page_of(report, speaks, "../..")))


@router.get("/{board}/report/xlsx")
@limited
def board_as_workbook(board: str, night: Night = None, lang: Lang = "") -> FileResponse:
    """A board as a spreadsheet."""
    report, speaks = _report(board, night, lang)
    return download(f"{report.night}.{report.name}.xlsx", lambda path: write_report(path, report, speaks))


@router.get("/{board}/report/pdf")
@limited
def board_as_pdf(board: str, night: Night = None, lang: Lang = "") -> FileResponse:
    """A board as a PDF."""
    return download_pdf(*_report(board, night, lang))


def _boards() -> Boards:
    here = settings()
    return read_boards(here.boards, definitions(here.dbt_project))


def _board(name: str, found: Shown) -> Board:
    boards = _boards()
    seen = {each: loaded.board for each, loaded in boards.boards.items() if _seen(loaded.board, found)}
    if name not in seen:
        raise HTTPException(
            404,
            say(
                "there is no board %(board)s of markets that you see; there are %(there)s",
                board=name,
                there=", ".join(seen) or say("none"),
            ),
        )
    return seen[name]


def _seen(board: Board, found: Shown) -> list[str]:
    return board.seen_by(found.markets, sorted(creators_by_market(found)))


def _section(metric: BoardMetric, board: Board, found: Shown) -> BoardSection | None:
    """A metric of a board; None where the night has nothing of it."""
    markets = {market: place for place, market in enumerate(_seen(board, found))}
    parts = {part: place for place, part in enumerate(("", *metric.slices))}
    there = figures_of(found.folder, settings().dbt_project, metric.metric)
    figures = [each for each in there if each.market in markets and each.slice in parts]
    if not figures:
        return None
    figures.sort(key=lambda each: (markets[each.market], parts[each.slice], each.slice_value))
    definition = definitions(settings().dbt_project)[metric.metric]
    market = figures[0].market
    rows = [(each, judged(found.manifest, each)) for each in figures]
    # Of a part, what says nothing isn't shown.
    rows = [(each, target) for each, target in rows if each.is_enough or not each.slice or target]
    return BoardSection(definition, market, chart_of(found, metric.metric, market, definition.label), rows)


def _report(name: str, night: Night, language: str) -> tuple[Report, Language]:
    found = shown_or_nothing(night)
    board = _board(name, found)
    language = language or reader().name
    with said_why_not(found.night):
        report = board_report(settings(), board, found.night, language, found.markets)
        return report, speaking(language)
