"""The landing folder: which files of feeds have landed, and what else lies there.

Longer than other files, for it tells of all that can be wrong with where a file lies.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import stat
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from evenhand.landing.contracts import BY_NAME, FEEDS
from evenhand.landing.file_names import (
    Form,
    form_of,
    name_of,
    night_of,
    says_rows,
    spelt,
    spelt_otherwise,
    without_rows,
)
from evenhand.landing.names import composed
from evenhand.landing.walk import (
    HIDDEN,
    LEADS_OUT,
    TO_NOTHING,
    Found,
    files_below,
    hidden_by_mistake,
    visible,
    why_unseen,
)

# Beside the files of a mirror: those that couldn't be fetched, by name, with why.
NOT_FETCHED = ".mirror.not_fetched.json"
# A folder of which nobody knows the night counts on every one.
ANY_NIGHT = date(1, 1, 1)


class FeedBroken(Exception):
    """Nothing can be loaded at all; nothing was changed. The message names the place and the remedy."""


@dataclass(frozen=True)
class LandedFile:
    """One file of a feed.

    Attributes:
        name: path below the landing folder, the name by which everything else refers to the file.
        sha256: hash of its bytes, in hex; empty where they can't be read.
        size: in bytes.
        changed_at: when it was last written, in nanoseconds since 1970.
        touched_at: when anything of it was last changed, its name included; nobody can set that.
        rows_said: what the file beside it says of its rows, as it stands there; None without one.
        problem: why it can't be used whatever is in it; empty if nothing is known against it.
    """

    feed: str
    night: date
    name: str
    path: Path
    form: Form
    sha256: str = ""
    size: int = 0
    changed_at: int = 0
    touched_at: int = 0
    rows_said: str | None = None
    problem: str = ""


@dataclass(frozen=True)
class PassedOver:
    """Something in the landing folder that is no file of a feed.

    Attributes:
        name: its path below the landing folder.
        why: what it isn't, for people.
        night: the night that it lies in; `ANY_NIGHT` where it lies in none.
    """

    name: str
    why: str
    night: date


@dataclass(frozen=True)
class Listing:
    """What lies in the landing folder, by name: files of feeds, and what is passed over."""

    files: tuple[LandedFile, ...]
    passed_over: tuple[PassedOver, ...]


@dataclass(frozen=True)
class KnownFile:
    """What was known of a file when it was last looked at."""

    size: int
    changed_at: int
    touched_at: int
    sha256: str


def nights(landing: Path) -> list[date]:
    """Every night that any known feed has a file of, whether it can be used or not, oldest first."""
    landing = landing.absolute()
    found: set[date] = set()
    for contract in FEEDS:
        # A feed's folder that can't be read is told of where its files are listed.
        for folder in _readable(landing / contract.feed):
            night = night_of(folder.name)
            if night and night not in found and _has_landed(landing, folder):
                found.add(night)
    return sorted(found)


def _has_landed(landing: Path, folder: Path) -> bool:
    """Whether there is a file of a feed in a night's folder: what makes folders, or marks them, lands nothing."""
    if not os.path.isdir(folder):
        return False
    return any(
        found.problem or (form_of(found.path) and not found.passed_over) for found in files_below(landing, folder)
    )


def list_files(landing: Path, night: date, known: Mapping[str, KnownFile]) -> Listing:
    """What had landed by the end of `night`, ordered by name.

    Args:
        known: by name; one that has its size and times still isn't hashed again.
    """
    landing = landing.absolute()
    files: list[LandedFile] = []
    passed_over: list[PassedOver] = []
    for folder in visible(landing):
        if folder.name in BY_NAME and os.path.isdir(folder):
            _look_into_feed(landing, folder, night, files, passed_over)
        elif (feed := _nearest_feed(folder)) and (problem := why_unseen(folder)):
            files.append(LandedFile(feed, ANY_NIGHT, name_of(landing, folder), folder, "csv", problem=problem))
        else:
            _look_into_stranger(landing, folder, files, passed_over)
    files = _with_what_was_not_fetched(landing, night, _told_apart(landing, files), passed_over)
    there = {file.name for file in files}
    said = {without_rows(file.name): file for file in files if says_rows(file.path)}
    lonely = [
        replace(file, problem=f"it says how many rows {name.rpartition('/')[2]} has, and no such file is there")
        for name, file in said.items()
        if name not in there
    ]
    data = [file for file in files if not says_rows(file.path)]
    inside = landing.resolve()
    whole = [
        _with_bytes(file, said.get(file.name), known.get(file.name))
        if _lies_in(inside, file, said.get(file.name))
        else _linked(file)
        for file in (*data, *lonely)
    ]
    return Listing(
        tuple(sorted(whole, key=lambda file: file.name)), tuple(sorted(passed_over, key=lambda each: each.name))
    )


def _look_into_feed(
    landing: Path, folder: Path, night: date, files: list[LandedFile], passed_over: list[PassedOver]
) -> None:
    feed = folder.name
    try:
        there = visible(folder)
    except OSError as error:
        problem = f"the folder can't be read ({error.strerror})"
        files.append(LandedFile(feed, ANY_NIGHT, feed, folder, "csv", problem=problem))
        return
    for inside in hidden_by_mistake(folder):
        passed_over.append(PassedOver(name_of(landing, inside), HIDDEN, ANY_NIGHT))
    for inside in there:
        of_night = night_of(inside.name)
        if of_night and (os.path.isdir(inside) or why_unseen(inside)):
            if of_night <= night:
                unseen = Found(inside, problem=why_unseen(inside))
                for found in files_below(landing, inside) if os.path.isdir(inside) else [unseen]:
                    _take(landing, feed, of_night, found, "", files, passed_over)
            continue
        if inside.name.startswith("night=") and not spelt_otherwise(inside.name):
            why = f"{inside.name} is no day: the folders of a feed are named night=YYYY-MM-DD"
            within = [name_of(inside, found.path) for found in files_below(landing, inside)]
            lie = f"; {len(within)} files lie in it, the first is {within[0]}" if len(within) > 1 else ""
            lie = f"; 1 file lies in it, {within[0]}" if len(within) == 1 and os.path.isdir(inside) else lie
            passed_over.append(PassedOver(name_of(landing, inside), why + lie, ANY_NIGHT))
            continue
        since = spelt_otherwise(inside.name) or ANY_NIGHT
        if since <= night:
            problem = f"it lies in {feed}/{inside.name}, and the folders of a feed are named night=YYYY-MM-DD"
            if not os.path.isdir(inside):
                problem = f"it lies in {feed}/ itself, and files lie in folders named night=YYYY-MM-DD"
            for found in files_below(landing, inside) if os.path.isdir(inside) else [Found(inside)]:
                _take(landing, feed, since, found, problem, files, passed_over)


def _look_into_stranger(landing: Path, folder: Path, files: list[LandedFile], passed_over: list[PassedOver]) -> None:
    """A folder of no feed. One that looks like a feed's was misspelt; the others are none of ours."""
    nearest = _nearest_feed(folder)
    looks_like_one = os.path.isdir(folder) and (
        nearest or any(each.name.startswith("night=") for each in _readable(folder))
    )
    if not looks_like_one:
        why = f"no feed is called so; the feeds are {', '.join(BY_NAME)}"
        passed_over.append(PassedOver(name_of(landing, folder), why, ANY_NIGHT))
        return
    problem = f"no feed is called {folder.name}" + (f"; is it {nearest}?" if nearest else "")
    for found in files_below(landing, folder):
        _take(landing, nearest or folder.name, ANY_NIGHT, found, problem, files, passed_over)


def _nearest_feed(folder: Path) -> str:
    """The feed that a folder is called like; empty where there is none."""
    return next(iter(difflib.get_close_matches(folder.name.casefold(), BY_NAME, n=1)), "")


def _readable(folder: Path) -> list[Path]:
    """What lies in a folder; nothing of one that mayn't be looked into, such as `lost+found` of a volume."""
    try:
        return visible(folder)
    except OSError:
        return []


def _take(
    landing: Path,
    feed: str,
    night: date,
    found: Found,
    problem: str,
    files: list[LandedFile],
    passed_over: list[PassedOver],
) -> None:
    path = found.path
    name = name_of(landing, path)
    form = form_of(path)
    if found.passed_over:
        passed_over.append(PassedOver(name, found.passed_over, night))
    elif found.problem:
        files.append(LandedFile(feed, night, name, path, "csv", problem=found.problem))
    elif form:
        files.append(LandedFile(feed, night, name, path, form, problem=problem))
    elif says_rows(path) and form_of(Path(without_rows(path.name))):
        files.append(LandedFile(feed, night, name, path, "csv", problem=problem))
    else:
        why = "files of feeds end in .csv, .csv.gz or .parquet"
        passed_over.append(PassedOver(name, why, night))


def _with_what_was_not_fetched(
    landing: Path, night: date, files: list[LandedFile], passed_over: list[PassedOver]
) -> list[LandedFile]:
    """The files and those that a mirror couldn't fetch, which can't be used: not even what was fetched before."""
    try:
        problems = json.loads((landing / NOT_FETCHED).read_text())
    except (FileNotFoundError, ValueError):
        return files
    known = {file.name: file for file in files}
    for spelling, why in sorted(problems.items()):
        name = composed(spelling)
        feed, folder = (*name.split("/"), "", "")[:2]
        path, of_night = landing / spelling, night_of(folder) or ANY_NIGHT
        if name in known:
            known[name] = replace(known[name], problem=known[name].problem or why)
        elif not form_of(path) and not says_rows(path):
            passed_over.append(PassedOver(name, why, of_night))
        elif of_night <= night:
            known[name] = LandedFile(feed, of_night, name, path, form_of(path) or "csv", problem=why)
    return list(known.values())


def _told_apart(landing: Path, files: list[LandedFile]) -> list[LandedFile]:
    """The files; those that lie beside one whose name looks the same are called as they are spelt."""
    times = Counter(file.name for file in files)
    return [replace(file, name=spelt(landing, file.path)) if times[file.name] > 1 else file for file in files]


def _begins_with(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(100).decode("utf-8", "backslashreplace")


def _lies_in(landing: Path, file: LandedFile, rows: LandedFile | None) -> bool:
    """Whether a file lies in the landing folder (links resolved), and so does what says how many rows it has."""
    # Not `Path.resolve`, which fails on a link to itself.
    return all(Path(os.path.realpath(each.path)).is_relative_to(landing) for each in (file, rows) if each)


def _linked(file: LandedFile) -> LandedFile:
    """The file, unread: who may lay links into the landing folder may not thereby have any file read."""
    return replace(file, problem=file.problem or LEADS_OUT)


def _with_bytes(file: LandedFile, rows: LandedFile | None, known: KnownFile | None) -> LandedFile:
    """The file with what its bytes are, and what the file beside it says."""
    try:
        status = file.path.stat()
        if not stat.S_ISREG(status.st_mode):
            # To open a pipe is to wait until somebody writes to it.
            return replace(file, problem=file.problem or "it is a pipe, a socket or a device, and no file")
        size, changed_at, touched_at = status.st_size, status.st_mtime_ns, status.st_ctime_ns
        if known and (known.size, known.changed_at, known.touched_at) == (size, changed_at, touched_at):
            sha256 = known.sha256
        else:
            with file.path.open("rb") as content:
                sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        why = TO_NOTHING if file.path.is_symlink() else f"it can't be read ({error.strerror})"
        return replace(file, problem=file.problem or why)
    said = None
    if rows:
        try:
            # A pipe says nothing: to open it is to wait until somebody writes to it.
            said = _begins_with(rows.path) if rows.path.is_file() else ""
        except OSError:
            said = ""
    if "\ufffd" in file.name:
        file = replace(file, problem=file.problem or "its name isn't UTF-8")
    return replace(file, sha256=sha256, size=size, changed_at=changed_at, touched_at=touched_at, rows_said=said)
