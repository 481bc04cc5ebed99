"""Whether a release is what was released: its id is a hash of its manifest, which has the hash of each of its files."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import duckdb

from evenhand.records.databases import parquet
from evenhand.records.record_log import Trouble, accepted
from evenhand.release.manifest import NAME

# Of a file as it lies there: which it is, how long, and when it was written and anything of it changed.
Touched = tuple[int, int, int, int, int]
# A clock of files stands still for some milliseconds: what was changed just now can be so again at the same time.
SETTLED_SECONDS = 2


class ReleaseChanged(Exception):
    """A release isn't what was released. The message names the file and what to do."""


def release_troubles(release: Path, only: Iterable[str] | None = None) -> list[tuple[Path, str]]:
    """The files of a release that aren't what was released, with what is wrong; none if all are.

    Args:
        only: the files to look at beside the manifest, for who reads no others; by default all that it names.
    """
    folder = release.resolve()
    try:
        manifest = json.loads((folder / NAME).read_bytes())
        files = {name: str(described["sha256"]) for name, described in manifest["files"].items()}
        release_id = manifest.pop("release_id")
    except FileNotFoundError:
        return [(folder / NAME, "is gone")]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [(folder / NAME, "can't be read")]
    found = []
    # As it was made: over all else, whatever fields the manifest of that version had.
    if hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest() != release_id:
        found.append((folder / NAME, "isn't what its release_id says"))
    for name in sorted(files if only is None else set(only)):
        path = folder / name
        if name not in files:
            found.append((path, "isn't in the manifest"))
            continue
        if not path.is_file():
            found.append((path, "is gone"))
            continue
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != files[name]:
                found.append((path, "isn't what the manifest says"))
    return found


def not_accepted(home: Path, release: Path) -> list[Trouble]:
    """The same, but for what two persons accepted as it is now."""
    taken = accepted(home)
    found = (_as_it_is(path, what) for path, what in release_troubles(release))
    return [each for each in found if (each.path, each.now) not in taken]


def refuse_not_accepted(home: Path, release: Path) -> None:
    """Go on from a release only if it is what was released, or what two persons accepted and can be read.

    Raises:
        ReleaseChanged: it isn't.
    """
    taken = accepted(home)
    for path, what in release_troubles(release):
        now = _as_it_is(path, what)
        if (now.path, now.now) not in taken or not _can_be_read(path, what):
            night = path.parent.parent.name.removeprefix("night=")
            raise ReleaseChanged(
                f"{path}: {what}. Bring it back from a backup, or decide that night once more, which releases it whole:"
                f" evenhand nightly {night}. What can be read, two persons can also accept as it is: evenhand verify"
                " --accept"
            )


def _as_it_is(path: Path, what: str) -> Trouble:
    now = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    # As the log has it, wherever the folder of releases lies.
    return Trouble("/".join(("releases", "revisions", *path.parts[-3:])), what, now)


def _can_be_read(path: Path, what: str) -> bool:
    if path.suffix != ".parquet":
        return path.is_file() and what != "can't be read"
    try:
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.execute(f"select count(*) from {parquet(path)}")
    except duckdb.Error:
        return False
    return True


def refuse_changed(release: Path, only: Iterable[str] | None = None) -> None:
    """Go on only with a release that is what was released.

    Args:
        only: as for `release_troubles`.

    Raises:
        ReleaseChanged: it isn't.
    """
    for path, what in release_troubles(release, only):
        raise _changed(path, what)


def refuse_changed_since(release: Path, only: Iterable[str]) -> None:
    """The same, for who reads the same releases again and again: a file that nobody touched since isn't read for it.

    Args:
        only: the files to look at beside the manifest.

    Raises:
        ReleaseChanged: it isn't what was released.
    """
    folder = release.resolve()
    for name in sorted(set(only)) or (NAME,):
        for path, what in troubles_since(folder, name):
            raise _changed(path, what)


def troubles_since(folder: Path, name: str) -> tuple[tuple[Path, str], ...]:
    """What is wrong with a file of a release or with its manifest, looked at once for as long as both lie untouched.

    Args:
        folder: of a revision, which never changes.
    """
    manifest, file = _touched(folder / NAME), _touched(folder / name)
    last = max((each[-1] for each in (manifest, file) if each), default=0)
    if time.time_ns() - last < SETTLED_SECONDS * 10**9:
        return _troubles(folder, name)
    return _troubles_once(folder, name, manifest, file)


@lru_cache(maxsize=8192)
def _troubles_once(
    folder: Path, name: str, manifest: Touched | None, file: Touched | None
) -> tuple[tuple[Path, str], ...]:
    return _troubles(folder, name)


def _troubles(folder: Path, name: str) -> tuple[tuple[Path, str], ...]:
    return tuple(release_troubles(folder, {name} - {NAME}))


def _touched(path: Path) -> Touched | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _changed(path: Path, what: str) -> ReleaseChanged:
    return ReleaseChanged(
        f"{path}: {what}. Bring it back from a backup; what is wrong besides is listed by `evenhand verify`"
    )
