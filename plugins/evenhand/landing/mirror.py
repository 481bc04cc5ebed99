"""A landing folder elsewhere, mirrored into ours: any place that fsspec can list and read.

What is there is taken for whole. A file that hasn't changed there is not fetched again; one that is gone there is
removed here. One that can't be fetched keeps none of the others away: why is noted beside the files, for whoever lists
them. Killed at any moment, the mirror has whole files only, and the next one goes on. Nothing is written outside of the
folder, whatever the other side calls its files and whatever links lie in the folder.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import fsspec
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from evenhand.landing.fetch_bounds import Bounded, TooLarge, why_too_large
from evenhand.landing.files import NOT_FETCHED, FeedBroken

# What was fetched, and which version of it; hidden, so that it is no feed.
INDEX = ".mirror.json"
_DRAFT = f"{INDEX}.draft"
# Another mirror's notes are no file of a feed; fetched, they would take the place of ours.
_OURS = (INDEX, _DRAFT, NOT_FETCHED)
_PART = ".mirror.part"
# What file systems call the version of a file. One that says none of these is fetched every time.
_CONTENTS = ("ETag", "etag", "md5", "md5Hash", "checksum")
_VERSIONS = (*_CONTENTS, "mtime", "LastModified", "last_modified", "updated", "version_id")
_AT_ONCE = 200
# File systems whose folders are only parts of keys.
_BUCKETS = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss"}


class _NoName(Exception):
    """Something in a listing has no place below the landing folder. The message says what."""


@dataclass(frozen=True)
class _There:
    """A file there: its path, and its version, which is empty where the file system knows none."""

    path: str
    version: str


def mirror(url: str, landing: Path) -> int:
    """Make the folder what is at the URL.

    Returns:
        How many files were fetched.

    Raises:
        FeedBroken: the place can't be listed, or nothing of it read, or it has no file at all, or one whose name or
            folder here is outside of the landing folder; nothing was removed here.
    """
    try:
        files, root = fsspec.url_to_fs(url)
        # What this process listed before may be otherwise by now.
        files.invalidate_cache()
        there, problems = _listing(files, root)
    except _NoName as error:
        raise FeedBroken(
            f"{url}: {error}, so nothing was fetched or removed. Files are named by where they lie below that address;"
            " have its owner mend the listing (docs/feeds.md), then clear this task."
        ) from error
    except Exception as error:
        raise FeedBroken(_unreadable(url, error)) from error
    if not there:
        raise FeedBroken(
            f"{url}: there is no file; the files that were mirrored before are left alone. Is it the folder?"
        )
    landing.mkdir(parents=True, exist_ok=True)
    for name in there:
        _refuse_links_out(landing, name)
    index = _index(landing)
    wanted = [
        name
        for name, file in there.items()
        if name not in problems
        and (not file.version or index.get(name) != file.version or not os.path.isfile(landing / name))
    ]
    failed: dict[str, Exception] = {}
    try:
        for start in range(0, len(wanted), _AT_ONCE):
            some = {name: there[name] for name in wanted[start : start + _AT_ONCE]}
            failed |= _fetch_what_can_be(files, some, landing)
            index |= {name: file.version for name, file in some.items() if name not in failed}
        problems |= {name: str(error) for name, error in failed.items() if isinstance(error, TooLarge)}
        failed = {name: error for name, error in failed.items() if name not in problems}
        if failed and (len(failed) == len(there) or not _can_be_listed(files, root)):
            first = failed[min(failed)]
            raise FeedBroken(_unreadable(url, first)) from first
        problems |= {name: f"it can't be fetched ({_said(error)})" for name, error in failed.items()}
        for path in [path for path in landing.rglob("*") if path.is_file() and path.name not in _OURS]:
            if path.relative_to(landing).as_posix() not in there:
                path.unlink()
        _write(landing / NOT_FETCHED, problems)
    finally:
        # Of what has gone there is nothing to know.
        _write(landing / INDEX, {name: version for name, version in index.items() if name in there})
    return sum(name not in problems for name in wanted)


def end_mirroring(landing: Path) -> None:
    """Have the folder be nobody's mirror: what couldn't be fetched once is of no account any more."""
    # Where nothing may be written, to take away what isn't there fails too.
    if (landing / NOT_FETCHED).exists():
        (landing / NOT_FETCHED).unlink()


def _listing(files: Any, root: str) -> tuple[dict[str, _There], dict[str, str]]:
    """The files by their path below the root, as we name it, and why some of them can't be taken."""
    prefix = root.rstrip("/") + "/"
    listing: dict[str, _There] = {}
    problems: dict[str, str] = {}
    found = _everything(files, root)
    folders = {folder for path in found for folder in _folders_of(path.removeprefix(prefix))}
    for path, about in sorted(found.items()):
        below = path.removeprefix(prefix)
        if _is_marker(below, about, is_folder=below in folders, in_bucket=_is_bucket(files)):
            continue
        name = _name(path, prefix, is_quoted="http" in files.protocol)
        if name.split("/")[-1] in _OURS:
            continue
        versions = [str(about[key]) for key in _VERSIONS if about.get(key) is not None]
        there = _There(path, "|".join([*versions, str(about.get("size"))]) if versions else "")
        if below in folders:
            problems[name] = f"it is a file and a folder at once: {path!r}, and others lie below it"
        elif name in listing and not _is_the_same(found[listing[name].path], about):
            problems[name] = f"two files there have its name, {listing[name].path!r} and {path!r}"
        elif why := why_too_large(about):
            problems[name] = why
        listing[name] = there
    return listing, problems


def _is_the_same(file: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two files have the same bytes, as far as their file system says."""
    kept = [key for key in _CONTENTS if file.get(key) is not None]
    return bool(kept) and all(file[key] == other.get(key) for key in (*kept, "size"))


def _folders_of(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:number]) for number in range(1, len(parts))]


def _name(path: str, prefix: str, *, is_quoted: bool) -> str:
    """What a file there is called below the landing folder.

    Args:
        path: as the other side lists it.
        prefix: the folder that was asked for, with a slash at its end.
        is_quoted: whether it quotes names as web servers do: night%3D2026-03-01.

    Raises:
        _NoName: it isn't below the folder that was asked for, or can't be below ours.
    """
    if not path.startswith(prefix):
        raise _NoName(f"it lists {path!r}, which isn't below it")
    parts = path.removeprefix(prefix).split("/")
    if is_quoted:
        parts = [unquote(part) for part in parts]
    # A key in a bucket may have an empty part, and a file here can't.
    parts = [part for part in parts if part not in ("", ".")]
    # A slash is within a part where it was quoted.
    if not parts or any(part == ".." or "/" in part or "\0" in part for part in parts):
        raise _NoName(f"it lists {path!r}, which is outside of it")
    return "/".join(parts)


def _refuse_links_out(landing: Path, name: str) -> None:
    """Make sure that a file would be written where its name says, and not where a link leads to.

    Raises:
        FeedBroken: a folder on its way is a link to a place outside of the landing folder.
    """
    folder = (landing / name).parent
    if not folder.resolve().is_relative_to(landing.resolve()):
        raise FeedBroken(
            f"{folder} leads out of {landing} through a link, so {name} isn't fetched into it, nor is anything else."
            " Remove the link, then clear this task."
        )


def _everything(files: Any, root: str) -> Mapping[str, Mapping[str, Any]]:
    """What is known of each file, by its path."""
    if _is_bucket(files):
        # All keys at once: a walk from folder to folder finds no key with an empty part.
        keys: Mapping[str, Mapping[str, Any]] = files.find(root, detail=True)
        return keys
    # A folder that can't be listed is an error: what is in it isn't gone.
    return {
        about["name"]: about
        for _, _, of_folder in files.walk(root, detail=True, on_error="raise")
        for about in of_folder.values()
    }


def _is_bucket(files: Any) -> bool:
    protocols = {files.protocol} if isinstance(files.protocol, str) else set(files.protocol)
    return bool(protocols & _BUCKETS)


def _is_marker(name: str, about: Mapping[str, Any], *, is_folder: bool, in_bucket: bool) -> bool:
    """Whether it stands for a folder, as buckets and what writes to them have it: no file of anybody."""
    if name.strip("/") == "" or name.endswith(("/", "_$folder$")) or about.get("type") == "directory":
        return True
    # Some consoles leave the slash out.
    is_empty = in_bucket and about.get("size") == 0
    return is_empty and (is_folder or "." not in name.rpartition("/")[2])


def _can_be_listed(files: Any, root: str) -> bool:
    """Whether the place is still there, so that it is a file that can't be fetched and not all of them."""
    try:
        files.invalidate_cache()
        return bool(_everything(files, root))
    except Exception:
        return False


def _fetch_what_can_be(files: Any, some: Mapping[str, _There], landing: Path) -> dict[str, Exception]:
    """Fetch files; those that can't be, with why, keep none of the others away."""
    try:
        _fetch_patiently(files, some, landing)
    except Exception:
        failed = {}
        for name, file in some.items():
            try:
                _fetch(files, {name: file}, landing)
            except Exception as error:
                failed[name] = error
        return failed
    return {}


@retry(retry=retry_if_exception_type(OSError), stop=stop_after_attempt(3), wait=wait_exponential(max=10), reraise=True)
def _fetch_patiently(files: Any, some: Mapping[str, _There], landing: Path) -> None:
    _fetch(files, some, landing)


def _fetch(files: Any, some: Mapping[str, _There], landing: Path) -> None:
    parts = [landing / f"{name}{_PART}" for name in some]
    for part in parts:
        _make_folder(landing, part.parent)
        # What a kill left behind, or a link that somebody laid there.
        part.unlink(missing_ok=True)
    files.get([file.path for file in some.values()], [str(part) for part in parts], callback=Bounded())
    for name, part in zip(some, parts, strict=True):
        _make_room(landing / name)
        part.replace(landing / name)


def _make_room(place: Path) -> None:
    """Take away a folder in the place of a file: what lay in it there has gone, for both at once aren't fetched."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)


def _make_folder(landing: Path, folder: Path) -> None:
    """Make a folder; what was a file there before, such as what stood for it, is none any more."""
    for each in reversed([folder, *folder.parents]):
        if each.is_relative_to(landing) and each != landing and os.path.isfile(each):
            each.unlink()
    folder.mkdir(parents=True, exist_ok=True)


def _index(landing: Path) -> dict[str, str]:
    with suppress(FileNotFoundError, json.JSONDecodeError):
        known: dict[str, str] = json.loads((landing / INDEX).read_text())
        return known
    return {}


def _write(path: Path, notes: Mapping[str, str]) -> None:
    draft = path.with_name(_DRAFT)
    draft.unlink(missing_ok=True)
    draft.write_text(json.dumps(notes))
    draft.replace(path)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _unreadable(url: str, error: Exception) -> str:
    return (
        f"{url}: can't be read ({_said(error)}); nothing was removed here. Look at the address in EVENHAND_LANDING_FROM"
        " and at the credentials in the environment (docs/feeds.md), then clear this task."
    )
