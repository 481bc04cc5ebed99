"""What would restore an account, tried by a process of its own: begun once however many ask, and kept of its release.

Who asks looks at a file: it has what was found so far, and in the end all of it. The process holds a lock meanwhile,
which goes with it however it ends: so another is begun where one was killed, and goes on where that one was.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from evenhand.deciding.compiled import fingerprint
from evenhand.explain.restoring import NIGHTS
from evenhand.explain.trying import SoFar, said_where_work_is_gone
from evenhand.records.atomic_files import write_anew
from evenhand.release.manifest import read_manifest

FOLDER = "restoring"
SECONDS = 20
# So often a process may end before it found anything, until somebody asks for it once more.
MOST_BEGUN = 3
# What a process that hangs is given beyond its time, until it is killed.
_GRACE = 10


@dataclass(frozen=True)
class Attempt:
    """Where the trying of an account's ways is.

    Attributes:
        found: until now.
        state: `begun`; `ended`; `waits` until another account was tried; or `died` too often.
        why_not: why nothing can be tried.
        is_busy: whether it is because the night is being worked on.
        begun: how many processes were begun since one found something.
        asked: how often somebody asked for the rest.
    """

    found: SoFar = field(default_factory=SoFar)
    state: Literal["begun", "ended", "waits", "died"] = "begun"
    why_not: str = ""
    is_busy: bool = False
    begun: int = 0
    asked: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether there is nothing more to try."""
        return self.state == "ended" and not self.found.left and bool(self.found.tried)


_AS_JSON = TypeAdapter(Attempt)


@dataclass(frozen=True)
class Asked:
    """Whom it is tried for.

    Attributes:
        release: the revision's own folder.
        warehouse: the night's.
    """

    release: Path
    warehouse: Path
    night: str
    account: str

    @property
    def place(self) -> Path:
        """The file of it: another revision, work of the night or model has another."""
        of = [
            *(self.release.name, read_manifest(self.release).release_id, fingerprint(), NIGHTS, self.account),
            self.warehouse.stat().st_mtime_ns,
        ]
        name = hashlib.sha256(json.dumps(of).encode()).hexdigest()
        return self.warehouse.parent / FOLDER / f"{name}.json"


def read(place: Path) -> Attempt | None:
    """What was found so far; None where nobody asked, or what lies there isn't of this version."""
    try:
        return _AS_JSON.validate_json(place.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write(place: Path, attempt: Attempt) -> None:
    """Note where it is."""
    write_anew(place, _AS_JSON.dump_json(attempt))


def attempt(asked: Asked, again: int | None = None, seconds: float = SECONDS) -> Attempt:
    """Where it is; it is begun where nobody has.

    Args:
        again: begin it again after it was left or died, if nobody has since: how often somebody had asked for the rest.
        seconds: how long it may take.
    """
    if not asked.warehouse.exists():
        return Attempt(state="ended", why_not=said_where_work_is_gone(asked.night))
    place = asked.place
    place.parent.mkdir(parents=True, exist_ok=True)
    with _locked(place.with_suffix(".lock")) as own:
        found = read(place) or Attempt()
        if own is None:
            return found
        if found.why_not:
            # It may be otherwise by now: who asks again has it tried again.
            place.unlink(missing_ok=True)
            return found
        if again == found.asked and not found.is_whole and (found.state == "ended" or found.begun >= MOST_BEGUN):
            found = replace(found, state="begun", begun=0, asked=found.asked + 1)
        if found.state == "ended":
            return found
        if found.begun >= MOST_BEGUN:
            return replace(found, state="died")
        # Each takes a core for some seconds.
        with _locked(asked.warehouse.parent.parent / f"{FOLDER}.lock") as slot:
            if slot is None:
                return replace(found, state="waits")
            begun = replace(found, begun=found.begun + 1)
            write(place, begun)
            _begin(asked, place, seconds, own, slot)
            return begun


@contextmanager
def _locked(path: Path) -> Iterator[int | None]:
    """The file descriptor of a lock, which a process that is given it holds to its end; None where another holds it."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file.fileno()


def _begin(asked: Asked, place: Path, seconds: float, *locks: int) -> None:
    beside = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "evenhand.explain.attempt", str(place), str(seconds)),
            *(str(asked.release), str(asked.warehouse), asked.night, asked.account),
        ],
        # Airflow finds its plugins by itself, and another process doesn't.
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (beside, os.environ.get("PYTHONPATH"))))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=locks,
        start_new_session=True,
    )
    Thread(target=_see_it_end, args=(process, seconds + _GRACE), daemon=True).start()


def _see_it_end(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
