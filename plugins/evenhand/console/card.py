"""The card on Airflow's Home: what needs somebody tonight, in at most a handful of lines, each a link to its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from evenhand.console.seen import limited
from evenhand.console.shown import Shown, shown
from evenhand.console.words import counted, day

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
        return JSONResponse({"title": "Evenhand: nothing is released yet", "lines": [], "more": 0})
    lines = list(waiting(found))
    content: dict[str, Any] = {"title": f"What needs you tonight ({day(found.night)})", "more": 0}
    content["lines"] = [asdict(each) for each in lines[:_LINES]] or [asdict(Line("Nothing waits for anybody.", ""))]
    return JSONResponse(content | {"more": max(len(lines) - _LINES, 0)})


def waiting(found: Shown) -> Iterator[Line]:
    """What needs somebody, the gravest first."""
    manifest = found.manifest
    for said in found.needs:
        yield Line(said, "")
    for market in manifest.held_markets:
        yield Line(f"{market.market} wasn't decided: {market.why}", "")
    for held in manifest.held_lists:
        if held.answer == "approved":
            continue
        page = f"held?{urlencode({'night': found.night})}#{quote(f'{held.list}-{held.market}')}"
        if held.list in ("penalties", "rewards"):
            would = f"{counted(held.changes, 'row')} would change"
            yield Line(f"The {held.list} of {held.market} wait for an answer: {would}", page)
        else:
            what = "Deliveries to" if held.list == "deliveries" else "Notices in"
            yield Line(f"{what} {held.market} wait for an answer", page)
    yield from _counts(found, "held", "held back, for they break a rule", [each.rows for each in manifest.held_back])
    yield from _counts(found, "quarantine", "in quarantine", [each.rows for each in manifest.quarantined])


def _counts(found: Shown, page: str, how: str, rows: Sequence[int]) -> Iterator[Line]:
    if number := sum(rows):
        is_are = "is" if number == 1 else "are"
        yield Line(f"{counted(number, 'row')} {is_are} {how}", f"lists/{page}?{urlencode({'night': found.night})}")
