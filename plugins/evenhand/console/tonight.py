"""What a night came to, market by market, and what is otherwise than on another night."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evenhand.console.reader import once
from evenhand.console.shown import Shown
from evenhand.delivery.config import ReceiversError, load_receivers
from evenhand.landing.file_names import night_of
from evenhand.quality.nights_page import kept_page
from evenhand.records.databases import parquet, reading
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.records.steps import at_receiver, kept_in
from evenhand.release.figures import Figure, figures
from evenhand.release.manifest import FeedCounts, HeldList, OtherFormat, read_manifest
from evenhand.settings import settings

_SQL = SqlFile(__file__)

# What is counted of each market: its name, and the file and condition that it is counted in.
_COUNTED = {
    "penalties": ("penalties", "true"),
    "rewards": ("rewards", "true"),
    "creators": ("account_profiles", "exited_on is null"),
    "near": ("account_profiles", "is_near_a_zone"),
    "gaps": ("enforcement_gaps", "true"),
}


@dataclass(frozen=True)
class Count:
    """How many there are, how many there were on the night that is compared with, and over the last nights.

    Attributes:
        now, before: None where the release doesn't say: nights of a history, and those of earlier versions, lack some.
        trend: the oldest night first; None on one that has no release, or whose release doesn't say.
    """

    now: int | None
    before: int | None
    trend: Sequence[int | None]

    @property
    def change(self) -> int | None:
        """How many more there are; None where nothing is compared with, or one of the two nights doesn't say."""
        return None if self.now is None or self.before is None else self.now - self.before


@dataclass(frozen=True)
class OfMarket:
    """A market on a night.

    Attributes:
        counts: of each thing that is counted.
        held: its lists that wait for somebody, or that somebody rejected.
        undecided: why it couldn't be decided; empty if it was.
    """

    market: str
    counts: Mapping[str, Count]
    held: Sequence[HeldList]
    undecided: Sequence[str]


@dataclass(frozen=True)
class OfReceiver:
    """What came of a night at a receiver, in the last run of it.

    Attributes:
        delivered, reconciled: what was told of both; empty where it wasn't done.
        failed: what the last of them failed of; empty where it didn't.
        put, removed: rows that it was sent.
        agrees: whether it holds what it should; None where that isn't known.
    """

    receiver: str
    delivered: str
    reconciled: str
    failed: str
    put: int
    removed: int
    agrees: bool | None


@dataclass(frozen=True)
class Landed:
    """What a feed brought.

    Attributes:
        newest: the night of the newest file that was looked at; None where there is none.
        accepted_over, quarantined_over: the same over the last nights, as a count's trend is.
    """

    feed: str
    accepted: int
    quarantined: int
    newest: date | None
    accepted_over: Sequence[int | None]
    quarantined_over: Sequence[int | None]


@dataclass(frozen=True)
class Sent:
    """What a receiver was sent over the last nights, as a count's trend is; None on one that it was sent nothing of."""

    put: Sequence[int | None]
    removed: Sequence[int | None]


def release_of(night: date) -> Path:
    """The folder of a night's newest revision, which never changes."""
    return (settings().releases / f"night={night}").resolve()


def releases_before(shown: Shown) -> Sequence[Path]:
    """Where the releases of the nights before one lie, the oldest first, as far back as trends go.

    A night without a release has a place too, at which nothing lies.
    """
    return once(
        f"releases before {shown.night}",
        lambda: [release_of(night) for night in shown.last_nights()[:-1]],
    )


def markets(shown: Shown, before: Shown | None) -> list[OfMarket]:
    """Every market that has an account, a row of a list, or something that waits for somebody."""
    now = counts(shown)
    over_nights = [*map(_counts, releases_before(shown)), now]
    then = counts(before) if before else None
    held = _held(shown)
    undecided = shown.manifest.held_markets
    names = {name for what in ("creators", "penalties", "rewards") for name in now.get(what, ())}
    names |= waiting_markets(shown)
    return [
        OfMarket(
            market,
            {
                what: Count(
                    _number(now, what, market),
                    _number(then, what, market) if then else None,
                    [_number(each, what, market) for each in over_nights],
                )
                for what in _COUNTED
            },
            [each for each in held if each.market == market],
            [each.why for each in undecided if each.market == market],
        )
        for market in sorted(names)
        if shown.sees(market)
    ]


def waiting_markets(shown: Shown) -> set[str]:
    """The markets of which a list waits for somebody, or was rejected, or that couldn't be decided."""
    return {each.market for each in _held(shown)} | {each.market for each in shown.manifest.held_markets}


def _held(shown: Shown) -> list[HeldList]:
    return [each for each in shown.manifest.held_lists if each.answer != "approved" and each.list in _COUNTED]


def _number(counted: Mapping[str, Mapping[str, int]], what: str, market: str) -> int | None:
    """How many there are in a market; None where a release has no file of them."""
    return counted[what].get(market, 0) if what in counted else None


def unsent(shown: Shown) -> list[HeldList]:
    """What waits beside lists: receivers, notices in a language and review budgets until somebody has approved them."""
    return [each for each in shown.manifest.held_lists if each.answer != "approved" and each.list not in _COUNTED]


def receivers(shown: Shown) -> list[OfReceiver]:
    """What each receiver answered; nothing where receivers.yml can't be read, and to who doesn't see all markets."""
    if shown.markets is not None:
        return []
    try:
        names = sorted(load_receivers())
    except ReceiversError:
        return []
    work = settings().work(shown.night)
    return [_of_receiver(work, name) for name in names]


def _of_receiver(work: Path, name: str) -> OfReceiver:
    delivered, reconciled = at_receiver(work, name)
    told, agreed = delivered.get("told", ""), reconciled.get("told", "")
    failed = delivered.get("failed", "") or reconciled.get("failed", "")
    return OfReceiver(name, told, agreed, failed, *_rows_sent(delivered), reconciled.get("agrees"))


def sent_over(shown: Shown, receiver: str) -> Sent:
    """What a receiver was sent in the last run of each of the last nights; None where that had nothing to send, as one
    after the run that sent the night's rows: it says nothing of these."""
    over = []
    for night in shown.last_nights():
        path = kept_in(settings().work(night), "deliver_release", receiver)
        over.append(_sent(path, path.stat().st_mtime_ns) if path else None)
    return Sent(*([each[of] if each else None for each in over] for of in (0, 1)))


# A night that is delivered once more writes it once more.
@lru_cache(maxsize=1024)
def _sent(path: Path, written: int) -> tuple[int, int] | None:
    delivered = json.loads(path.read_text())
    return _rows_sent(delivered) if delivered.get("sent") else None


def _rows_sent(delivered: Mapping[str, Any]) -> tuple[int, int]:
    """Rows that were put and rows that were removed."""
    sent = delivered.get("sent", {}).values()
    return sum(each.get("put", 0) for each in sent), sum(each.get("remove", 0) for each in sent)


def landed(shown: Shown) -> list[Landed]:
    """What each feed brought; nothing to who doesn't see all markets."""
    newest: dict[str, date] = {}
    for path in shown.manifest.inputs:
        # Below the folder of the feed, that of the night.
        feed, *below = path.split("/")
        if below and (night := night_of(below[0])):
            newest[feed] = max(night, newest.get(feed, night))
    over = [*map(_feeds, releases_before(shown)), shown.manifest.feeds]
    return [
        Landed(
            *(feed, counts.accepted, counts.quarantined, newest.get(feed)),
            [each[feed].accepted if feed in each else None for each in over],
            [each[feed].quarantined if feed in each else None for each in over],
        )
        for feed, counts in shown.manifest.feeds.items()
    ]


def gate_1(shown: Shown) -> str:
    """The address of what gate 1 found of the feeds, how fresh they are among it; empty where that isn't kept."""
    path = kept_page(settings().work(shown.night), shown.revision, "gate-1")
    return f"kept/{shown.night}/{shown.revision}/gate-1" if path.exists() else ""


# A revision's folder never changes.
@lru_cache(maxsize=512)
def _feeds(folder: Path) -> Mapping[str, FeedCounts]:
    """What each feed brought to a night; nothing where there is no release that can be read."""
    try:
        return read_manifest(folder).feeds
    except (FileNotFoundError, OtherFormat, ValidationError):
        return {}


def metrics(shown: Shown, market: str) -> list[Figure]:
    """The operational metrics of a market, in the order of their definitions."""
    return figures(shown.folder, settings().dbt_project, market) if shown.sees(market) else []


def creators_by_market(shown: Shown) -> Mapping[str, int]:
    """How many creators a night knows in each market that is seen and has any."""
    return counts(shown).get("creators", {})


def counts(shown: Shown) -> Mapping[str, Mapping[str, int]]:
    """How much of each thing a night has in each market that is seen; without what the release has no file of."""
    if shown.markets is None:
        return _counts(shown.folder)
    there = tuple((what, shown.rows(file)) for what, (file, _) in _COUNTED.items() if shown.has(f"{file}.parquet"))
    return {what: {name: n for name, n in of.items() if shown.sees(name)} for what, of in _counted(there).items()}


# A revision's folder never changes.
@lru_cache(maxsize=512)
def _counts(folder: Path) -> Mapping[str, Mapping[str, int]]:
    # Releases of earlier versions lack some.
    there = {what: folder / f"{file}.parquet" for what, (file, _) in _COUNTED.items()}
    return _counted(tuple((what, f"(from {parquet(path)})") for what, path in there.items() if path.exists()))


@lru_cache(maxsize=64)
def _counted(sources: tuple[tuple[str, str], ...]) -> Mapping[str, Mapping[str, int]]:
    """The rows of each market, by what is counted and the SQL of the rows."""
    found: dict[str, Mapping[str, int]] = {}
    with reading() as connection:
        for what, rows in sources:
            of = _SQL("counted", rows=Sql(rows), is_counted=Sql(_COUNTED[what][1]))
            counted = connection.execute(of).fetchall()
            found[what] = {str(market): int(number) for market, number in counted}
    return found
