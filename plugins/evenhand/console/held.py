"""Held lists of a night: why each waits, what would change, and what each answer does, in numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import duckdb

from evenhand.console.reader import marked, say
from evenhand.console.shown import Shown
from evenhand.console.tonight import releases_before
from evenhand.console.values import list_of
from evenhand.quality.held_lists import LISTS, HeldList, first_wave_of
from evenhand.records.databases import reading
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.held_names import why_once
from evenhand.release.manifest import DELIVERIES, NOTICES
from evenhand.release.manifest import HeldList as Released
from evenhand.release.quality_samples import ITEMS
from evenhand.settings import settings
from evenhand.tasks.held_list import held_lists

_SQL = SqlFile(__file__)

# What a list waits for, by the cause of most of its rows. Days that pass hold nothing by themselves.
_BECAUSE_OF: Mapping[str, str] = {
    "policy": marked("A changed policy"),
    "code": marked("Changed code"),
    "data": marked("What landed"),
    "correction": marked("Corrections of what was decided before"),
    "text": marked("Other words"),
    "move": marked("Accounts that moved"),
}
# What waits beside lists, each with its like.
_BESIDE_LISTS: Mapping[str, str] = {
    DELIVERIES: marked("Receivers"),
    NOTICES: marked("Translations"),
    ITEMS: marked("Review budgets"),
}
_UNUSUAL = marked("Something unusual")


@dataclass(frozen=True)
class Changes:
    """Rows of a list that would change for a cause."""

    cause: str
    added: int
    removed: int
    changed: int


@dataclass(frozen=True)
class Waiting:
    """A list that is held, a delivery or a language.

    Attributes:
        released: as the night's release says it.
        now: as what the night was computed in has it, with what was answered since; None where that can't be read, or
            the night came out otherwise since.
        would_have: how many rows it would have, once approved.
        trend: how many of its rows changed on the last nights, this one last; None on one that has no release.
    """

    released: Released
    now: HeldList | None
    changes: Sequence[Changes]
    would_have: int
    trend: Sequence[int | None]

    @property
    def is_list(self) -> bool:
        """Whether it has rows: a receiver and a language have none."""
        return self.released.list in LISTS

    @property
    def answer(self) -> str:
        """What was answered so far."""
        return self.now.answer if self.now else self.released.answer

    @property
    def so_far(self) -> str:
        """The same, with by whom, as a form carries it."""
        return self.now.so_far if self.now else ""

    @property
    def wave(self) -> int:
        """How many rows a first wave has."""
        return first_wave_of(self.released.changes)

    @property
    def called(self) -> str:
        """What it is called by people."""
        return list_of(self.released.list, self.released.market)

    @property
    def because(self) -> str:
        """What it waits for, in a few words; lists that wait for the same belong together."""
        if not self.is_list:
            return say(_BESIDE_LISTS[self.released.list])
        most = max(self.changes, key=lambda each: each.added + each.removed + each.changed, default=None)
        if self.now and self.now.by_policy:
            return say(_BECAUSE_OF["policy"])
        return say(_BECAUSE_OF.get(most.cause if most else "", _UNUSUAL))


@dataclass(frozen=True)
class Held:
    """All that a night holds.

    Attributes:
        can_answer: why nothing can be answered here; empty where it can.
    """

    waiting: Sequence[Waiting]
    why_not: str

    @property
    def groups(self) -> list[tuple[str, list[Waiting]]]:
        """What waits, by what it waits for; the largest lists first."""
        found = sorted(self.waiting, key=lambda each: (each.because, -each.released.changes, each.called))
        return [(because, list(some)) for because, some in groupby(found, key=lambda each: each.because)]

    @property
    def apart(self) -> Mapping[tuple[str, str], tuple[Sequence[str], str]]:
        """Why each waits, once: what is said of a list above it isn't said again."""
        return why_once([each.released for _, some in self.groups for each in some])

    @property
    def digest(self) -> str:
        """Names all that waits as it is shown: all that would change in each list, and what was answered to it."""
        said = sorted(f"{each.called}: {each.released.digest} {each.so_far}" for each in self.waiting)
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def find(self, name: str, market: str) -> Waiting | None:
        """What waits of a list and market."""
        return next(
            (each for each in self.waiting if (each.released.list, each.released.market) == (name, market)), None
        )


def held_of(shown: Shown) -> Held:
    """What a night holds of what is seen; only of the newest can something be answered."""
    now, why_not = _now(shown)
    waiting = []
    over_nights = [_sizes(folder) for folder in (*releases_before(shown), shown.folder)]
    for each in shown.manifest.held_lists:
        known = now.get((each.list, each.market))
        is_the_same = known is not None and known.digest == each.digest
        rows = _changes(shown, each) if each.list in LISTS else ()
        of = (each.list, each.market)
        over = [sizes.get(of, (0, 0)) if sizes is not None else None for sizes in over_nights]
        trend = [sizes[1] if sizes else None for sizes in over]
        would_have = over[-1][0] if over[-1] else 0
        waiting.append(Waiting(each, known if is_the_same else None, rows, would_have, trend))
    if not why_not and any(each.now is None for each in waiting):
        why_not = say(
            "The night is being decided again, and came out otherwise: open this page again once it is released."
        )
    return Held(waiting, why_not)


def _now(shown: Shown) -> tuple[Mapping[tuple[str, str], HeldList], str]:
    if shown.night != shown.nights[0]:
        return {}, say(
            "%(newest)s is released, so that nothing of %(night)s can be answered any more.",
            newest=shown.nights[0],
            night=shown.night,
        )
    if not settings().warehouse(shown.night).exists():
        return {}, say(
            "What night %(night)s was computed in is gone: run the night again to answer.", night=shown.night
        )
    try:
        return {(each.list, each.market): each for each in held_lists(shown.night)}, ""
    except duckdb.Error:
        return {}, say(
            "Night %(night)s is being worked on: open this page again when its run has ended.", night=shown.night
        )


def _changes(shown: Shown, held: Released) -> tuple[Changes, ...]:
    with reading() as connection:
        found = connection.execute(
            _SQL("changes", changes=Sql(shown.rows("changes"))), {"list": held.list, "market": held.market}
        ).fetchall()
    return tuple(Changes(*row) for row in found)


# A revision's folder never changes.
@lru_cache(maxsize=256)
def _sizes(folder: Path) -> Mapping[tuple[str, str], tuple[int, int]] | None:
    """How many rows each list and market would have, and how many changed; None where there is no release."""
    path = folder / "list_sizes.parquet"
    if not path.exists():
        return None
    with reading() as connection:
        found = connection.execute(_SQL("sizes"), {"file": str(path)}).fetchall()
    return {(name, market): (rows, changed) for name, market, rows, changed in found}
