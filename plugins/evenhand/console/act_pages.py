"""The forms for what can't wait: a measure now, stopping deliveries, reversing a night.

What is asked for is carried out by the DAGs that have these forms too, begun in Airflow as who is logged in; what is
stopped is stopped at once. Where Airflow doesn't run, it is proposed as on the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from evenhand.console.acts import choices, digest_of, markets
from evenhand.console.acts_said import reversal_said, stop_said
from evenhand.console.airflow_api import AirflowRefused, ask, may_ask, may_reverse, may_stop
from evenhand.console.asked import refuse_unknown_market
from evenhand.console.forms import ByWord, User, form_of, sent_by_us, who
from evenhand.console.offered import not_offered
from evenhand.console.reader import say, say_counted
from evenhand.console.refusals import refused
from evenhand.console.render import page
from evenhand.console.seen import limited
from evenhand.console.shown import Shown, shown
from evenhand.console.values import english
from evenhand.delivery.stopping import stop, stopped
from evenhand.emergency.emergency import EmergencyRefused
from evenhand.emergency.propose import Proposed, propose
from evenhand.emergency.wish import Wish
from evenhand.explain.names import Names
from evenhand.people.acts import EMERGENCY, RESUME, REVERSE, STOP, act_of, refuse_who_may_not
from evenhand.policy.load import load_packs
from evenhand.policy.texts import PackError
from evenhand.records import proposals
from evenhand.records.history import HistoryBroken
from evenhand.records.persons import Person, PersonRefused
from evenhand.records.written import TextRefused
from evenhand.records.written import reason as written
from evenhand.release.figures import ALL_MARKETS
from evenhand.release.reversal import NotReversible, reversal_of, reversible
from evenhand.settings import settings
from evenhand.tasks.stop_and_reverse import NotDone, rows_after, told_of_reversing

router = APIRouter()
Text = Annotated[str, Form()]
_REFUSED = (
    *(EmergencyRefused, PersonRefused, PackError, NotDone, NotReversible, HistoryBroken, AirflowRefused),
    TextRefused,
)


class NotAsked(EmergencyRefused):
    """Nothing was asked for: it isn't what was counted any more. The message says what differs."""


@router.get("/emergency")
@limited
def emergency_page(request: Request, user: User, market: str = "", account: str = "", done: str = "") -> HTMLResponse:
    """A measure that is imposed or lifted now: whom, what, until when and why."""
    found = shown()
    # A case of all markets leads here too: then one is chosen.
    if found and market not in ("", ALL_MARKETS):
        refuse_unknown_market(market, found)
    return _emergency(request, user, found, {"market": market, "accounts": account}, done=done)


@router.post("/emergency", dependencies=[Depends(sent_by_us), Depends(may_ask)], response_model=None)
@limited
def ask_for_emergency(
    request: Request, user: User, market: Text = "", action: Text = "impose", what: Text = "", until: Text = "",
    reason: Text = "", accounts: Text = "", kind: Text = "", stage: Text = "", zone: Text = "", counted: Text = "",
    by: ByWord = "",
) -> Response:  # fmt: skip
    """Count whom it would meet; and, where that was shown, ask for it: then a second person is asked."""
    found = shown()
    asked = {"market": market, "action": action, "what": what, "until": until, "reason": reason, "accounts": accounts}
    asked |= {"kind": kind, "stage": stage, "zone": zone}
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
        told = _begun(request, "emergency_measure", _emergency_form(asked, by))
        if not told:
            told = _proposed_by_hand("emergency", proposed.proposal.model_dump(mode="json"), proposed, author)
    except _REFUSED as error:
        return _emergency(request, user, found, asked, refused(request, error), status=409)
    return RedirectResponse(f"emergency?{urlencode({'done': told})}", 303)


@router.get("/stop")
@limited
def stop_page(request: Request, user: User, done: str = "") -> HTMLResponse:
    """Whether deliveries are stopped, and stopping or resuming them."""
    return _stop(request, user, done=done)


@router.post("/stop", dependencies=[Depends(sent_by_us), Depends(may_stop)], response_model=None)
@limited
def stop_or_resume(request: Request, user: User, action: Text = "", reason: Text = "", by: ByWord = "") -> Response:
    """Stop all deliveries at once; or ask that they are resumed, which a second person approves."""
    here = settings()
    try:
        person = who(user, by)
        if action not in ("stop", "resume") or not reason.strip():
            raise NotDone(say("Write why, and choose whether to stop or to resume."))
        if action == "stop":
            told = say("From now on nothing is sent: %(why)s.", why=stop_said(stop(here.home, person, reason)))
        else:
            refuse_who_may_not(here.home, person, RESUME)
            why = written(reason)
            in_force = stopped(here.home)
            if in_force is None:
                raise NotDone(say("Deliveries aren't stopped; there is nothing to resume."))
            form = {"action": "resume", "reason": why, "author": by or None}
            told = _begun(request, "emergency_stop", form)
            if not told:
                said = f"{person} asks to resume deliveries: {why}\n\nUntil now, {in_force}"
                told = _proposed_act("resume", {"reason": why}, said, person)
    except _REFUSED as error:
        return _stop(request, user, refused(request, error), status=409)
    return RedirectResponse(f"stop?{urlencode({'done': told})}", 303)


@router.get("/reverse")
def reverse_page(request: Request, user: User, done: str = "") -> HTMLResponse:
    """What reversing the newest night would bring back, and what lifting that would."""
    return _reverse(request, user, done=done)


@router.post("/reverse", dependencies=[Depends(sent_by_us), Depends(may_reverse)], response_model=None)
def ask_to_reverse(
    request: Request, user: User, night: Text = "", action: Text = "", release: Text = "", reason: Text = "",
    by: ByWord = "",
) -> Response:  # fmt: skip
    """Ask that the newest night is reversed, or that this is lifted, as it was shown; a second person approves."""
    found = shown()
    try:
        person = who(user, by)
        if found is None or action not in ("reverse", "lift") or not reason.strip():
            raise NotDone(say("Write why, and choose whether to reverse the night or to lift that."))
        why = written(reason)
        if (night, release) != (str(found.night), found.manifest.release_id):
            raise NotDone(
                say("Another release is the newest by now; nothing was asked for: look at this page once more.")
            )
        refuse_who_may_not(settings().home, person, REVERSE)
        told_second = told_of_reversing(action, found.night, person, why)
        form = {"night": night, "action": action, "reason": why, "author": by or None}
        told = _begun(request, "release_reversed", form)
        if not told:
            kept = {name: form[name] for name in ("action", "night", "reason")}
            told = _proposed_act("reverse", kept, told_second, person)
    except _REFUSED as error:
        return _reverse(request, user, refused(request, error), status=409)
    return RedirectResponse(f"reverse?{urlencode({'done': told})}", 303)


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
    return propose(wish, author, packs, settings().releases / f"night={found.night}")


def _emergency_form(asked: Mapping[str, str], by: str) -> dict[str, Any]:
    measure, _, scope = asked["what"].partition(" on ")
    programme, _, zone = asked["zone"].partition("/")
    form: dict[str, Any] = {name: asked[name] for name in ("action", "market", "until", "reason")}
    segment = {"kind": asked["kind"], "stage": asked["stage"], "programme": programme, "zone": zone}
    form |= {name: value or None for name, value in segment.items()}
    return form | {
        "measure": measure, "scope": scope, "accounts": asked["accounts"].split(), "author": by or None,
    }  # fmt: skip


def _begun(request: Request, dag: str, form: Mapping[str, Any]) -> str:
    """Begin a run of a DAG with a form, as who is logged in; what to do next, or nothing where Airflow doesn't run."""
    run = ask(request, "POST", f"/dags/{dag}/dagRuns", {"logical_date": None, "conf": form})
    if not run:
        return ""
    return say(
        "Asked for: another person is asked in Airflow, under Required Actions (%(run)s).", run=run["dag_run_id"]
    )


def _proposed_by_hand(action: str, form: Mapping[str, Any], proposed: Proposed, author: Person) -> str:
    return _proposed_act(action, form, proposed.told(Names(english()).of), author, proposed.proposal.needs)


def _proposed_act(action: str, form: Mapping[str, Any], said: str, by: Person, needs: int = 0) -> str:
    """Write down what is asked for, as the terminal does; returns what to do next."""
    needs = needs or act_of(action, form).approvals
    act = proposals.ProposedAct(action=action, form=dict(form), said=said, by=by, at=datetime.now(UTC), needs=needs)
    name = proposals.propose(settings().home, act)
    return say_counted(
        "Proposed as %(name)s. Another person approves it within 24 hours: evenhand approve %(name)s",
        "Proposed as %(name)s. %(num)s other persons approve it within 24 hours: evenhand approve %(name)s",
        needs,
        name=name,
    )


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
    empty = dict.fromkeys(("what", "reason", "kind", "stage", "zone", "until"), "")
    return page(
        request,
        "emergency.html",
        found,
        status=status,
        markets=there,
        market=market,
        choices=choices(found, packs, market) if market else None,
        asked={"action": "impose", **empty, **asked},
        proposed=proposed,
        counted=digest_of(proposed.proposal) if proposed else "",
        said=said,
        done=done,
        not_offered=not_offered(request, user, EMERGENCY, market) if market else "",
        **form_of(user),
    )


def _stop(request: Request, user: Any, said: str = "", done: str = "", status: int = 200) -> HTMLResponse:
    in_force = stopped(settings().home)
    return page(
        request, "stop.html", shown(), status=status, said=said, done=done,
        in_force=stop_said(in_force) if in_force else "",
        not_offered=not_offered(request, user, RESUME if in_force else STOP), **form_of(user),
    )  # fmt: skip


def _reverse(request: Request, user: Any, said: str = "", done: str = "", status: int = 200) -> HTMLResponse:
    found = shown()
    if found is None:
        return page(request, "no_release.html", None, status=status)
    why_not, before, would_have = "", None, None
    reversal = reversal_of(settings().home, found.night)
    try:
        _, folder = reversible(settings().releases, found.night)
        before = shown(date.fromisoformat(folder.name.removeprefix("night=")))
        would_have = rows_after("lift" if reversal else "reverse", found.night, folder)
    except NotReversible as error:
        why_not = refused(request, error)
    return page(
        request, "reverse.html", found, status=status, before=before, why_not=why_not, said=said, done=done,
        would_have=would_have, reversal=reversal_said(reversal) if reversal else "",
        not_offered=not_offered(request, user, REVERSE), **form_of(user),
    )  # fmt: skip
