"""The pages of what is released: a night, its lists, a creator; each answers for who may see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, StreamingResponse

from evenhand.console import creator, creator_charts, listing, named_columns, parts, tonight
from evenhand.console.asked import Against, Market, Night, market_of, refuse_unknown_choices
from evenhand.console.case_pages import called, waiting
from evenhand.console.downloads import download
from evenhand.console.metrics import trend_of
from evenhand.console.reader import say
from evenhand.console.render import page
from evenhand.console.restored import restoring
from evenhand.console.seen import for_support, limited
from evenhand.console.shown import Shown, shown
from evenhand.console.tables import BY_NAME, Column, Listed
from evenhand.console.workbook import write_workbook
from evenhand.explain.account_rows import units_of
from evenhand.release.figures import ALL_MARKETS
from evenhand.release.spreadsheet import lines
from evenhand.release.targets import judged

router = APIRouter()
# So many rows of a download are sent at a time.
_AT_ONCE = 1000


@router.get("/")
@limited
def tonight_page(request: Request, night: Night = None, against: Against = "", market: Market = "") -> HTMLResponse:
    """What needs somebody, and every market on one screen."""
    found = shown(night)
    if found is None:
        return page(request, "no_release.html", None)
    before = _against(found, against)
    of_metrics = market_of(market, found)
    market = "" if market == ALL_MARKETS else market
    shown_metrics = tonight.metrics(found, of_metrics)
    return page(
        request,
        "tonight.html",
        found,
        before=before,
        against=against,
        markets=tonight.markets(found, before),
        unsent=tonight.unsent(found),
        receivers=[(each, tonight.sent_over(found, each.receiver)) for each in tonight.receivers(found)],
        landed=tonight.landed(found),
        gate_1=tonight.gate_1(found),
        zones=parts.zones(found, market),
        stages=parts.stages(found, market),
        penalties=parts.penalties(found, before, market),
        causes=parts.causes(found, before, market),
        held_changes=parts.held_changes(found, before, market),
        nights_with_causes=parts.nights_with_causes(found, before),
        penalties_over=parts.penalties_over(found, market),
        changes_over=parts.changes_over(found, market),
        nights_since=parts.nights_since(found, before),
        cases=waiting(found),
        metrics=[(each, trend_of(found, each), judged(found.manifest, each)) for each in shown_metrics],
        market=market,
        of_metrics=of_metrics,
    )


@router.get("/lists")
@limited
def lists_page(request: Request, night: Night = None) -> HTMLResponse:
    """Which lists there are."""
    found = shown(night)
    return page(request, "lists.html" if found else "no_release.html", found)


@router.get("/lists/{name}")
@limited
def list_page(request: Request, name: str) -> HTMLResponse:
    """A list: searched, filtered, sorted, and a page at a time."""
    listed, found, before, asked = _asked(request, name)
    if found is None:
        return page(request, "no_release.html", None)
    if listed.is_compared and before is None:
        return page(request, "nothing_before.html", found, listed=listed)
    rows = listing.find(listed, found, before, asked)
    tells_units = any(column.kind == "balance" or column.name == "why" for column in rows.columns)
    units = units_of(found.folder, found.night) if tells_units else {}
    return page(request, "list.html", found, listed=listed, asked=asked, found=rows, before=before, units=units)


@router.get("/lists/{name}/csv")
@limited
def list_as_csv(request: Request, name: str) -> StreamingResponse:
    """All rows of what was asked for, as CSV that is safe to open in a spreadsheet."""
    listed, found, before, asked = _asked(request, name)
    if found is None:
        raise HTTPException(404, say("Nothing is released yet"))
    columns, _, rows = listing.every_row(listed, found, before, asked)
    headers = {"content-disposition": f'attachment; filename="{found.night}_{listed.name}.csv"'}
    return StreamingResponse(_csv(columns, rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/lists/{name}/xlsx")
@limited
def list_as_workbook(request: Request, name: str) -> FileResponse:
    """All rows of what was asked for as a spreadsheet, which says on its first sheet what they are."""
    listed, found, before, asked = _asked(request, name)
    if found is None:
        raise HTTPException(404, say("Nothing is released yet"))
    columns, sql, rows = listing.every_row(listed, found, before, asked)
    by_name = {column.name: column for column in columns}
    asked_for = [
        (say(by_name[name].label), named_columns.said(by_name[name], value) or say("none"))
        for name, value in asked.chosen.items()
    ]
    asked_for += [(say("Search"), asked.search)] if asked.search else []
    asked_for += [(say("Compared with"), str(before.night))] if before else []
    facts = [
        *((say("List"), say(listed.title)), (say("A row is"), say(listed.about)), (say("Night"), str(found.night))),
        *((say("Revision"), str(found.revision)), (say("Release"), found.manifest.release_id), *asked_for),
        ("SQL", sql),
    ]

    def write(path: Path) -> None:
        told = named_columns.named(columns, rows)
        write_workbook(path, say(listed.title), facts, named_columns.header(columns), told)

    return download(f"{found.night}_{listed.name}.xlsx", write)


@router.get("/creator/restoring")
@limited
@for_support
def restoring_page(request: Request, account: str, night: Night = None, again: int | None = None) -> HTMLResponse:
    """What would restore an account, and by when: tried when somebody asks, in some seconds."""
    found = shown(night)
    if found is None:
        return page(request, "no_release.html", None)
    return page(request, "restoring.html", found, account=account, of=restoring(found, account, again))


@router.get("/creator")
@limited
@for_support
def creator_page(request: Request, account: str, night: Night = None) -> HTMLResponse:
    """Everything that is known of an account on a night."""
    found = shown(night)
    if found is None:
        return page(request, "no_release.html", None)
    of, elsewhere = creator.facts(found, account)
    drawn = creator_charts.charts(of, creator_charts.penalties_over_days(found, of))
    return page(request, "creator.html", found, of=of, elsewhere=elsewhere, charts=drawn)


@router.get("/search", response_model=None)
@limited
@for_support
def search(request: Request, q: str = "", night: Night = None) -> HTMLResponse | RedirectResponse:
    """An account, a case or a night by its name, or an account by that of a violation, an appeal or a notice of it."""
    found = shown(night)
    if found is None:
        return page(request, "no_release.html", None)
    words = q.strip()
    if any(words == str(each) for each in found.nights):
        return RedirectResponse(f"./?{urlencode({'night': words})}", 303)
    cases = called(words) if words else []
    accounts = creator.accounts_called(found, words) if words else []
    if [each["case_id"] for each in cases] == [words.lower()] or (len(cases) == 1 and not accounts):
        return RedirectResponse(f"cases/{cases[0]['case_id']}", 303)
    # A creator that is called so has a page with its cases; cases with its name in them stand beside several.
    if len(accounts) == 1:
        return RedirectResponse(f"creator?{urlencode({'account': accounts[0], 'night': found.night})}", 303)
    return page(request, "search.html", found, q=q, accounts=accounts, cases=cases)


def _against(found: Shown, against: str) -> Shown | None:
    """The release that one is compared with: a night that was asked for, else the one before."""
    if against and against != "week":
        try:
            return shown(date.fromisoformat(against))
        except ValueError as error:
            raise HTTPException(
                400, say("against is “%(night)s”; write a night as YYYY-MM-DD, or week", night=against)
            ) from error
    before = found.before(7 if against == "week" else 1)
    return shown(before) if before else None


def _asked(request: Request, name: str) -> tuple[Listed, Shown | None, Shown | None, listing.Asked]:
    listed = BY_NAME.get(name)
    if listed is None:
        raise HTTPException(
            404, say("there is no list %(list)s; there are %(there)s", list=name, there=", ".join(BY_NAME))
        )
    said = dict(request.query_params)
    try:
        night = date.fromisoformat(said.pop("night")) if said.get("night") else None
        number = int(said.pop("page", "") or 1)
    except ValueError as error:
        raise HTTPException(400, say("night is a day as YYYY-MM-DD, and page a number")) from error
    said.pop("night", None)
    said.pop("lang", None)
    against = said.pop("against", "")
    found = shown(night)
    before = _against(found, against) if found and listed.is_compared else None
    if (
        before
        and listed.is_alone_too
        and not against
        and not all(before.has(f"{each}.parquet") for each in listed.files)
    ):
        # A night of a history.
        before = None
    asked = listing.Asked(
        night=found.night if found else date.today() - timedelta(days=1),
        search=said.pop("q", "").strip(),
        sort=said.pop("sort", ""),
        # An empty choice of the form is none; a value that isn't there is chosen as `-`.
        chosen={name: "" if value == "-" else value for name, value in said.items() if value},
        page=max(number, 1),
        against=before.night if before else None,
    )
    if found:
        refuse_unknown_choices(listed, found, before, asked)
    return listed, found, before, asked


def _csv(columns: Sequence[Column], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    yield lines([[column.heading for column in columns]])
    try:
        while some := list(islice(rows, _AT_ONCE)):
            yield lines(some)
    except duckdb.Error as error:
        # The headers are sent: who downloads sees that rows are missing.
        yield lines([[say("The rest couldn't be read: %(why)s", why=str(error))]])
