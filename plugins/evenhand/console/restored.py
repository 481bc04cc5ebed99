"""What would restore an account: tried by a process of its own on request, and kept of its release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.console.creator import facts
from evenhand.console.reader import say
from evenhand.console.shown import Shown
from evenhand.console.values import label, names
from evenhand.explain.attempts import SECONDS, Asked, Attempt, attempt
from evenhand.explain.explanation import FOR_SUPPORT, Explanation
from evenhand.explain.restoring import NIGHTS, Restored, summed_up, told_of
from evenhand.explain.ways import Way
from evenhand.settings import settings


@dataclass(frozen=True)
class OfThing:
    """A measure or an eligibility, and what brings it back.

    Attributes:
        if_nothing: what becomes of it if nothing happens.
        ways: what somebody can do, and when it is back then, the soonest first.
        is_decided: whether it is released; what isn't waits for somebody.
    """

    what: str
    if_nothing: str
    ways: Sequence[tuple[str, str]]
    is_back: bool
    is_decided: bool


@dataclass(frozen=True)
class Restoring:
    """Everything that an account lacks or suffers.

    Attributes:
        said: how far it is, or why nothing was tried.
        steps: what was tried, one at a time and then together.
        left: what wasn't.
        again: what asks for the rest; None where nothing is left.
    """

    things: Sequence[OfThing]
    said: str = ""
    is_going_on: bool = False
    steps: Sequence[str] = ()
    left: Sequence[str] = ()
    again: int | None = None


def restoring(shown: Shown, account: str, again: int | None = None) -> Restoring:
    """What would restore an account, and by when, as far as it is known; it is begun where nobody has.

    Args:
        again: to go on where it was left.

    Raises:
        HTTPException: no account of this name was there.
    """
    found, _ = facts(shown, account)
    if not found.restorable:
        return Restoring((), _nothing_lacks(found))
    asked = Asked(shown.folder, settings().warehouse(shown.night), str(shown.night), account)
    now = attempt(asked, again)
    if now.why_not:
        return Restoring((), _why_not(now, shown))
    tried = told_of(now.found.tried, found)
    if now.is_whole and not tried:
        return Restoring((), _nothing_lacks(found))
    things: Sequence[OfThing] = ()
    if tried:
        nothing = tried[0]
        things = tuple(
            OfThing(
                nothing.of(what).called_apart(names(), nothing.restored),
                _said(nothing.of(what)),
                tuple((_way(way.way), _said(way.of(what))) for way in ways),
                bool(ways) or nothing.of(what).free_on is not None,
                what in found.restorable,
            )
            for what, ways in summed_up(tried).items()
        )
    stopped = now.state in ("ended", "died") and not now.is_whole
    return Restoring(
        things,
        _how_far(now),
        now.state in ("begun", "waits"),
        tuple(_way(each.way) for each in tried if each.way.kind not in ("nothing", "all")),
        # Support isn't told of ways for what waits.
        tuple(_way(way) for way in now.found.left) if stopped and found.audience != FOR_SUPPORT else (),
        now.asked if stopped else None,
    )


def _nothing_lacks(found: Explanation) -> str:
    if found.audience == FOR_SUPPORT:
        # Something may wait of which they aren't told.
        return say("There is nothing here that creators may be told.")
    return say("Nothing is in force on it, and it lacks nothing that its packs name.")


def _why_not(now: Attempt, shown: Shown) -> str:
    if now.is_busy:
        return say(
            "Night %(night)s is being worked on: open this page again when its run has ended.", night=shown.night
        )
    return say("It can't be tried: %(why)s.", why=now.why_not)


def _how_far(now: Attempt) -> str:
    if now.is_whole:
        return ""
    tried = len(now.found.tried)
    if now.state == "waits":
        return say("Another creator is being tried; this one begins when that has ended.")
    if now.state == "died":
        return say("It was begun several times and broke off each time. The log of Airflow's API server says why.")
    if now.state == "ended" and not tried:
        return say("Nothing was found within %(seconds)s seconds.", seconds=SECONDS)
    if now.state == "ended":
        return say("This was found within %(seconds)s seconds; the rest wasn't tried.", seconds=SECONDS)
    if not now.found.steps:
        return say("It is being tried: the night's rules are read.")
    return say(
        "It is being tried: step %(step)s of %(steps)s; %(tried)s of %(ways)s ways are known.",
        step=now.found.step,
        steps=now.found.steps,
        tried=tried,
        ways=tried + len(now.found.left) + (not tried),
    )


def _way(way: Way) -> str:
    if way.kind == "appeal":
        return say("If an appeal against %(violation)s is granted", violation=way.about)
    if way.kind == "activity" and way.violation:
        return say(
            "After: %(activity)s, for %(violation)s", activity=label("activity", way.about), violation=way.violation
        )
    if way.kind == "activity":
        return say("After: %(activity)s", activity=label("activity", way.about))
    return say("If all of these come together") if way.kind == "all" else say("If nothing happens")


def _said(of: Restored) -> str:
    if of.free_on and of.then:
        return say(
            "restored from %(day)s on; %(measure)s from %(then)s on",
            day=of.free_on,
            measure=label("measure", of.then),
            then=of.then_on,
        )
    if of.free_on:
        return say("restored from %(day)s on", day=of.free_on)
    return say("for good") if of.outcome == "for_good" else say("not within %(nights)s nights", nights=NIGHTS)
