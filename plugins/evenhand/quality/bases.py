"""The releases that tonight is compared with: the one before, and of each list that it held the one it comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenhand.quality.held_lists import LISTS
from evenhand.quality.moves import KeptList
from evenhand.quality.row_causes import Base
from evenhand.release.manifest import Manifest, read_manifest


def bases_tonight(warehouse: Path, releases: Path) -> list[Base]:
    """The release before, and for each list that it held the one that this list comes from.

    A release that was reversed decided nothing: what it went back to did.
    """
    with duckdb.connect(str(warehouse)) as connection:
        found = connection.execute("select night, release_id from released.last_release").fetchone()
    return bases_of(releases, *revision_of(releases, *found)) if found else []


def bases_of(releases: Path, last: Path, manifest: Manifest) -> list[Base]:
    """The same of what is decided after a release, without a night's warehouse."""
    while manifest.reversed:
        last, manifest = revision_of(releases, manifest.reversed.back_to.night, manifest.reversed.back_to.release_id)
    held: dict[Path, list[KeptList]] = defaultdict(list)
    undecided = {each.market for each in manifest.held_markets}
    for (name, market), since in kept_by(manifest).items():
        if since:
            held[_decided(releases, since, name, market)].append(KeptList(name, market, since, market in undecided))
    bases = [Base(last, manifest)]
    for release, lists in sorted(held.items()):
        bases.append(Base(release, read_manifest(release), tuple(lists), and_others=False))
    return bases


def kept_by(manifest: Manifest) -> dict[tuple[str, str], date | None]:
    """The lists that a release didn't decide, with the night of the release that they come from."""
    kept = {
        (each.list, each.market): each.since
        for each in manifest.held_lists
        if each.answer != "approved" and each.list in LISTS
    }
    return kept | {(name, each.market): each.since for each in manifest.held_markets for name in LISTS}


def _decided(releases: Path, night: date, name: str, market: str) -> Path:
    """The newest revision of a night that decided a list; a later one may have kept what that one had."""
    newest = (releases / f"night={night}").resolve()
    for folder in [newest, *sorted(newest.parent.iterdir(), reverse=True)]:
        manifest = read_manifest(folder)
        if not manifest.reversed and (name, market) not in kept_by(manifest):
            return folder
    return newest


def revision_of(releases: Path, night: date, release_id: str) -> tuple[Path, Manifest]:
    """A revision by its id: the one that was taken when the night began may not be the newest any more."""
    newest = (releases / f"night={night}").resolve()
    for folder in [newest, *sorted(newest.parent.iterdir(), reverse=True)]:
        manifest = read_manifest(folder)
        if manifest.release_id == release_id:
            return folder, manifest
    raise FileNotFoundError(f"{newest.parent}: the revision {release_id} isn't there; bring it back from a backup")


def base_of(bases: Sequence[Base], name: str, market: str) -> Base | None:
    """The one that a list comes from; None where nothing was released before."""
    of_it = [base for base in bases if (name, market) in {(each.list, each.market) for each in base.lists}]
    return of_it[0] if of_it else (bases[0] if bases else None)


def code_since(releases: Path, base: Base) -> list[Mapping[str, Any]]:
    """What the releases after a base say of their code, the oldest first."""
    found = []
    for folder in sorted((releases / "revisions").glob("night=*/[0-9]*")):
        key = (folder.parent.name, folder.name)
        if key > (base.release.parent.name, base.release.name):
            found.append(read_manifest(folder).code)
    return found
