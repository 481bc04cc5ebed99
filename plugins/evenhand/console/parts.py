"""What a night came to in one market, or in all that are seen: zones, stages, penalties, and why rows changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from evenhand.console.seen import Markets, rows_seen, texts
from evenhand.console.seen_manifest import penalties_counted
from evenhand.console.shown import Shown
from evenhand.console.tables import STAGES
from evenhand.console.tonight import release_of, releases_before
from evenhand.records.databases import parquet, reading
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release import causes as of_changes
from evenhand.release.manifest import CauseCount, MeasureChanges

_SQL = SqlFile(__file__)

# A row per market and what is counted of it, how many it is last; None where a release has nothing to count it of.
_Counted = Sequence[tuple[Any, ...]] | None
# What counts rows, of the rows.
_Statement = Callable[[Sql], Sql]


@dataclass(frozen=True)
class Part:
    """How many creators are in a zone or at a stage, and how many were over the last nights."""

    key: str
    accounts: int
    trend: Sequence[int | None]


@dataclass(frozen=True)
class OfProgramme:
    """How many creators are in each zone of a programme, from the mildest on."""

    programme: str
    zones: Sequence[Part]


@dataclass(frozen=True)
class OverNights:
    """What is counted of each key on each of the last nights, the oldest first.

    Attributes:
        nights: None on a night that has no release, or whose release has nothing to count it of.
    """

    nights: Sequence[Mapping[tuple[str, ...], int] | None]

    @property
    def tonight(self) -> Mapping[tuple[str, ...], int]:
        """What there is on the newest of them."""
        return self.nights[-1] or {}

    def of(self, *key: str) -> Sequence[int | None]:
        """How many there are of a key on each night."""
        return [None if each is None else each.get(key, 0) for each in self.nights]


def zones(shown: Shown, market: str = "") -> list[OfProgramme]:
    """The programmes that have zones, with how many creators are in each.

    Args:
        market: the one that is counted; by default, all that are seen.
    """
    over = _over_nights(shown, "standings", _zones_of, market)
    found: dict[str, list[Part]] = {}
    for (programme, zone), accounts in over.tonight.items():
        found.setdefault(programme, []).append(Part(zone, accounts, over.of(programme, zone)))
    return [OfProgramme(programme, of) for programme, of in found.items()]


def stages(shown: Shown, market: str = "") -> list[Part]:
    """How many creators are at each stage, from onboarding on."""
    over = _over_nights(shown, "account_profiles", _stages_of, market)
    places = {stage: place for place, stage in enumerate(STAGES)}
    found = [Part(stage, accounts, over.of(stage)) for (stage,), accounts in over.tonight.items()]
    return sorted(found, key=lambda each: (places.get(each.key, len(places)), each.key))


def penalties(shown: Shown, before: Shown | None, market: str = "") -> Sequence[MeasureChanges]:
    """By measure, how many penalties are new, were there, or are no more, against another night."""
    if not shown.has("penalties.parquet"):
        return ()
    now = _of(shown.rows("penalties"), market)
    there = before is not None and before.has("penalties.parquet")
    last = _of(before.rows("penalties"), market) if before and there else f"(from {now} limit 0)"
    return _penalties(now, last)


def penalties_over(shown: Shown, market: str = "") -> OverNights:
    """How many penalties were in force on each of the last nights, by measure."""
    return _over_nights(shown, "penalties", _measures_of, market)


def changes_over(shown: Shown, market: str = "") -> OverNights:
    """How many rows changed on each of the last nights, by list and cause."""
    return _over_nights(shown, "changes", _causes_of, market)


def nights_since(shown: Shown, before: Shown | None) -> list[date]:
    """The nights on which something can have changed since another, the oldest first; that night isn't one of them."""
    after = (each for each in shown.nights if each <= shown.night and (before is None or each > before.night))
    return sorted(after) if before else [shown.night]


def nights_with_causes(shown: Shown, before: Shown | None) -> list[date]:
    """Those of these nights that say why rows changed: nights of a history don't."""
    return [night for night in nights_since(shown, before) if of_changes.says_causes(release_of(night))]


def causes(shown: Shown, before: Shown | None, market: str = "") -> Sequence[CauseCount]:
    """Why rows changed since another night: those of each night are added up, without those that are held."""
    there = _changes(shown, before, market)
    return _causes(there) if there else ()


def held_changes(shown: Shown, before: Shown | None, market: str = "") -> int:
    """How many rows would have changed since another night whose list is held, or was rejected or reversed."""
    there = _changes(shown, before, market)
    return _held(there) if there else 0


def _changes(shown: Shown, before: Shown | None, market: str) -> tuple[str, ...]:
    return tuple(_rows(release_of(night), "changes", shown, market) for night in nights_with_causes(shown, before))


def _of(rows: str, market: str) -> str:
    return f"(select * from {rows} where market in ({texts(frozenset({market}))}))" if market else rows


def _rows(folder: Path, table: str, shown: Shown, market: str) -> str:
    if shown.markets is None:
        return _of(f"(from {parquet(folder / f'{table}.parquet')})", market)
    return _of(rows_seen(folder, table, shown.markets, shown.newest), market)


def _zones_of(rows: Sql) -> Sql:
    return _SQL("zones", rows=rows)


def _stages_of(rows: Sql) -> Sql:
    return _SQL("stages", rows=rows)


def _measures_of(rows: Sql) -> Sql:
    return _SQL("measures", rows=rows)


def _causes_of(rows: Sql) -> Sql:
    return _SQL("causes", rows=of_changes.saying_which_are_held(rows))


def _over_nights(shown: Shown, table: str, counted: _Statement, market: str) -> OverNights:
    chosen = frozenset({market}) if market else None
    # Of the night itself, just what its lists show; earlier ones are counted once for whoever asks.
    earlier = chosen if chosen or shown.markets is None else shown.markets
    over = []
    for folder in releases_before(shown):
        path = folder / f"{table}.parquet"
        # Nights of a history, and releases of earlier versions, lack some.
        over.append(_by_key(_counted(f"(from {parquet(path)})", counted) if path.exists() else None, earlier))
    now = _counted(shown.rows(table), counted) if shown.has(f"{table}.parquet") else None
    return OverNights([*over, _by_key(now, chosen)])


def _by_key(counted: _Counted, only: Markets) -> Mapping[tuple[str, ...], int] | None:
    """What is counted in some markets, in the order of the rows; None where the release doesn't say."""
    if counted is None:
        return None
    found: dict[tuple[str, ...], int] = {}
    for market, *key, number in counted:
        if only is None or market in only:
            found[tuple(key)] = found.get(tuple(key), 0) + number
    return found


# A revision's folder never changes, and it is named in the rows.
@lru_cache(maxsize=1024)
def _counted(rows: str, counted: _Statement) -> _Counted:
    with reading() as connection:
        try:
            return connection.execute(counted(Sql(rows))).fetchall()
        except duckdb.BinderException:
            # Of an earlier version, whose file has no such column.
            return None


@lru_cache(maxsize=64)
def _penalties(now: str, last: str) -> Sequence[MeasureChanges]:
    with reading() as connection:
        found = connection.execute(penalties_counted(Sql(now), Sql(last))).fetchall()
    return [MeasureChanges(measure=measure, new=new, kept=kept, ended=ended) for measure, new, kept, ended in found]


@lru_cache(maxsize=64)
def _causes(changes: tuple[str, ...]) -> Sequence[CauseCount]:
    return of_changes.causes(changes)


@lru_cache(maxsize=64)
def _held(changes: tuple[str, ...]) -> int:
    with reading() as connection:
        ((held,),) = connection.execute(
            _SQL("held", rows=of_changes.saying_which_are_held(of_changes.all_of(changes)))
        ).fetchall()
    return int(held)
