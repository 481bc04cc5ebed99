"""The card on Airflow's Home: what needs somebody tonight, in at most a handful of lines, each a link to its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from evenhand.console.case_pages import waiting as open_cases
from evenhand.console.night_words import as_text, why_undecided
from evenhand.console.reader import say, say_counted
from evenhand.console.seen import limited
from evenhand.console.shown import Shown, shown
from evenhand.console.tonight import receivers
from evenhand.console.values import list_of
from evenhand.console.values import market as market_name

router = APIRouter(prefix="/card")
# So many lines stand on the card; the page has the rest.
_LINES = 5


@dataclass(frozen=True)
class Line:
    """Something that needs somebody.

    Attributes:
        page: its page's address, below that of all pages.
    """

    said: str
    page: str


@router.get("/script")
@limited
def card_script() -> Response:
    """What draws the card, for Airflow's own page."""
    script = files("evenhand.console").joinpath("templates/card.js").read_text(encoding="utf-8")
    return Response(script, media_type="text/javascript")


@router.get("/lines")
@limited
def card_lines() -> JSONResponse:
    """What stands on the card."""
    found = shown()
    if found is None:
        return JSONResponse(
            {
                "title": say("Evenhand: nothing is released yet"),
                "lines": [],
                "more": "",
                "all": say("All of tonight"),
            }
        )
    lines = list(waiting(found))
    content: dict[str, Any] = {"title": say("What needs you tonight (%(night)s)", night=found.night)}
    content["lines"] = [asdict(each) for each in lines[:_LINES]] or [
        asdict(Line(say("Nothing waits for anybody."), ""))
    ]
    more = max(len(lines) - _LINES, 0)
    content["more"] = say("and %(number)s more", number=more) if more else ""
    return JSONResponse(content | {"all": say("All of tonight")})


def waiting(found: Shown) -> Iterator[Line]:
    """What needs somebody, the gravest first."""
    manifest = found.manifest
    for said in found.needs:
        yield Line(said, "")
    for market in manifest.held_markets:
        yield Line(
            say(
                "%(market)s wasn't decided: %(why)s",
                market=market_name(market.market),
                why=as_text(why_undecided(market.why)),
            ),
            "",
        )
    for held in manifest.held_lists:
        if not held.waits:
            continue
        page = f"held?{urlencode({'night': found.night})}#{quote(f'{held.list}-{held.market}')}"
        if held.list in ("penalties", "rewards"):
            said = say_counted(
                "%(list)s wait for an answer: %(num)s row would change",
                "%(list)s wait for an answer: %(num)s rows would change",
                held.changes,
                list=list_of(held.list, held.market),
            )
            yield Line(said, page)
        else:
            yield Line(say("%(list)s wait for an answer", list=list_of(held.list, held.market)), page)
    for each in receivers(found):
        if each.failed:
            page = f"lists/deliveries?{urlencode({'night': found.night, 'receiver': each.receiver})}"
            yield Line(say("The last delivery to %(receiver)s failed", receiver=each.receiver), page)
    cases = open_cases(found)
    if cases is None:
        yield Line(say("Cases can't be read: it isn't known how many wait"), "cases")
    counted = (cases or {}).values()
    if overdue := sum(each.overdue for each in counted):
        said = say_counted("%(num)s case is past its day", "%(num)s cases are past their day", overdue)
        yield Line(said, "cases")
    if still := sum(each.open for each in counted):
        yield Line(say_counted("%(num)s case is open", "%(num)s cases are open", still), "cases")
    asked = urlencode({"night": found.night})
    if rows := sum(each.rows for each in manifest.held_back):
        said = say_counted(
            "%(num)s row is held back, for it breaks a rule", "%(num)s rows are held back, for they break a rule", rows
        )
        yield Line(said, f"lists/held?{asked}")
    if rows := sum(each.rows for each in manifest.quarantined):
        said = say_counted("%(num)s row is in quarantine", "%(num)s rows are in quarantine", rows)
        yield Line(said, f"{'lists/quarantine' if found.markets is None else 'gates'}?{asked}")
