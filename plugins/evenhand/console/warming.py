"""What is dear the first time it is looked at is looked at beforehand: from the first request on, and after a release.

Files are hashed to see that they are what was released, the newest night is compared with the one before, what can be
chosen in lists is counted, and its reports are made, all as who sees every market and reads English is shown it. A
thread does it, which has as much of the processor as others: with less, it would hold Python's lock longer, and they
would wait for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Lock, Thread

from fastapi import HTTPException

from evenhand.console.listing import Asked, find
from evenhand.console.made_reports import made
from evenhand.console.parts import changes_over, penalties, penalties_over, stages, zones
from evenhand.console.seen import see
from evenhand.console.shown import Shown, released_nights, shown
from evenhand.console.tables import LISTS
from evenhand.console.tonight import landed, markets
from evenhand.release.manifest import read_manifest
from evenhand.release.verify import troubles_since
from evenhand.reports.catalogue import ENGLISH
from evenhand.reports.facts import looked_at
from evenhand.reports.report import Kind
from evenhand.settings import settings

KINDS: tuple[Kind, ...] = ("night", "week")
# How often it is looked whether another night or revision is released.
_SECONDS = 60
_BEGUN = Lock()
log = logging.getLogger(__name__)


def begin() -> None:
    """Have a thread of this process do it from now on; asked again, nothing more happens."""
    if _BEGUN.acquire(blocking=False):
        Thread(target=_keep_warm, name="evenhand-warming", daemon=True).start()


def warm() -> Path | None:
    """Look once at what is dear; returns the newest release's folder, None where nothing is released."""
    # As who sees all markets does: what others see of it is worked out when they ask.
    see(None)
    try:
        newest = shown()
        before = shown(night) if newest and (night := newest.before()) else None
    except HTTPException:
        return None
    if newest is None:
        return None
    for step in _steps(newest, before):
        # A release that was changed, or of another version: whoever asks is told.
        try:
            step()
        except Exception as error:
            log.info("can't be looked at beforehand: %s", error)
    return newest.folder


def _steps(newest: Shown, before: Shown | None) -> Iterator[Callable[[], object]]:
    for folder in looked_at(settings().releases, newest.night):
        yield partial(_read, folder)
    yield partial(markets, newest, before)
    yield partial(zones, newest)
    yield partial(stages, newest)
    yield partial(penalties, newest, before)
    yield partial(penalties_over, newest)
    yield partial(changes_over, newest)
    yield partial(landed, newest)
    for listed in LISTS:
        yield partial(find, listed, newest, before, Asked(newest.night))
    for kind in KINDS:
        yield partial(made, kind, newest.night, ENGLISH, ())


def _read(folder: Path) -> None:
    for name in read_manifest(folder).files:
        troubles_since(folder, name)


def _keep_warm() -> None:
    looked: Path | None = None
    while True:
        try:
            if looked != _newest_folder():
                looked = warm()
        except Exception:
            log.exception("what is dear can't be looked at beforehand")
        time.sleep(_SECONDS)


def _newest_folder() -> Path | None:
    nights = released_nights()
    return (settings().releases / f"night={nights[0]}").resolve() if nights else None
