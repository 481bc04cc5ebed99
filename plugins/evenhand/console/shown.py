"""The release that a page shows, and what a reader has to know of it first: the head of every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pendulum
from airflow.timetables.interval import CronDataIntervalTimetable
from fastapi import HTTPException
from pydantic import ValidationError

from evenhand.console.acts_said import reversal_said, stop_said
from evenhand.console.reader import marked, reader, say
from evenhand.console.run_notes import failures
from evenhand.console.seen import OF_ALL_TOGETHER, WHOSE, Markets, is_support_alone, rows_seen, seen
from evenhand.console.seen_manifest import manifest_seen
from evenhand.console.values import markets as market_names
from evenhand.delivery.stopping import stopped
from evenhand.deployment import deployment
from evenhand.landing.file_names import night_of
from evenhand.records.databases import parquet
from evenhand.records.record_log import released_at
from evenhand.release.history import LACKS, said_of_history
from evenhand.release.manifest import NAME as MANIFEST
from evenhand.release.manifest import Manifest, OtherFormat, read_manifest
from evenhand.release.quality_samples import KEYS, keys_told, newest_keys
from evenhand.release.verify import troubles_since
from evenhand.reports.catalogue import ENGLISH
from evenhand.settings import settings

# So many nights charts go back.
_TREND_NIGHTS = 28
# A night that takes longer is late, where the deployment sets no deadline.
_TIME_FOR_A_NIGHT = timedelta(hours=6)


@dataclass(frozen=True)
class Shown:
    """A night's newest release, as somebody sees it.

    Attributes:
        folder: its revision's own folder, which never changes; it has the rows of all markets.
        manifest: what it says of the markets that are seen.
        released_at: when it was released, in the deployment's time zone.
        nights: all nights that are released, the newest first.
        words: what has to be known first, a sentence each, the gravest first.
        needs: those of them that somebody has to do something about.
        markets: those that are seen; None for all.
        newest: the folder of the newest release, which says what market an account is of.
    """

    night: date
    folder: Path
    revision: int
    manifest: Manifest
    released_at: datetime
    nights: tuple[date, ...]
    words: tuple[str, ...]
    needs: tuple[str, ...] = ()
    markets: Markets = None
    newest: Path = Path()

    def sees(self, market: str) -> bool:
        """Whether a market is seen; all of them together (`all`) only by who sees all."""
        return self.markets is None or market in self.markets

    def before(self, days: int = 1) -> date | None:
        """The newest night released at least so many days before; None where there is none."""
        return next((night for night in self.nights if night <= self.night - timedelta(days=days)), None)

    def after(self) -> date | None:
        """The night released next after it; None for the newest."""
        return next((night for night in reversed(self.nights) if night > self.night), None)

    def last_nights(self) -> list[date]:
        """The nights until it, as far back as charts go, the oldest first; one without a release has its place too."""
        since = max(self.nights[-1], self.night - timedelta(days=_TREND_NIGHTS - 1))
        return [since + timedelta(days=days) for days in range((self.night - since).days + 1)]

    def gaps(self) -> str:
        """Those of them that weren't released, as people read them; empty where all were."""
        runs: list[list[date]] = []
        for night in (each for each in self.last_nights() if each not in self.nights):
            if not runs or runs[-1][-1] != night - timedelta(days=1):
                runs.append([])
            runs[-1].append(night)
        return ", ".join(
            reader().day(first) if first == last else say("%(first)s to %(last)s", first=first, last=last)
            for first, *_, last in ([run[0], *run] for run in runs)
        )

    def has(self, file: str) -> bool:
        """Whether a file is part of the release: releases of earlier versions have fewer."""
        return file in self.manifest.files

    def rows(self, table: str) -> str:
        """The SQL of the rows of a table of the release that are seen.

        Raises:
            HTTPException: there is no such table, it was changed, or nobody can say whose its rows are.
        """
        path = self._file(f"{table}.parquet")
        rows = (
            f"(from {parquet(path)})"
            if self.markets is None
            else rows_seen(self.folder, table, self.markets, self.newest)
        )
        if table != KEYS:
            return rows
        return keys_told(rows, newest_keys(settings().releases) or path)

    def file(self, name: str) -> Path:
        """Where a file of the release lies, which is what was released: one in which no row is an account's.

        Raises:
            HTTPException: there is no such file, it was changed, or it has rows of markets that aren't seen.
        """
        if self.markets is not None and WHOSE.get(name.removesuffix(".parquet")) != "nobody":
            raise HTTPException(403, say(OF_ALL_TOGETHER))
        return self._file(name)

    def _file(self, name: str) -> Path:
        if name != MANIFEST and not self.has(name):
            why = f". {LACKS}" if self.manifest.history else ""
            said = say("the release of night %(night)s has no file %(file)s", night=self.night, file=name)
            raise HTTPException(404, f"{said}{why}")
        path = self.folder / name
        for changed, trouble in troubles_since(self.folder, name):
            why = f"{changed}: {trouble}"
            raise HTTPException(409, say("%(file)s: bring it back from a backup (evenhand verify).", file=why))
        return path


def released_nights() -> tuple[date, ...]:
    """All nights that are released, the newest first."""
    found = (path.name.removeprefix("night=") for path in settings().releases.glob("night=*"))
    return tuple(sorted((date.fromisoformat(night) for night in found), reverse=True))


def shown(night: date | None = None) -> Shown | None:
    """The release of a night, by default of the newest; None where nothing is released yet.

    Raises:
        HTTPException: the night that was asked for isn't released, or another version released it.
    """
    nights = released_nights()
    if night is None and not nights:
        return None
    chosen = night or nights[0]
    if chosen not in nights:
        raise HTTPException(
            404,
            say(
                "night %(night)s isn't released; the newest that is: %(newest)s",
                night=chosen,
                newest=nights[0] if nights else say("none"),
            ),
        )
    folder = _folder(chosen)
    manifest = manifest_of(chosen, nights)
    written = datetime.fromtimestamp((folder / "manifest.json").stat().st_mtime, UTC)
    # The log may have been begun later than the release, and the file may be a copy: neither is earlier than it was.
    at = min(written, released_at(settings().home, chosen, folder.name) or written).astimezone(deployment().timezone)
    markets, newest = seen(), _folder(nights[0])
    # What a step complained of is for those who mend it.
    needs = tuple(_needs(chosen, nights, frozenset() if is_support_alone() else markets))
    words = (*needs, *_said_of(manifest), *_said_of_landing(manifest))
    return Shown(chosen, folder, int(folder.name), manifest, at, nights, words, needs, markets, newest)


def manifest_of(night: date, nights: tuple[date, ...]) -> Manifest:
    """What a release says of itself to who sees it.

    Args:
        nights: all that are released, the newest first.

    Raises:
        HTTPException: another version released it.
    """
    folder, markets = _folder(night), seen()
    try:
        whole = read_manifest(folder)
    except (OtherFormat, ValidationError) as error:
        raise HTTPException(
            409,
            say(
                "night %(night)s was released by another version of Evenhand: %(why)s", night=str(night), why=str(error)
            ),
        ) from error
    if markets is None:
        return whole
    before = next((each for each in nights if each < night), None)
    return manifest_seen(folder, markets, _folder(nights[0]), _folder(before) if before else None)


def _folder(night: date) -> Path:
    return (settings().releases / f"night={night}").resolve()


def _said_of(manifest: Manifest) -> list[str]:
    """What a reader has to know of the release itself."""
    said = []
    if manifest.reversed:
        said.append(reversal_said(manifest.reversed))
    if history := said_of_history(manifest, reader().words, reader().day, reader().name == ENGLISH):
        said.append(history)
    if accepted := [each.market for each in manifest.first_nights if each.is_accepted]:
        said.append(
            say(
                "Nobody was asked about the first nights of %(markets)s: EVENHAND_FIRST_NIGHTS says so.",
                markets=market_names(accepted),
            )
        )
    return said


def _said_of_landing(manifest: Manifest) -> list[str]:
    """That nothing landed on a night; what did isn't told where single markets are seen, nor of history."""
    nights = set(map(night_of, {name for path in manifest.inputs for name in path.split("/")[1:2]}))
    if not manifest.inputs or manifest.history or manifest.night in nights:
        return []
    landed = max((each for each in nights if each), default=None)
    return [
        say(
            "Nothing landed on night %(night)s: it was decided from what had landed until %(landed)s.",
            night=manifest.night,
            landed=landed,
        )
    ]


def _needs(night: date, nights: tuple[date, ...], markets: Markets) -> list[str]:
    """What is otherwise than it should be, whichever night is shown."""
    said = []
    if stop := stopped(settings().home):
        said.append(say("Nothing is sent to receivers: %(why)s", why=stop_said(stop)))
    for later in _begun_later(nights[0]):
        failed = failures(later)
        # What a step complains of can be of any market.
        if failed and markets is None:
            said.append(say("Night %(night)s failed: %(why)s", night=later, why=failed[0][1].splitlines()[0]))
        elif failed:
            said.append(say("Night %(night)s failed.", night=later))
        else:
            said.append(say("Night %(night)s is begun and not released: it is running, or was stopped.", night=later))
    if night != nights[0]:
        said.append(say("This isn't the newest night: %(night)s is.", night=nights[0]))
    elif due := due_since(nights[0], datetime.now(UTC)):
        late, at = due
        what = (
            marked("Night %(night)s is late: it was to begin at %(at)s, and the newest that is released is %(newest)s.")
            if _landed(late)
            else marked(
                "Night %(night)s is late, and nothing has landed for it: it was to begin at %(at)s, and the newest that"
                " is released is %(newest)s."
            )
        )
        said.append(say(what, night=late, at=at, newest=nights[0]))
    return said


def _begun_later(newest: date) -> list[date]:
    """The nights after the newest release on which work was begun."""
    found = (path.parent.name.removeprefix("night=") for path in settings().nights.glob("night=*/steps"))
    return sorted(night for night in map(date.fromisoformat, found) if night > newest)


def due_since(newest: date, now: datetime) -> tuple[date, datetime] | None:
    """The last night that should be released by now, and when it was to begin; None where it is.

    None too where nights don't run by a schedule, and while it has time left, by the deployment's deadline.
    """
    here = deployment()
    if not here.schedule:
        return None
    timetable = CronDataIntervalTimetable(here.schedule, here.timezone.key)
    by_now = pendulum.instance(now - (here.deadline or _TIME_FOR_A_NIGHT))
    begun = timetable.infer_manual_data_interval(run_after=by_now)
    late = here.night_of(begun.start)
    return (late, begun.end.astimezone(here.timezone)) if late > newest else None


def _landed(night: date) -> bool:
    """Whether a file of a night lies in the landing folder; what lies elsewhere is known once the night has begun."""
    here = settings()
    return here.lands_elsewhere or any(each.is_file() for each in here.landing.glob(f"*/night={night}/**/*"))
