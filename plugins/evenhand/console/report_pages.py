"""The pages of reports: of a night or a week, of the markets of who reads, to read, print, download and send."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import ValidationError

from evenhand.console.asked import Night, refuse_unknown_market
from evenhand.console.downloads import download
from evenhand.console.forms import User, form_of, sent_by_us
from evenhand.console.made_reports import made
from evenhand.console.reader import reader, say
from evenhand.console.render import kept_chosen, page
from evenhand.console.seen import limited
from evenhand.console.sending import Sent, recipients, send
from evenhand.console.shown import Shown, shown
from evenhand.console.tonight import creators_by_market
from evenhand.console.values import labels
from evenhand.release.manifest import OtherFormat
from evenhand.release.verify import ReleaseChanged
from evenhand.reports.language import Language, NoSuchWords, languages
from evenhand.reports.make import NoSuchMarket
from evenhand.reports.page import page_of
from evenhand.reports.pdf import pdf_of
from evenhand.reports.report import KINDS, Report
from evenhand.reports.workbook import write_report
from evenhand.settings import settings

router = APIRouter(prefix="/reports")
Of = Annotated[str, Query(description="A market; by default all that are seen.")]
Text = Annotated[str, Form()]
Lang = Annotated[str, Query(description="The language that it is in; by default the reader's.")]


@router.get("")
@limited
def reports_page(request: Request, night: Night = None) -> HTMLResponse:
    """Which reports there are of a night."""
    found = shown(night)
    if found is None:
        return page(request, "no_release.html", None)
    markets = sorted(creators_by_market(found))
    return page(request, "reports.html", found, markets=markets, in_languages=languages())


@router.get("/{kind}")
@limited
def report_page(request: Request, kind: str, night: Night = None, market: Of = "", lang: Lang = "") -> HTMLResponse:
    """A report as a page by itself."""
    report, speaks = _report(shown_or_nothing(night), kind, market, lang)
    # The pages that it names lie beside it.
    return HTMLResponse(kept_chosen(request, page_of(report, speaks, "..")))


@router.get("/{kind}/xlsx")
@limited
def report_as_workbook(kind: str, night: Night = None, market: Of = "", lang: Lang = "") -> FileResponse:
    """A report as a spreadsheet."""
    report, speaks = _report(shown_or_nothing(night), kind, market, lang)
    return download(f"{report.night}.{report.name}.xlsx", lambda path: write_report(path, report, speaks))


@router.get("/{kind}/pdf")
@limited
def report_as_pdf(kind: str, night: Night = None, market: Of = "", lang: Lang = "") -> FileResponse:
    """A report as a PDF."""
    return download_pdf(*_report(shown_or_nothing(night), kind, market, lang))


@router.get("/{kind}/send")
@limited
def sending_page(
    request: Request, user: User, kind: str, night: Night = None, market: Of = "", lang: Lang = ""
) -> HTMLResponse:
    """To whom a report can be sent."""
    found = shown_or_nothing(night)
    report, _ = _report(found, kind, market, lang)
    return _sending(request, user, found, report, market)


@router.post("/{kind}/send", dependencies=[Depends(sent_by_us)])
@limited
def send_report(
    request: Request, user: User, kind: str, night: Annotated[date | None, Form()] = None, market: Text = "",
    lang: Text = "", to: Annotated[list[str] | None, Form()] = None,
) -> HTMLResponse:  # fmt: skip
    """Send a report to those of people.yml who are chosen."""
    found = shown_or_nothing(night)
    report, speaks = _report(found, kind, market, lang)
    may = recipients(report.asked_for)
    chosen = {person: may[person] for person in dict.fromkeys(to or ()) if person in may}
    if not chosen or len(chosen) < len(set(to or ())):
        said = say("Choose among those who may see it; nothing was sent.")
        return _sending(request, user, found, report, market, said=said, status=409)
    came = send(report, speaks, chosen, user.get_name())
    return _sending(request, user, found, report, market, came=came)


def _sending(
    request: Request, user: User, found: Shown, report: Report, market: str, status: int = 200, said: str = "",
    came: Sequence[Sent] = (),
) -> HTMLResponse:  # fmt: skip
    return page(
        request, "sending.html", found, status=status, said=said, came=came, people=list(recipients(report.asked_for)),
        kind=report.kind, title=report.title, market=market, language=report.language, **form_of(user),
    )  # fmt: skip


def download_pdf(report: Report, speaks: Language) -> FileResponse:
    """A report as a PDF, to be kept."""
    content = pdf_of(report, speaks, settings().pages)
    return download(f"{report.night}.{report.name}.pdf", lambda path: path.write_bytes(content))


def shown_or_nothing(night: Night) -> Shown:
    """The release of a night.

    Raises:
        HTTPException: nothing is released, or that night isn't.
    """
    found = shown(night)
    if found is None:
        raise HTTPException(404, say("Nothing is released yet"))
    return found


def _report(found: Shown, name: str, market: str, language: str) -> tuple[Report, Language]:
    kind = next((each for each in KINDS if each == name), None)
    if kind is None:
        raise HTTPException(
            404, say("there is no report %(report)s; there are %(there)s", report=name, there=", ".join(KINDS))
        )
    if market:
        refuse_unknown_market(market, found)
    seen = sorted(creators_by_market(found)) if found.markets is not None else []
    if found.markets is not None and ((market and market not in seen) or not seen):
        raise HTTPException(
            404,
            say("night %(night)s knows no market %(market)s", night=found.night, market=market or say("of yours")),
        )
    language = language or reader().name
    with said_why_not(found.night):
        return made(kind, found.night, language, [market] if market else seen), speaking(language)


def speaking(language: str) -> Language:
    """A language that reports are in.

    Raises:
        NoSuchWords: there are none in it.
    """
    return Language(language, labels().catalogs, settings().policies)


@contextmanager
def said_why_not(night: date) -> Iterator[None]:
    """Have what keeps a report from being made answered to who asks.

    Args:
        night: of the report.
    """
    try:
        yield
    except (NoSuchMarket, NoSuchWords) as error:
        raise HTTPException(404, str(error)) from error
    except ReleaseChanged as error:
        raise HTTPException(409, f"{error} (evenhand verify)") from error
    except (OtherFormat, ValidationError) as error:
        raise HTTPException(
            409,
            say(
                "one of the nights until %(night)s was released by another version of Evenhand: %(why)s",
                night=night,
                why=str(error),
            ),
        ) from error
