"""The landing folder: which files of feeds have landed, and what else lies there."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from evenhand.landing.contracts import BY_NAME, FEEDS
from evenhand.landing.walk import HIDDEN, LEADS_OUT, Found, files_below, hidden_by_mistake, visible

Form = Literal["csv", "csv.gz", "parquet"]

# What ends like this is a file of a feed, in capitals or not.
_FORMS: dict[str, Form] = {".csv": "csv", ".csv.gz": "csv.gz", ".parquet": "parquet"}
# A file beside another that says how many rows that one has.
ROWS = ".rows"
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
    """Every night that any known feed has a folder for, oldest first."""
    # A feed's folder that can't be read is told of where its files are listed.
    found = (_night_of(folder.name) for contract in FEEDS for folder in _readable(landing / contract.feed))
    return sorted({night for night in found if night})


def list_files(landing: Path, night: date, known: Mapping[str, KnownFile]) -> Listing:
    """What had landed by the end of `night`, ordered by name.

    Args:
        known: by name; one that has its size and times still isn't hashed again.
    """
    landing = landing.absolute()
    files: list[LandedFile] = []
    passed_over: list[PassedOver] = []
    for folder in visible(landing):
        if folder.name in BY_NAME and folder.is_dir():
            _look_into_feed(landing, folder, night, files, passed_over)
        else:
            _look_into_stranger(landing, folder, files, passed_over)
    there = {file.name for file in files}
    said = {file.name.removesuffix(file.name[-len(ROWS) :]): file for file in files if _is_rows(file.path)}
    lonely = [
        replace(file, problem=f"it says how many rows {name.rpartition('/')[2]} has, and no such file is there")
        for name, file in said.items()
        if name not in there
    ]
    data = [file for file in files if not _is_rows(file.path)]
    inside = landing.resolve()
    whole = [
        _with_bytes(file, said.get(file.name), known.get(file.name)) if _lies_in(inside, file.path) else _linked(file)
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
        passed_over.append(PassedOver(_name(landing, inside), HIDDEN, ANY_NIGHT))
    for inside in there:
        of_night = _night_of(inside.name)
        if of_night and inside.is_dir():
            if of_night <= night:
                for found in files_below(landing, inside):
                    _take(landing, feed, of_night, found, "", files, passed_over)
            continue
        if inside.name.startswith("night=") and not _spelt_otherwise(inside.name):
            why = f"{inside.name} is no day: the folders of a feed are named night=YYYY-MM-DD"
            within = [_name(inside, found.path) for found in files_below(landing, inside)]
            lie = f"; {len(within)} files lie in it, the first is {within[0]}" if len(within) > 1 else ""
            lie = f"; 1 file lies in it, {within[0]}" if len(within) == 1 and inside.is_dir() else lie
            passed_over.append(PassedOver(_name(landing, inside), why + lie, ANY_NIGHT))
            continue
        since = _spelt_otherwise(inside.name) or ANY_NIGHT
        if since <= night:
            problem = f"it lies in {feed}/{inside.name}, and the folders of a feed are named night=YYYY-MM-DD"
            if not inside.is_dir():
                problem = f"it lies in {feed}/ itself, and files lie in folders named night=YYYY-MM-DD"
            for found in files_below(landing, inside) if inside.is_dir() else [Found(inside)]:
                _take(landing, feed, since, found, problem, files, passed_over)


def _look_into_stranger(landing: Path, folder: Path, files: list[LandedFile], passed_over: list[PassedOver]) -> None:
    """A folder of no feed. One that looks like a feed's was misspelt; the others are none of ours."""
    nearest = difflib.get_close_matches(folder.name.casefold(), BY_NAME, n=1)
    looks_like_one = folder.is_dir() and (nearest or any(each.name.startswith("night=") for each in _readable(folder)))
    if not looks_like_one:
        why = f"no feed is called so; the feeds are {', '.join(BY_NAME)}"
        passed_over.append(PassedOver(_name(landing, folder), why, ANY_NIGHT))
        return
    problem = f"no feed is called {folder.name}" + (f"; is it {nearest[0]}?" if nearest else "")
    for found in files_below(landing, folder):
        _take(landing, nearest[0] if nearest else folder.name, ANY_NIGHT, found, problem, files, passed_over)


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
    name = _name(landing, path)
    form = form_of(path)
    if found.passed_over:
        passed_over.append(PassedOver(name, found.passed_over, night))
    elif found.problem:
        files.append(LandedFile(feed, night, name, path, "csv", problem=found.problem))
    elif form:
        files.append(LandedFile(feed, night, name, path, form, problem=problem))
    elif _is_rows(path) and form_of(path.with_name(path.name[: -len(ROWS)])):
        files.append(LandedFile(feed, night, name, path, "csv", problem=problem))
    else:
        why = "files of feeds end in .csv, .csv.gz or .parquet"
        passed_over.append(PassedOver(name, why, night))


def form_of(path: Path) -> Form | None:
    """What kind of file this is by its name; None if it is no file of a feed."""
    name = path.name.casefold()
    return next((form for suffix, form in _FORMS.items() if name.endswith(suffix)), None)


def _is_rows(path: Path) -> bool:
    return path.name.casefold().endswith(ROWS)


def _lies_in(landing: Path, path: Path) -> bool:
    """Whether a file lies in the landing folder (links resolved), and so does what says how many rows it has."""
    beside = path.with_name(f"{path.name}{ROWS}")
    # Not `Path.resolve`, which fails on a link to itself.
    return all(Path(os.path.realpath(each)).is_relative_to(landing) for each in (path, beside))


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
        why = "it is a link to nothing" if file.path.is_symlink() else f"it can't be read ({error.strerror})"
        return replace(file, problem=file.problem or why)
    said = None
    if rows:
        try:
            # A pipe says nothing: to open it is to wait until somebody writes to it.
            said = rows.path.read_bytes()[:100].decode("utf-8", "backslashreplace") if rows.path.is_file() else ""
        except OSError:
            said = ""
    if "\ufffd" in file.name:
        file = replace(file, problem=file.problem or "its name isn't UTF-8")
    return replace(file, sha256=sha256, size=size, changed_at=changed_at, touched_at=touched_at, rows_said=said)


def _name(landing: Path, path: Path) -> str:
    name = path.relative_to(landing).as_posix()
    # A name that isn't UTF-8 can be told of only in part.
    return re.sub("[\ud800-\udfff]", "\ufffd", name)


def _night_of(name: str) -> date | None:
    try:
        night = date.fromisoformat(name.removeprefix("night="))
    except ValueError:
        return None
    # Python reads more spellings of a day than one.
    return night if name == f"night={night}" else None


def _spelt_otherwise(name: str) -> date | None:
    """The day that a folder is likely meant to be of, where its name isn't spelt as it should be."""
    found = re.fullmatch(r"(?i)\s*night\s*[=_:-]?\s*(\d{4})[-_./]?(\d{1,2})[-_./]?(\d{1,2})\s*", name)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
