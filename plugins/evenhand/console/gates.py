"""What both gates found over the last nights, in one place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from evenhand.console.asked import Night
from evenhand.console.render import page
from evenhand.console.seen import limited
from evenhand.console.shown import Shown, manifest_of, shown
from evenhand.console.values import list_of
from evenhand.release.manifest import DELIVERIES, NOTICES, HeldList, HeldMarket, Manifest
from evenhand.release.quality_samples import ITEMS

router = APIRouter(prefix="/gates")


@dataclass(frozen=True)
class BrokenRule:
    """A rule that rows broke on one of the nights.

    Attributes:
        of: the feed, or the list and its market.
        rows: how many on each night, the newest last; None on a night that can't be read.
    """

    of: str
    rule: str
    remedy: str
    rows: Sequence[int | None]

    @property
    def nights(self) -> int:
        """On how many nights."""
        return sum(1 for each in self.rows if each)


@router.get("")
@limited
def gates_page(request: Request, night: Night = None) -> HTMLResponse:
    """What was quarantined, held back, held and left undecided over the last nights."""
    found = shown(night)
    if found is None:
        return page(request, "no_release.html", None)
    over = _manifests(found)
    return page(
        request,
        "gates.html",
        found,
        nights=len(over),
        has_rules=any(each and _says_which_rules(each) for _, each in over),
        quarantined=_broken(
            [
                [(row.feed, row.rule, row.remedy, row.rows) for row in each.quarantined]
                if each and _says_which_rules(each)
                else None
                for _, each in over
            ]
        ),
        held_back=_broken(
            [
                None
                if each is None
                else [(list_of(row.list, row.market), row.rule, row.remedy, row.rows) for row in each.held_back]
                for _, each in over
            ]
        ),
        held=_held(over),
        undecided=_undecided(over),
        power=found.manifest.power,
        others=(DELIVERIES, NOTICES, ITEMS),
    )


def _says_which_rules(manifest: Manifest) -> bool:
    """Whether a release says which rules rows in quarantine break.

    Nights of a history don't say it of a market, and those of earlier versions say how many rows of a feed there are.
    """
    if manifest.quarantined or not manifest.history or "quarantine.parquet" in manifest.files:
        return True
    return bool(manifest.feeds) and not any(each.quarantined for each in manifest.feeds.values())


def _manifests(found: Shown) -> list[tuple[date, Manifest | None]]:
    """What the last nights until the one that is shown say of themselves, the newest last; None where that can't be."""
    return [(night, _manifest(night, found)) for night in found.last_nights()]


def _manifest(night: date, found: Shown) -> Manifest | None:
    """What a night says of itself; None where it isn't released, or another version did that."""
    if night not in found.nights:
        return None
    try:
        return manifest_of(night, found.nights)
    except HTTPException:
        return None


def _broken(over: Sequence[Sequence[tuple[str, str, str, int]] | None]) -> list[BrokenRule]:
    """Each rule with its rows of each night, what is worst tonight first."""
    counted: dict[tuple[str, str], list[int | None]] = defaultdict(
        lambda: [0 if each is not None else None for each in over]
    )
    remedies: dict[tuple[str, str], str] = {}
    for at, rows in enumerate(over):
        for of, rule, remedy, number in rows or ():
            counted[of, rule][at] = (counted[of, rule][at] or 0) + number
            # In the words of the newest night that has it.
            remedies[of, rule] = remedy
    found = [BrokenRule(of, rule, remedies[of, rule], rows) for (of, rule), rows in counted.items()]
    return sorted(found, key=lambda each: (-(each.rows[-1] or 0), -each.nights, each.of, each.rule))


def _held(over: Sequence[tuple[date, Manifest | None]]) -> list[tuple[date, HeldList]]:
    """What was held, the newest first."""
    return [(night, held) for night, each in reversed(over) if each for held in each.held_lists]


def _undecided(over: Sequence[tuple[date, Manifest | None]]) -> list[tuple[date, HeldMarket]]:
    """Markets that weren't decided, the newest first."""
    return [(night, market) for night, each in reversed(over) if each for market in each.held_markets]
