"""What would restore an account, tried on request and kept for as long as its release is the newest of its night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Lock

import duckdb

from evenhand.console.creator import facts
from evenhand.console.reader import say
from evenhand.console.shown import Shown
from evenhand.console.values import label, names
from evenhand.deciding.compiled import compiled_project
from evenhand.explain.explanation import FOR_SUPPORT
from evenhand.explain.restoring import NIGHTS, CannotBeTried, Restored, TriedWay, summed_up, told_of, what_restores
from evenhand.explain.ways import Way
from evenhand.settings import settings

# Each takes a core for some seconds.
_ONE_AT_A_TIME = Lock()


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
        why_not: why nothing was tried.
        steps: what was tried, one at a time and then together.
    """

    things: Sequence[OfThing]
    why_not: str = ""
    steps: Sequence[str] = ()


def restoring(shown: Shown, account: str) -> Restoring:
    """What would restore an account, and by when.

    Raises:
        HTTPException: no account of this name was there.
    """
    found, _ = facts(shown, account)
    nothing_lacks = say("Nothing is in force on it, and it lacks nothing that its packs name.")
    if found.audience == FOR_SUPPORT:
        # Something may wait of which they aren't told.
        nothing_lacks = say("There is nothing here that creators may be told.")
    if not found.restorable:
        return Restoring((), nothing_lacks)
    try:
        with _ONE_AT_A_TIME:
            tried = told_of(_tried(shown.folder, settings().warehouse(shown.night), account), found)
    except CannotBeTried as error:
        return Restoring((), say("It can't be tried: %(why)s.", why=str(error)))
    except duckdb.IOException:
        return Restoring(
            (),
            say("Night %(night)s is being worked on: open this page again when its run has ended.", night=shown.night),
        )
    if not tried:
        return Restoring((), nothing_lacks)
    nothing = tried[0]
    return Restoring(
        tuple(
            OfThing(
                nothing.of(what).called(names()),
                _said(nothing.of(what)),
                tuple((_way(way.way), _said(way.of(what))) for way in ways),
                bool(ways) or nothing.of(what).free_on is not None,
                what in found.restorable,
            )
            for what, ways in summed_up(tried).items()
        ),
        steps=tuple(_way(each.way) for each in tried if each.way.kind not in ("nothing", "all")),
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
    if of.free_on:
        return say("free from %(day)s on", day=of.free_on)
    return say("for good") if of.outcome == "for_good" else say("not within %(nights)s nights", nights=NIGHTS)


@lru_cache(maxsize=256)
def _tried(release: Path, warehouse: Path, account: str) -> Sequence[TriedWay]:
    """Every way; `release` is a revision's own folder, so that another revision is tried again."""
    night = date.fromisoformat(release.parent.name.removeprefix("night="))
    return what_restores(release, warehouse, compiled_project().models(), night, account)
