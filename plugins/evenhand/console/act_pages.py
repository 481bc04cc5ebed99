"""The forms for what can't wait of all markets together: stopping deliveries, and reversing a night.

What is asked for is carried out by the DAGs that have these forms too, begun in Airflow as who is logged in; what is
stopped is stopped at once. Where Airflow doesn't run, it is proposed as on the terminal.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from evenhand.console.acts_said import reversal_said, stop_said
from evenhand.console.airflow_api import AirflowRefused, may_reverse, may_stop
from evenhand.console.forms import ByWord, User, form_of, sent_by_us, who
from evenhand.console.offered import not_offered
from evenhand.console.reader import say
from evenhand.console.refusals import refused
from evenhand.console.render import page
from evenhand.console.second_person import begun, proposed_act
from evenhand.console.seen import limited
from evenhand.console.shown import shown
from evenhand.delivery.stopping import stop, stopped
from evenhand.people.acts import RESUME, REVERSE, STOP, refuse_who_may_not
from evenhand.records.history import HistoryBroken
from evenhand.records.persons import PersonRefused
from evenhand.records.written import TextRefused
from evenhand.records.written import reason as written
from evenhand.release.reversal import NotReversible, reversal_of, reversible
from evenhand.settings import settings
from evenhand.tasks.stop_and_reverse import NotDone, rows_after, told_of_reversing

router = APIRouter()
Text = Annotated[str, Form()]
_REFUSED = (PersonRefused, NotDone, NotReversible, HistoryBroken, AirflowRefused, TextRefused)


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
            told = begun(request, "emergency_stop", form)
            if not told:
                said = f"{person} asks to resume deliveries: {why}\n\nUntil now, {in_force}"
                told = proposed_act("resume", {"reason": why}, said, person)
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
        told = begun(request, "release_reversed", form)
        if not told:
            kept = {name: form[name] for name in ("action", "night", "reason")}
            told = proposed_act("reverse", kept, told_second, person)
    except _REFUSED as error:
        return _reverse(request, user, refused(request, error), status=409)
    return RedirectResponse(f"reverse?{urlencode({'done': told})}", 303)


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
