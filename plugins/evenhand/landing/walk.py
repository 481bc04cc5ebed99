"""What lies in a folder and the folders in it, and why some of them aren't looked into.

What starts with a dot or an underscore is none of ours: sources leave such marks beside their files. Only what is
called like a file of a feed, or like a part of its path, is named.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LEADS_OUT = "it is a link that leads out of the landing folder"
ENDLESS = "it is a link to a folder that it lies in"
TO_NOTHING = "it is a link to nothing"
HIDDEN = "its name starts with a dot or an underscore"
# A link can lead to all that there is.
_MOST_ELSEWHERE = 1000
_SUFFIXES = (".csv", ".csv.gz", ".parquet")


@dataclass(frozen=True)
class Found:
    """Something in a folder.

    Attributes:
        passed_over: why it is none of ours; empty where it may be a file of a feed.
        problem: why it can't be read; empty where nothing is known against it.
    """

    path: Path
    passed_over: str = ""
    problem: str = ""


def visible(folder: Path) -> list[Path]:
    """What lies in a folder, by name; nothing if there is no such folder."""
    return [path for path in _everything(folder) if not _is_hidden(path)]


def hidden_by_mistake(folder: Path) -> list[Path]:
    """What is called like a file of a feed or a part of its path, but for a dot or an underscore before it."""
    return [
        path
        for path in _everything(folder)
        if _is_hidden(path) and ("=" in path.name or path.name.casefold().endswith(_SUFFIXES))
    ]


def files_below(landing: Path, folder: Path, looked_into: frozenset[str] = frozenset()) -> Iterator[Found]:
    """Everything in a folder and the folders in it that isn't a folder itself, by name; and folders not looked into.

    A link out of the landing folder leads to what is none of ours; one to a folder that it lies in has no end.

    Args:
        looked_into: the folders that this one is looked into from, links resolved; by default those that it lies in.
    """
    looked_into = looked_into or frozenset(os.path.realpath(each) for each in folder.parents)
    place = os.path.realpath(folder)
    if place in looked_into:
        yield Found(folder, passed_over=ENDLESS)
    elif not Path(place).is_relative_to(os.path.realpath(landing)):
        yield from (Found(path, problem=LEADS_OUT) for path in _named_elsewhere(folder) or [folder])
    else:
        try:
            there, hidden = visible(folder), hidden_by_mistake(folder)
        except OSError as error:
            yield Found(folder, problem=f"the folder can't be read ({error.strerror})")
            return
        for path in there:
            # Not `Path.is_dir`, which fails where nothing may be looked at.
            if os.path.isdir(path):
                yield from files_below(landing, path, looked_into | {place})
            else:
                yield Found(path, problem=why_unseen(path) if may_be_folder(path) else "")
        yield from (Found(path, passed_over=HIDDEN) for path in hidden)


def may_be_folder(path: Path) -> bool:
    """Whether something may be a folder by its name, where it can't be looked at."""
    return "." not in path.name or ("=" in path.name and not path.name.casefold().endswith(_SUFFIXES))


def why_unseen(path: Path) -> str:
    """Why nothing can be known of what lies there; empty where something can."""
    try:
        path.stat()
    except OSError as error:
        return TO_NOTHING if path.is_symlink() else f"it can't be read ({error.strerror})"
    return ""


def _named_elsewhere(folder: Path) -> list[Path]:
    """Which files of feeds lie in a folder elsewhere, by name alone: their path says whose they are."""
    named: list[Path] = []
    looked_at = 0
    for place, folders, names in os.walk(folder):
        folders.sort()
        named += [Path(place, name) for name in sorted(names) if name.casefold().endswith(_SUFFIXES)]
        looked_at += len(folders) + len(names)
        if looked_at > _MOST_ELSEWHERE:
            break
    return named


def _everything(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if os.path.isdir(folder) else []


def _is_hidden(path: Path) -> bool:
    return path.name.startswith((".", "_"))
