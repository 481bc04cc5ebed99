"""One page over all nights: what each came to at the gates, with the pages of tonight and of every release.

The pages of a revision are kept beside it, for as long as there is one; those of the last run are written over by the
next. Nothing is loaded from anywhere: the page needs nothing beside itself.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from evenhand.quality.page import PAGE, RESULTS, templates
from evenhand.release.manifest import NAME

# A gate's pages: the name in an address, what it is called, and its folder in a night's work.
GATES = {
    "gate-1": ("Gate 1", "gate_1"),
    "gate-2-rows": ("Gate 2, rows", "gate_2/rows"),
    "gate-2-changes": ("Gate 2, changes", "gate_2/changes"),
}
_KEPT = "kept"


class Link(Protocol):
    """Where a page is: of which night, its name, and of which revision; 0 for that of the last run."""

    def __call__(self, night: str, page: str, *, revision: int) -> str: ...


@dataclass(frozen=True)
class _Gate:
    called: str
    link: str
    outcome: str
    stopped: bool


@dataclass(frozen=True)
class _Night:
    night: str
    said: str
    stopped: bool
    gates: list[_Gate]
    kept: list[tuple[str, list[_Gate]]]


def keep_pages(work: Path, revision: int) -> None:
    """Keep the pages of the gates as they are now, for the revision that was released of it."""
    kept = work / _KEPT / f"{revision:04}"
    for _, folder in GATES.values():
        if (work / folder / PAGE).exists():
            shutil.copytree(work / folder, kept / folder, dirs_exist_ok=True)


def kept_page(work: Path, revision: int, page: str) -> Path:
    """Where a page of a revision lies, whether or not it is there."""
    return work / _KEPT / f"{revision:04}" / GATES[page][1] / PAGE


def write_index(nights: Path, releases: Path) -> Path:
    """Write the page, `index.html` in the folder of nights, with links to files; returns it."""
    nights.mkdir(parents=True, exist_ok=True)
    page, draft = nights / PAGE, nights / f".{PAGE}.draft"
    draft.write_text(index(nights, releases, _file), encoding="utf-8")
    draft.replace(page)
    return page


def index(nights: Path, releases: Path, link: Link) -> str:
    """The page over all nights."""
    names = {path.name for path in (*nights.glob("night=*"), *releases.glob("night=*"))}
    found = [_night(nights / name, releases / name, link) for name in sorted(names, reverse=True)]
    return templates.get_template("nights.html").render(nights=found)


def _night(work: Path, release: Path, link: Link) -> _Night:
    night = work.name.removeprefix("night=")
    gates = _gates(work, partial(link, night, revision=0))
    revisions = sorted((path for path in (work / _KEPT).glob("[0-9]*")), reverse=True)
    kept = [(each.name, _gates(each, partial(link, night, revision=int(each.name)))) for each in revisions]
    stopped = next((gate.called for gate in gates if gate.stopped), "")
    in_force = f"revision {int(release.resolve().name)}" if release.exists() else ""
    if stopped:
        said = f"Stopped at {stopped}." + (f" What was released before, {in_force}, is in force." if in_force else "")
    elif in_force:
        said = _said_of_release(release, in_force)
    else:
        said = "Not released."
    return _Night(night, said, bool(stopped) or not in_force, gates, kept)


def _said_of_release(release: Path, revision: str) -> str:
    try:
        history = json.loads((release / NAME).read_text(encoding="utf-8")).get("history")
    except (OSError, ValueError, AttributeError):
        history = None
    if history:
        return f"Decided in one go with others: {revision} is history, which nothing was sent of."
    return f"Succeeded: {revision} is released."


def _gates(folder: Path, link: Callable[[str], str]) -> list[_Gate]:
    gates = []
    for page, (called, inside) in GATES.items():
        # One that is being written, or of another version, is told of by its own page.
        with suppress(FileNotFoundError, ValueError, KeyError):
            results = json.loads((folder / inside / RESULTS).read_text(encoding="utf-8"))
            gates.append(_Gate(called, link(page), results["outcome"], bool(results["stopped"])))
    return gates


def _file(night: str, page: str, *, revision: int) -> str:
    kept = f"{_KEPT}/{revision:04}/" if revision else ""
    return f"night={night}/{kept}{GATES[page][1]}/{PAGE}"
