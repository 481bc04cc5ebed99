"""The page of held lists, and what is answered on it: to the task in Airflow that asks, as who is logged in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from evenhand.approval.answers import AnswerRefused, act_of, answering
from evenhand.console.airflow_api import AirflowRefused, ask, may_answer
from evenhand.console.asked import Night
from evenhand.console.forms import ByWord, User, form_of, sent_by_us, who
from evenhand.console.held import Held, Waiting, held_of
from evenhand.console.offered import not_offered
from evenhand.console.reader import say, say_counted
from evenhand.console.refusals import refused
from evenhand.console.render import page
from evenhand.console.seen import limited
from evenhand.console.shown import Shown, shown
from evenhand.console.values import label, list_of
from evenhand.quality.held_lists import HeldList
from evenhand.records.persons import Person, PersonRefused
from evenhand.release.reversal import reversal_of
from evenhand.settings import settings
from evenhand.tasks.held_list import (
    OPTIONS,
    NothingHeld,
    answers_in_force,
    find,
    give_answer,
    needs_another,
    refuse_to_answer,
    run_of,
)

router = APIRouter(prefix="/held")
# What a person can say, as a form has it.
SAID = {option.lower().replace(" ", "_"): option for option in OPTIONS}
Text = Annotated[str, Form()]
Named = Annotated[str, Form(alias="list")]
# What waited when a page was shown: of each list its digest, how many rows would change, its name and its market.
Was = Annotated[Sequence[str], Form()]


class Otherwise(Exception):
    """What was shown isn't what is held now. The message says what differs."""


@router.get("")
@limited
def held_page(request: Request, user: User, night: Night = None, done: str = "") -> HTMLResponse:
    """What waits for an answer in all markets, why, and what each answer does."""
    found = shown(night)
    if found is None:
        return page(request, "no_release.html", None)
    return _held(request, user, found, held_of(found), done=done)


@router.get("/all")
@limited
def ask_about_all(
    request: Request, user: User, say: Literal["approve", "reject"] = "approve", by: str = ""
) -> HTMLResponse:
    """What one answer to all that somebody may answer would do, market by market, before it is given."""
    found = shown()
    if found is None:
        return page(request, "no_release.html", None)
    return _all(request, user, found, say, by)


@router.post("", dependencies=[Depends(sent_by_us), Depends(may_answer)], response_model=None)
@limited
def answer_one(
    request: Request, user: User, name: Named = "", market: Text = "", digest: Text = "", changes: Text = "",
    answered: Text = "", say: Text = "", by: ByWord = "",
) -> Response:  # fmt: skip
    """Answer to a list as it was shown; if it is otherwise by now, or somebody has answered since, to nothing."""
    found = shown()
    if found is None:
        return page(request, "no_release.html", None, status=404)
    try:
        person = who(user, by)
        each = _as_shown(found, held_of(found).find(name, market), digest, changes, list_of(name, market))
        told = _answer(request, found, each, SAID.get(say, say), person, by, answered)
    except (Otherwise, NothingHeld, AnswerRefused, PersonRefused, AirflowRefused) as error:
        return _held(request, user, found, held_of(found), said=refused(request, error), status=409)
    return RedirectResponse(f"held?{urlencode({'done': told})}", 303)


@router.post("/all", dependencies=[Depends(sent_by_us), Depends(may_answer)], response_model=None)
@limited
def answer_all(
    request: Request, user: User, say: Text = "", digest: Text = "", by: ByWord = "", was: Was = (),
) -> Response:  # fmt: skip
    """Answer alike to all that somebody may answer, as it was shown; if any of it is otherwise by now, to nothing."""
    found = shown()
    if found is None:
        return page(request, "no_release.html", None, status=404)
    held = held_of(found)
    if say not in ("approve", "reject") or held.why_not or held.digest != digest:
        said = held.why_not or " ".join([_otherwise(), *_what_differs(held, was)])
        return _all(request, user, found, say if say == "reject" else "approve", by, said, 409)
    told, failed = [], []
    try:
        person = who(user, by)
    except PersonRefused as error:
        return _all(request, user, found, say, by, refused(request, error), 409)
    for each, why_not in _answerable(request, found, held, SAID[say], person):
        if why_not:
            failed.append(why_not)
            continue
        try:
            told.append(_answer(request, found, each, SAID[say], person, by, each.so_far))
        except (Otherwise, NothingHeld, AnswerRefused, PersonRefused, AirflowRefused) as error:
            failed.append(refused(request, error))
    after = held_of(found)
    return _held(
        request, user, found, after, done=" ".join(told), said=Markup(" ").join(failed), status=200 if told else 409
    )


def _otherwise() -> str:
    return say("What waits is otherwise than it was shown, so nothing was answered: look at it once more.")


def _what_differs(held: Held, was: Sequence[str]) -> Iterator[str]:
    """What waits otherwise than a page showed it, a sentence each.

    Args:
        was: what waited then, each as the page's form carries it.
    """
    shown_so = [each.split(" ", 3) for each in was if each.count(" ") > 2]
    before = {(name, market): (digest, changes) for digest, changes, name, market in shown_so}
    now = {(each.released.list, each.released.market): each for each in held.waiting}
    for name, market in sorted(before.keys() | now.keys()):
        then, each = before.get((name, market)), now.get((name, market))
        if each is None:
            yield say("%(list)s: no answer is waited for any more.", list=list_of(name, market))
        elif then is None and before:
            yield say("%(list)s: an answer is waited for since.", list=each.called)
        elif then and then[0] != each.released.digest:
            yield say_counted(
                "%(list)s: %(num)s row would change now, and %(before)s would have when the page was shown.",
                "%(list)s: %(num)s rows would change now, and %(before)s would have when the page was shown.",
                each.released.changes,
                list=each.called,
                before=then[1],
            )


def _as_shown(found: Shown, each: Waiting | None, digest: str, changes: str, what: str) -> Waiting:
    if each is None:
        raise NothingHeld(
            say("%(list)s: it isn't held on night %(night)s, so nothing was answered", list=what, night=found.night)
        )
    if each.released.digest != digest:
        raise Otherwise(
            say_counted(
                "%(list)s came out otherwise since: %(num)s row would change now, and %(before)s would have when the"
                " page was shown. Nothing was answered: look at what is held now",
                "%(list)s came out otherwise since: %(num)s rows would change now, and %(before)s would have when the"
                " page was shown. Nothing was answered: look at what is held now",
                each.released.changes,
                list=each.called,
                before=changes or say("others"),
            )
        )
    return each


def _answer(request: Request, found: Shown, each: Waiting, option: str, person: Person, by: str, answered: str) -> str:
    """Give an answer; returns what becomes of it, for people.

    Args:
        answered: what was answered to it so far, as the page showed it.
    """
    if option not in OPTIONS:
        raise AnswerRefused(
            say("%(option)s is no answer; choose one of %(there)s", option=option, there=", ".join(OPTIONS))
        )
    with answering(settings().home):
        # As it is at this moment, and not as a page had it.
        held = find(found.night, each.released.list, each.released.market, each.released.digest)
        _refuse_if_answered_since(found, each, held, answered)
        refuse_to_answer(found.night, held, OPTIONS[option], person)
        task = _asking(request, found, held)
        given = None if task else give_answer(found.night, held, OPTIONS[option], person)
    if task:
        run = quote(run_of(found.night, held), safe="")
        path = f"/dags/held_list/dagRuns/{run}/taskInstances/{task}/-1/hitlDetails"
        ask(request, "PATCH", path, {"chosen_options": [option], "params_input": {"answered_by": by or None}})
        return say(
            "%(list)s: %(answer)s, by %(person)s; Airflow releases and delivers it.",
            list=each.called,
            answer=label("answer", OPTIONS[option]),
            person=str(person),
        )
    said = say(
        "%(list)s: %(answer)s, by %(person)s.",
        list=each.called,
        answer=label("answer", OPTIONS[option]),
        person=str(person),
    )
    if given and needs_another(found.night, held, given.said):
        more = say(
            "It doesn't count yet, for it isn't known who wrote all of the code that changes the list: another person"
            " has to answer the same on this page."
        )
    elif reversal_of(settings().home, found.night):
        more = say("The night is reversed: it is released once that is lifted.")
    else:
        more = say("It is released once the night is run again.")
    return f"{said} {more}"


def _refuse_if_answered_since(found: Shown, each: Waiting, held: HeldList, answered: str) -> None:
    if held.so_far == answered:
        return
    counting = answers_in_force(found.night, held)
    if not counting:
        raise Otherwise(_otherwise())
    raise Otherwise(
        say(
            "%(list)s: %(answer)s by %(person)s at %(when)s UTC, after the page was shown. Nothing was answered: look"
            " at it once more.",
            list=each.called,
            answer=label("answer", held.answer),
            person=held.answered_by,
            when=f"{counting[-1].at:%Y-%m-%d %H:%M}",
        )
    )


def _asking(request: Request, found: Shown, held: HeldList) -> str:
    """The task in Airflow that waits for an answer to a list; empty where none does."""
    run = quote(run_of(found.night, held), safe="")
    try:
        asked = ask(request, "GET", f"/dags/held_list/dagRuns/{run}/hitlDetails?response_received=false")
    except AirflowRefused:
        # No run asks: the night was decided without its scheduler.
        return ""
    tasks: Sequence[str] = [each["task_instance"]["task_id"] for each in asked["hitl_details"]] if asked else []
    return next(iter(sorted(tasks)), "")


def _answerable(
    request: Request, found: Shown, held: Held, option: str, person: Person | None
) -> list[tuple[Waiting, str]]:
    """What waits, and why somebody can't answer to it so; empty where they can."""
    told = []
    for each in held.waiting:
        why_not = held.why_not
        if each.answer in ("approved", "rejected"):
            continue
        if each.now and person and not why_not:
            try:
                refuse_to_answer(found.night, each.now, OPTIONS[option], person)
            except (AnswerRefused, PersonRefused) as error:
                why_not = refused(request, error)
        told.append((each, why_not))
    return told


def _held(
    request: Request, user: Any, found: Shown, held: Held, said: str = "", done: str = "", status: int = 200
) -> HTMLResponse:
    waiting = [(each.released.list, each.released.market) for each in held.waiting]
    not_theirs = {(name, market): not_offered(request, user, act_of(name), market) for name, market in waiting}
    return page(
        request, "held.html", found, status=status, held=held, said=said, done=done, not_theirs=not_theirs,
        **form_of(user),
    )  # fmt: skip


def _all(
    request: Request, user: Any, found: Shown, say: str, by: str, said: str = "", status: int = 200
) -> HTMLResponse:
    held = held_of(found)
    try:
        person = who(user, by)
    except PersonRefused:
        # Where nobody logs in, who it is is only known once they have written it.
        person = None
    return page(
        request, "held_all.html", found, status=status, held=held, said=said, say=say, option=SAID[say],
        answerable=_answerable(request, found, held, SAID[say], person), **form_of(user),
    )  # fmt: skip
