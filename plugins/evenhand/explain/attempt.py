"""The process that tries what would restore an account: `attempts.py` begins it, and reads what it writes."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Lock, Timer

import duckdb

from evenhand.deciding.compiled import compiled_project
from evenhand.explain.attempts import Attempt, read, write
from evenhand.explain.restoring import CannotBeTried
from evenhand.explain.trying import SoFar, what_restores

# Who looks does so about every second.
_AT_MOST_EVERY = 0.5


class _Notes:
    """What is written while it is tried, until the time is over.

    Whoever ends it, the last word is written once.
    """

    def __init__(self, place: Path, begun: Attempt) -> None:
        self._place = place
        self._now = begun
        self._written = time.monotonic()
        self._lock = Lock()

    @property
    def before(self) -> SoFar:
        """What was found before."""
        return self._now.found

    def tell(self, so_far: SoFar) -> None:
        """Note what was found so far."""
        with self._lock:
            is_further = len(so_far.tried) > len(self._now.found.tried)
            self._now = replace(self._now, found=so_far, begun=0 if is_further else self._now.begun)
            if is_further or time.monotonic() - self._written >= _AT_MOST_EVERY:
                write(self._place, self._now)
                self._written = time.monotonic()

    def end(self, found: SoFar | None = None, why_not: str = "", *, is_busy: bool = False) -> None:
        """Write the last word, and end the process: nothing of it is needed any more."""
        with self._lock:
            now = replace(self._now, state="ended", found=found or self._now.found, why_not=why_not, is_busy=is_busy)
            write(self._place, now)
            os._exit(0)


def main(place: str, seconds: str, release: str, warehouse: str, night: str, account: str) -> None:
    """Try every way for so many seconds, and write what was found."""
    models = compiled_project().models()
    notes = _Notes(Path(place), read(Path(place)) or Attempt())
    timer = Timer(float(seconds), notes.end)
    timer.daemon = True
    timer.start()
    try:
        found = what_restores(
            Path(release),
            Path(warehouse),
            models,
            date.fromisoformat(night),
            account,
            before=notes.before.tried,
            tell=notes.tell,
        )
    except CannotBeTried as error:
        notes.end(why_not=str(error))
    except duckdb.IOException as error:
        notes.end(why_not=str(error), is_busy=True)
    else:
        notes.end(replace(notes.before, tried=tuple(found), left=()))


if __name__ == "__main__":
    main(*sys.argv[1:])
