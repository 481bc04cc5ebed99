"""Releases of earlier nights that a night doesn't go on from: whether they still are what was released.

A release is read again only where a file of it doesn't lie there as it did when it was read last: which file it is, how
long, when it was written, and when anything of it was changed, which nobody but the kernel writes. What a disk loses by
itself leaves no such trace: so one of 28 is read in any case, by turns. `evenhand verify` reads all of them.

    EVENHAND_HOME/looked_at.json    by night, how its release lay there; it can be deleted, and all are read once more
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from datetime import date
from pathlib import Path

from evenhand.records.atomic_files import write_anew
from evenhand.release.verify import SETTLED_SECONDS, ReleaseChanged, not_accepted, release_troubles

NAME = "looked_at.json"
# Each release is read on one of so many nights, whatever it looks like.
TURNS = 28


def refuse_changed_before(home: Path, releases: Path, night: date) -> None:
    """Go on only if the releases of all nights before are what was released, or what two persons accepted.

    Raises:
        ReleaseChanged: one of them isn't.
    """
    known = _known(home / NAME)
    # Of those that come after it, what is known stays: an old night can be decided once more.
    lie = {name: how for name, how in known.items() if name >= f"night={night}"}
    found = []
    for release in sorted(releases.glob("night=*")):
        of = date.fromisoformat(release.name.removeprefix("night="))
        if of >= night:
            continue
        now, last = _how_it_lies(release.resolve())
        is_its_turn = (night - of).days % TURNS == 0
        if known.get(release.name) != now or is_its_turn:
            if release_troubles(release) and (left := not_accepted(home, release)):
                found += left
                continue
            if time.time_ns() - last < SETTLED_SECONDS * 10**9:
                # It could be changed once more without looking otherwise.
                continue
        lie[release.name] = now
    if lie != known:
        _keep(home / NAME, lie)
    if found:
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        raise ReleaseChanged(
            f"{home / found[0].path}: {found[0].what}{more}. `evenhand verify` lists what is wrong: bring it back from"
            " a backup, decide its night once more, which releases it whole (evenhand nightly NIGHT), or have two"
            " persons accept it as it is with `evenhand verify --accept`"
        )


def _how_it_lies(folder: Path) -> tuple[str, int]:
    """A hash over what the file system says of each file of a release, and when the last of them was changed."""
    said = []
    last = 0
    for path in sorted(folder.rglob("*")):
        of = path.lstat()
        said.append((os.fspath(path.relative_to(folder)), of.st_ino, of.st_size, of.st_mtime_ns, of.st_ctime_ns))
        last = max(last, of.st_ctime_ns)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest(), last


def _known(path: Path) -> dict[str, str]:
    try:
        known = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _keep(path: Path, lie: dict[str, str]) -> None:
    # It is read by nobody else, and only who made it new decides its mode.
    path.touch(mode=0o600)
    write_anew(path, json.dumps(lie, indent=0, sort_keys=True).encode())
