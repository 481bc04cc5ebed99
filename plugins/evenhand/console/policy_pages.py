"""The pages of policies: which are in force where, one in words, two compared, a ladder as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse

from evenhand.console.asked import Night
from evenhand.console.downloads import download
from evenhand.console.ladders import HEADER, Step, ladder
from evenhand.console.policies import Policy, called, compared, in_words, policies
from evenhand.console.reader import say
from evenhand.console.render import page
from evenhand.console.seen import limited
from evenhand.console.shown import shown
from evenhand.console.tonight import creators_by_market
from evenhand.console.values import markets
from evenhand.console.workbook import write_workbook

router = APIRouter(prefix="/policies")


@router.get("")
@limited
def policies_page(request: Request, night: Night = None) -> HTMLResponse:
    """Every policy: where it is in force, and since when."""
    found = shown(night)
    if found is None:
        return page(request, "no_release.html", None)
    by_market = creators_by_market(found)
    there = policies(found)

    def creators(of: Policy) -> int:
        return sum(by_market.get(market, 0) for market in of.pack.markets)

    def before(of: Policy) -> Policy | None:
        """The version before it."""
        earlier = [each for each in there if each.pack.pack == of.pack.pack and each.pack.version < of.pack.version]
        return max(earlier, key=lambda each: each.pack.version, default=None)

    return page(
        request,
        "policies.html",
        found,
        used=[each for each in there if creators(each)],
        unused=[each for each in there if not creators(each)],
        creators=creators,
        before=before,
    )


@router.get("/{policy}")
@limited
def policy_page(request: Request, policy: str, night: Night = None, against: str = "") -> HTMLResponse:
    """A policy in words, and what is otherwise in it than in another."""
    found = shown(night)
    if found is None:
        return page(request, "no_release.html", None)
    there = policies(found)
    chosen = called(there, policy)
    other = called(there, against) if against else None
    # The other versions of the same pack first.
    others = sorted((each for each in there if each is not chosen), key=lambda each: each.pack.pack != chosen.pack.pack)
    return page(
        request,
        "policy.html",
        found,
        policy=chosen,
        against=other,
        difference=compared(other, chosen, there) if other else None,
        others=others,
        text=in_words(chosen, there),
        header=HEADER,
        # A programme of one zone has no steps.
        ladder=[zones for zones in _by_zone(ladder(chosen)) if len(zones) > 1],
    )


def _by_zone(steps: Iterable[Step]) -> Iterator[list[list[Step]]]:
    """The steps of each programme, by its zones."""
    for _, some in groupby(steps, key=lambda each: each.programme):
        yield [list(of_zone) for _, of_zone in groupby(some, key=lambda each: each.zone)]


@router.get("/{policy}/xlsx")
@limited
def ladder_as_workbook(policy: str, night: Night = None) -> FileResponse:
    """What each zone of a policy brings, as a spreadsheet."""
    found = shown(night)
    if found is None:
        raise HTTPException(404, say("Nothing is released yet"))
    chosen = called(policies(found), policy)
    facts = [
        (say("Policy"), chosen.title),
        (say("Markets"), markets(chosen.pack.markets)),
        (say("In force"), chosen.days),
    ]
    facts += [(say("File"), chosen.file), ("SHA-256", chosen.sha256), (say("Night"), str(found.night))]
    header, rows = list(map(say, HEADER)), [each.cells for each in ladder(chosen)]
    return download(f"{policy}.xlsx", lambda path: write_workbook(path, say("Ladder"), facts, header, rows))
