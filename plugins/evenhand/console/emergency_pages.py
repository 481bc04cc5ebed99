"""The forms for a measure now: one that is imposed or lifted, and the end of one that was imposed, by its name.

Whom it meets is counted and shown first. What is asked for then is carried out by the DAG that has this form too, begun
in Airflow as who is logged in; where Airflow doesn't run, it is proposed as on the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from evenhand.console.acts import choices, digest_of, markets
from evenhand.console.airflow_api import AirflowRefused, may_ask
from evenhand.console.asked import refuse_unknown_market
from evenhand.console.forms import ByWord, User, form_of, sent_by_us, who
from evenhand.console.offered import not_offered
from evenhand.console.reader import say
from evenhand.console.refusals import refused
from evenhand.console.render import page
from evenhand.console.second_person import begun, proposed_act
from evenhand.console.seen import limited
from evenhand.console.shown import Shown, shown
from evenhand.console.values import english
from evenhand.emergency.emergency import Emergency, EmergencyRefused
from evenhand.emergency.ending import propose_end, those_to_end
from evenhand.emergency.propose import Proposed, propose
from evenhand.emergency.wish import Wish
from evenhand.explain.names import Names
from evenhand.people.acts import EMERGENCY, refuse_who_may_not
from evenhand.policy.load import load_packs
from evenhand.policy.texts import PackError
from evenhand.records.persons import Person, PersonRefused
from evenhand.records.written import TextRefused
from evenhand.release.figures import ALL_MARKETS
from evenhand.settings import settings

router = APIRouter()
Text = Annotated[str, Form()]
# What a form carries, and is asked for with.
FIELDS = ("market", "emergency", "action", "what", "until", "reason", "accounts", "kind", "stage", "zone")
_REFUSED = (EmergencyRefused, PersonRefused, PackError, AirflowRefused, TextRefused)


class NotAsked(EmergencyRefused):
    """Nothing was asked for: it isn't what was counted any more. The message says what differs."""


@router.get("/emergency")
@limited
def emergency_page(
    request: Request, user: User, market: str = "", account: str = "", emergency: str = "", done: str = ""
) -> HTMLResponse:
    """A measure that is imposed, lifted or ended now: whom, what, until when and why."""
    found = shown()
    # A case of all markets leads here too: then one is chosen.
    if found and market not in ("", ALL_MARKETS):
        refuse_unknown_market(market, found)
    return _emergency(request, user, found, {"market": market, "accounts": account, "emergency": emergency}, done=done)


@router.post("/emergency", dependencies=[Depends(sent_by_us), Depends(may_ask)], response_model=None)
@limited
def ask_for_emergency(
    request: Request, user: User, market: Text = "", emergency: Text = "", action: Text = "impose", what: Text = "",
    until: Text = "", reason: Text = "", accounts: Text = "", kind: Text = "", stage: Text = "", zone: Text = "",
    counted: Text = "", by: ByWord = "",
) -> Response:  # fmt: skip
    """Count whom it would meet; and, where that was shown, ask for it: then a second person is asked."""
    found = shown()
    said = (market, emergency, action, what, until, reason, accounts, kind, stage, zone)
    asked = dict(zip(FIELDS, said, strict=True))
    if found is None or found.manifest.history:
        return _emergency(
            request, user, found, asked, say("No night is released yet, so nothing is in force."), status=409
        )
    try:
        author = who(user, by)
        proposed = _proposed(found, asked, author)
        if not counted:
            return _emergency(request, user, found, asked, proposed=proposed)
        if counted != digest_of(proposed.proposal):
            raise NotAsked(
                say("Whom it meets is otherwise than it was counted, so nothing was asked for: look once more.")
            )
        told = begun(request, "emergency_measure", _airflow_form(asked, proposed, by))
        if not told:
            form, needs = proposed.proposal.model_dump(mode="json"), proposed.proposal.needs
            told = proposed_act("emergency", form, proposed.told(Names(english()).of), author, needs)
    except _REFUSED as error:
        return _emergency(request, user, found, asked, refused(request, error), status=409)
    return RedirectResponse(f"emergency?{urlencode({'done': told})}", 303)


def _proposed(found: Shown, asked: Mapping[str, str], author: Person) -> Proposed:
    packs = load_packs(settings().policies)
    if asked["market"] not in (there := markets(found, packs)):
        raise EmergencyRefused(
            say(
                "no pack judges market %(market)s; choose one of %(there)s",
                market=asked["market"],
                there=", ".join(there),
            )
        )
    refuse_who_may_not(settings().home, author, EMERGENCY, (asked["market"],))
    release = settings().releases / f"night={found.night}"
    if asked["emergency"]:
        named = asked["emergency"]
        return propose_end(named, asked["reason"], author, settings().emergencies, release, asked["market"])
    measure, _, scope = asked["what"].partition(" on ")
    programme, _, zone = asked["zone"].partition("/")
    try:
        until = date.fromisoformat(asked["until"])
    except ValueError as error:
        raise EmergencyRefused(
            say("the last day is “%(until)s”; write it as YYYY-MM-DD", until=asked["until"])
        ) from error
    if asked["action"] not in ("impose", "lift"):
        raise EmergencyRefused(say("choose whether to impose or to lift it"))
    action = cast(Literal["impose", "lift"], asked["action"])
    wish = Wish(
        action, asked["market"], measure, scope, until, asked["reason"], tuple(asked["accounts"].split()),
        asked["kind"], asked["stage"], programme, zone,
    )  # fmt: skip
    return propose(wish, author, packs, release)


def _airflow_form(asked: Mapping[str, str], proposed: Proposed, by: str) -> dict[str, Any]:
    """What the form of the DAG says: of one that ends, what it is of."""
    wanted = proposed.proposal
    programme, _, zone = asked["zone"].partition("/")
    segment = {"kind": asked["kind"], "stage": asked["stage"], "programme": programme, "zone": zone}
    accounts = asked["accounts"].split()
    if wanted.ends:
        segment, accounts = dict.fromkeys(segment, ""), []
    return {
        "action": "lift" if wanted.ends else wanted.action, "emergency": wanted.ends, "market": wanted.market,
        "measure": wanted.measure, "scope": wanted.scope, "until": str(wanted.until), "reason": asked["reason"],
        "accounts": accounts, "author": by or None, **{name: value or None for name, value in segment.items()},
    }  # fmt: skip


def _emergency(
    request: Request, user: Any, found: Shown | None, asked: Mapping[str, str], said: str = "", done: str = "",
    proposed: Proposed | None = None, status: int = 200,
) -> HTMLResponse:  # fmt: skip
    if found is None:
        return page(request, "no_release.html", None, status=status)
    try:
        packs = load_packs(settings().policies)
    except PackError as error:
        return page(request, "error.html", found, status=503, said=str(error))
    there = markets(found, packs)
    market = asked["market"] if asked["market"] in there else there[0] if len(there) == 1 else ""
    imposed, not_known = _to_end(request, found, market)
    return page(
        request,
        "emergency.html",
        found,
        status=status,
        markets=there,
        market=market,
        choices=choices(found, packs, market) if market else None,
        imposed=imposed,
        not_known=not_known,
        fields=FIELDS,
        asked={**dict.fromkeys(FIELDS, ""), "action": "impose", **asked},
        proposed=proposed,
        counted=digest_of(proposed.proposal) if proposed else "",
        said=said,
        done=done,
        not_offered=not_offered(request, user, EMERGENCY, market) if market else "",
        **form_of(user),
    )


def _to_end(request: Request, found: Shown, market: str) -> tuple[list[Emergency], str]:
    """What was imposed in a market and can be ended; or why that isn't known."""
    try:
        return those_to_end(settings().emergencies, found.night, market), ""
    except EmergencyRefused as error:
        return [], refused(request, error)
