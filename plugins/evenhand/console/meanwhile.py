"""What else was otherwise on a night than on the one before it: policies, code, and which feeds landed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from evenhand.console.policies import policies
from evenhand.console.reader import marked, say
from evenhand.console.shown import Shown
from evenhand.console.values import label
from evenhand.landing.file_names import night_of
from evenhand.release.manifest import read_manifest

# By whether policies are others than on the night before, and whether code is.
_WHAT_ELSE = {
    (False, False): "",
    (True, False): marked("other policies"),
    (False, True): marked("other code"),
    (True, True): marked("other policies and code"),
}


@dataclass(frozen=True)
class _Decided:
    """By what a night was decided.

    Attributes:
        landed: the feeds that landed for it, which may be none; None where that isn't told.
    """

    packs: frozenset[str]
    code: str
    landed: frozenset[str] | None


def what_else(found: Shown, nights: Sequence[tuple[date, Path]]) -> list[tuple[date, str]]:
    """What else was otherwise on each of some nights, but the first; empty where nothing was.

    Args:
        nights: with the folders of their releases, in their order.
    """
    # To who doesn't see all markets nothing is told of others' packs, nor of feeds, which are of all together.
    theirs = None if found.markets is None else frozenset(each.pack.pack for each in policies(found))
    over = [(night, _decided(folder, theirs)) for night, folder in nights]
    return [
        (night, "; ".join(each for each in _said(now, before) if each)) for (_, before), (night, now) in pairwise(over)
    ]


def _said(now: _Decided, before: _Decided) -> Iterator[str]:
    if other := _WHAT_ELSE[now.packs != before.packs, now.code != before.code]:
        yield say(other)
    if now.landed is not None and before.landed is not None:
        if missing := sorted(before.landed - now.landed):
            yield say("nothing landed of %(feeds)s", feeds=_feeds(missing))
        if more := sorted(now.landed - before.landed):
            yield say("landed, and not on the night before: %(feeds)s", feeds=_feeds(more))


def _feeds(names: Sequence[str]) -> str:
    return ", ".join(label("feed", each) for each in names)


# A revision's folder never changes.
@lru_cache(maxsize=256)
def _decided(folder: Path, packs: frozenset[str] | None) -> _Decided:
    manifest = read_manifest(folder)
    decided = frozenset(each.sha256 for each in manifest.packs if packs is None or each.pack in packs)
    # Nights of a history were decided in one go, of all that had landed by the last.
    is_told = packs is None and manifest.history is None
    folders = {tuple(path.split("/")[:2]) for path in manifest.inputs}
    landed = frozenset(feed for feed, *of in folders if of and night_of(of[0]) == manifest.night) if is_told else None
    return _Decided(decided, str(manifest.code.get("sha256")), landed)
