"""The log of what was released and decided by people: a line for each file, chained, so that a loss is found.

    EVENHAND_HOME/records.jsonl     each line names a file, its SHA-256, and the SHA-256 of the line before

Releases, stops, approvals, emergencies, reversals and who may do what are written once and never changed. What is
written is taken into the log right after; whatever a kill kept out of it is taken in by the next that writes or by the
next night. The log isn't part of a release: the same night decided again to the same bytes keeps its id.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from evenhand.records.persons import Person, refuse_the_same_person
from evenhand.records.written import reason

NAME = "records.jsonl"
# What is written once, below EVENHAND_HOME.
_KEPT = (
    "releases/revisions/*/*/manifest.json",
    "stops/*.json",
    "reversals/*/*.json",
    "approvals/*/*.json",
    "emergencies/*.json",
    "sent_again/*/*.json",
    "feed_decisions/*.json",
    "taken_over/*/*.json",
    "people/*.json",
    "cases/*/*.json",
)
_NOTHING = ""
_REVISIONS = "releases/revisions/"


class RecordsBroken(Exception):
    """Something that was written once is otherwise or gone. The message names it and what to do."""


class Line(BaseModel):
    """One line of the log.

    Attributes:
        path: of the file, below EVENHAND_HOME; of the log itself, its name and the number of a line.
        sha256: of the file; empty where its loss was accepted.
        before: SHA-256 of the line before; empty for the first.
        accepted_by: who accepted that it is so, if it wasn't written in the ordinary way.
        approved_by: the second person.
        why: their reason.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: AwareDatetime
    path: str
    sha256: str
    before: str
    accepted_by: Person | None = None
    approved_by: Person | None = None
    why: str = ""


@dataclass(frozen=True)
class Trouble:
    """Something that isn't as the log has it.

    Attributes:
        path: as in `Line`.
        what: what is wrong, for people.
        now: the SHA-256 that the file has now; empty if it is gone.
    """

    path: str
    what: str
    now: str

    def __str__(self) -> str:
        return f"{self.path} {self.what}"


def seal(home: Path) -> int:
    """Take what was written since into the log; returns how many files that is."""
    with _open(home) as file:
        lines, _ = _read(home)
        known = {line.path for line in lines}
        return _append(file, home, [(path, _sha256(home / path)) for path in _files(home) if path not in known])


def troubles(home: Path) -> list[Trouble]:
    """Whatever isn't as the log has it, unless two persons accepted that; none in a home that has no log yet."""
    if not (home / NAME).exists() and any(_has_a_log(home / path) for path in _files(home)):
        return [Trouble(NAME, "is gone", _NOTHING)]
    lines, broken = _read(home)
    accepted = {(line.path, line.sha256) for line in lines if line.accepted_by}
    found = [each for each in broken if (each.path, each.now) not in accepted]
    newest = {line.path: line for line in lines}
    for path, line in sorted(newest.items()):
        # A release's other files are in its manifest; here is only what of them was accepted.
        if path.startswith(NAME) or (path.startswith(_REVISIONS) and not path.endswith("/manifest.json")):
            continue
        file = home / path
        now = _sha256(file) if file.is_file() else _NOTHING
        if now != line.sha256:
            what = "isn't what was written" if now else "is gone"
            found.append(Trouble(path, what, now))
    return found


def accepted(home: Path) -> set[tuple[str, str]]:
    """The files that two persons took as they are, each with the SHA-256 that it had then; empty where it was gone."""
    lines, _ = _read(home)
    newest = {line.path: line for line in lines}
    return {(path, line.sha256) for path, line in newest.items() if line.accepted_by}


def was_released(home: Path, night: date) -> bool:
    """Whether the log knows a release of a night, whatever has become of it."""
    lines, _ = _read(home)
    return any(line.path.startswith(f"{_REVISIONS}night={night}/") for line in lines)


def released_at(home: Path, night: date, revision: str) -> datetime | None:
    """When a release was taken into the log, right after it was made; None where it isn't there.

    A copy of a file, or one from a backup, says of itself when it was copied. The log isn't looked through for what is
    wrong with it: pages ask this each time.
    """
    path = f"{_REVISIONS}night={night}/{revision}/manifest.json"
    try:
        log = (home / NAME).read_bytes()
    except FileNotFoundError:
        return None
    found = log.find(f'"path": "{path}"'.encode())
    end = log.find(b"\n", found)
    if found < 0 or end < 0:
        return None
    try:
        line = Line.model_validate_json(log[log.rfind(b"\n", 0, found) + 1 : end])
    except ValidationError:
        return None
    return line.at if line.path == path else None


def summary(home: Path) -> str:
    """How many lines the log has and what they come to, to be kept elsewhere: who has it finds a log cut short."""
    known, _ = _read(home)
    rows = (home / NAME).read_bytes().split(b"\n")[:-1] if known else []
    if not rows:
        return "no line yet"
    lines = "1 line that comes" if len(rows) == 1 else f"{len(rows):,} lines that come"
    return f"{lines} to {_hash(rows[-1])[:12]}"


def refuse_troubles(home: Path) -> None:
    """Go on only if everything is as it was written.

    Raises:
        RecordsBroken: it isn't.
    """
    if found := troubles(home):
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        raise RecordsBroken(
            f"{home / found[0].path}: {found[0].what}{more}. `evenhand verify` lists what is wrong: bring it back from "
            "a backup, or have two persons accept it with `evenhand verify --accept`; the log keeps that"
        )


def accept(home: Path, found: list[Trouble], by: Person, approved_by: Person, why: str) -> None:
    """Take things as they are now, as two persons say.

    Raises:
        PersonRefused: the second person is the first.
        TextRefused: the reason can't be taken.
    """
    why = reason(why)
    refuse_the_same_person(by, approved_by, "accepting what was lost")
    with _open(home) as file:
        _append(file, home, [(each.path, each.now) for each in found], by, approved_by, why)


@contextmanager
def _open(home: Path) -> Iterator[int]:
    home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home / NAME, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # Until it is closed, whatever becomes of this process.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _append(
    descriptor: int,
    home: Path,
    files: list[tuple[str, str]],
    by: Person | None = None,
    approved_by: Person | None = None,
    why: str = "",
) -> int:
    text = (home / NAME).read_bytes()
    whole = text[: text.rfind(b"\n") + 1]
    os.ftruncate(descriptor, len(whole))
    before = _hash(whole[:-1].rpartition(b"\n")[2]) if whole else ""
    written = b""
    for path, sha256 in files:
        line = Line(
            at=datetime.now(UTC),
            path=path,
            sha256=sha256,
            before=before,
            accepted_by=by,
            approved_by=approved_by,
            why=why,
        )
        row = json.dumps(line.model_dump(mode="json"), sort_keys=True, ensure_ascii=False).encode()
        before = _hash(row)
        written += row + b"\n"
    if files:
        os.write(descriptor, written)
        os.fsync(descriptor)
    return len(files)


def _read(home: Path) -> tuple[list[Line], list[Trouble]]:
    """The lines that can be read, and where the chain is broken."""
    try:
        # What a kill cut short has no end, and is said again by the next that writes.
        rows = (home / NAME).read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return [], []
    lines, broken = [], []
    before = ""
    for number, row in enumerate(rows, start=1):
        place = f"{NAME} line {number}"
        try:
            line = Line.model_validate_json(row)
        except ValidationError:
            broken.append(Trouble(place, "can't be read", _hash(row)))
        else:
            if line.before != before:
                broken.append(Trouble(place, "doesn't go on from the line before it", _hash(row)))
            lines.append(line)
        before = _hash(row)
    return lines, broken


def _files(home: Path) -> list[str]:
    found = (path for pattern in _KEPT for path in home.glob(pattern))
    return sorted(path.relative_to(home).as_posix() for path in found if not path.name.startswith("."))


def _has_a_log(path: Path) -> bool:
    """Whether a file was written when there was a log: a release since its format 2."""
    return path.name == "manifest.json" and b'"format": ' in path.read_bytes()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash(row: bytes) -> str:
    return hashlib.sha256(row).hexdigest()
