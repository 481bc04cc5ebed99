"""Stopping all deliveries: at most a minute after somebody says so, nothing is sent any more.

A stop is an entry in `EVENHAND_HOME/stops/`, and so is its end. Whoever is about to send looks there first: before
every batch, every attempt and every write, and each second of a wait. That leaves what is under way in that moment. The
time-outs of receivers end most of it; but a receiver that keeps a call alive, a name that isn't resolved, or a client
that tries again by itself would outlast them. So a watch looks too, once a second, and a process that is still at it
40 seconds after it saw the stop ends itself, as a kill would end it: 42 seconds in all. What that leaves is what a
crash leaves, and the next delivery settles it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from evenhand.people.acts import RESUME, STOP, refuse_who_may_not
from evenhand.records.history import HistoryBroken, add, newest
from evenhand.records.persons import Person, refuse_the_same_person
from evenhand.records.record_log import seal
from evenhand.records.written import in_one_line, reason

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0
# Longer than an HTTP receiver that hangs is waited for, so that it is told apart from one that keeps a call alive.
UNDER_WAY_SECONDS = 40.0

# The data directory of the delivery that this is part of. What sends is several calls away from who knows it.
_HOME: ContextVar[Path | None] = ContextVar("home", default=None)


class DeliveriesStopped(Exception):
    """Nothing may be sent. The message says who stopped it, why, and how to go on."""


class NothingStopped(Exception):
    """Deliveries aren't stopped, so they can't be resumed."""


class Stop(BaseModel):
    """Deliveries were stopped, or resumed.

    Attributes:
        by: who asked for it.
        approved_by: the second person, without whom nothing is resumed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Literal["stopped", "resumed"]
    by: Person
    approved_by: Person | None = None
    why: str
    at: AwareDatetime

    def __str__(self) -> str:
        """One line for people."""
        approved = f", approved by {self.approved_by}" if self.approved_by else ""
        why = in_one_line(self.why)
        return f"deliveries were {self.action} by {self.by}{approved} at {self.at:%Y-%m-%d %H:%M:%S} UTC: {why}"


def stop(home: Path, by: Person, why: str) -> Stop:
    """Stop all deliveries. It takes one person alone, and any reason: it is the safe direction.

    Raises:
        PersonRefused: people.yml lets them stop nothing.
    """
    refuse_who_may_not(home, by, STOP)
    return _add(home, Stop(action="stopped", by=by, why=in_one_line(why), at=datetime.now(UTC)))


def resume(home: Path, by: Person, approved_by: Person, why: str) -> Stop:
    """Let deliveries be made again; none begins by itself.

    Raises:
        NothingStopped: they aren't stopped.
        PersonRefused: the second person is the first, or one of them may not.
        TextRefused: the reason can't be taken.
        HistoryBroken: it can't be read whether they are.
    """
    if not stopped(home):
        raise NothingStopped("deliveries aren't stopped; there is nothing to resume")
    refuse_the_same_person(by, approved_by, "resuming deliveries")
    for person in (by, approved_by):
        refuse_who_may_not(home, person, RESUME)
    return _add(home, Stop(action="resumed", by=by, approved_by=approved_by, why=reason(why), at=datetime.now(UTC)))


def stopped(home: Path) -> Stop | None:
    """The stop that is in force, if there is one.

    Raises:
        HistoryBroken: that can't be read.
    """
    last = newest_entry(home)
    return last if last and last.action == "stopped" else None


def newest_entry(home: Path) -> Stop | None:
    """What was said last, a stop or its end.

    Raises:
        HistoryBroken: that can't be read.
    """
    return newest(_folder(home), Stop)


@contextmanager
def sending(home: Path) -> Iterator[None]:
    """Send meanwhile, as long as deliveries aren't stopped.

    Raises:
        DeliveriesStopped: they are.
    """
    _refuse_if_stopped(home)
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(home, over), name="stop-watch", daemon=True)
    outer = _HOME.set(home)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()
        _HOME.reset(outer)


def go_on() -> None:
    """Called before anything is sent.

    Raises:
        DeliveriesStopped: deliveries were stopped.
    """
    if home := _HOME.get():
        _refuse_if_stopped(home)


def wait(seconds: float) -> None:
    """Sleep between two attempts, for as long as deliveries aren't stopped.

    Raises:
        DeliveriesStopped: they were.
    """
    until = time.monotonic() + seconds
    go_on()
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, LOOK_EVERY_SECONDS))
        go_on()


def _refuse_if_stopped(home: Path) -> None:
    try:
        in_force = stopped(home)
    except HistoryBroken as error:
        raise DeliveriesStopped(
            f"It isn't known whether deliveries are stopped, so nothing is sent: {error}"
        ) from error
    if in_force:
        said = str(in_force)
        raise DeliveriesStopped(
            f"{said[0].upper()}{said[1:]}. Nothing is lost: what was acknowledged is written down, and the rest "
            "is sent once this runs again. To go on, a second person approves it in the DAG emergency_stop, or with "
            "`evenhand resume`; then clear this task."
        )


def _watch(home: Path, over: threading.Event) -> None:
    seen: float | None = None
    while not over.wait(LOOK_EVERY_SECONDS):
        try:
            _refuse_if_stopped(home)
        except DeliveriesStopped as reason:
            seen = seen or time.monotonic()
            if time.monotonic() - seen >= UNDER_WAY_SECONDS:
                _end_this_process(reason)
        else:
            seen = None


def _end_this_process(reason: DeliveriesStopped) -> None:
    # Somebody may have stopped reading what is logged; that mustn't keep this from ending.
    text = "A call is still under way, so this process ends itself. %s"
    threading.Thread(target=log.critical, args=(text, reason), daemon=True).start()
    time.sleep(LOOK_EVERY_SECONDS)
    os._exit(1)


def _add(home: Path, entry: Stop) -> Stop:
    add(_folder(home), entry)
    seal(home)
    return entry


def _folder(home: Path) -> Path:
    return home / "stops"
