"""What a release says of itself: manifest.json.

Longer than other files, for it is the list of all that a manifest says, in the formats of all versions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from evenhand.records.persons import Person

NAME = "manifest.json"
# The format of the release's files. 1, which no manifest names, was until version 0.1: an account's timeline lay in
# story.parquet. Releases are never rewritten: what reads them knows the formats before its own.
FORMAT = 2


# What a held delivery is called among held lists; its market is the receiver's name.
DELIVERIES = "deliveries"
# What the deployment says of a receiver of items, among what receivers.yml says of it.
ITEM_LINK = "item_link"
# And what held notices are; their market is the language.
NOTICES = "notices"


class OtherFormat(ValueError):
    """A release of a format that this version doesn't know. The message says what to do."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Formatted(BaseModel):
    format: int = 1


class ReleasedFile(_Part):
    """A file of the release."""

    rows: int
    sha256: str


class ReleasedPack(_Part):
    """A policy pack that could judge on the night."""

    pack: str
    version: int
    sha256: str


class Quarantined(_Part):
    """Rows of one feed in quarantine for one rule; a row that breaks two rules is in two of these."""

    feed: str
    column: str
    rule: str
    remedy: str
    rows: int


class WordWithoutEffect(_Part):
    """Rows of one feed and market that landed tonight with a word that nothing counts.

    Attributes:
        market: that of the accounts; empty where nobody knows it.
        word: as it landed; empty for all that aren't named one by one.
        nearest: the word that was likely meant; empty if none is near.
    """

    feed: str
    market: str
    column: str
    word: str
    nearest: str
    rows: int


class ForgottenFile(_Part):
    """A version of a landed file that counts no more, as two persons decided."""

    file: str
    sha256: str
    by: str
    approved_by: str
    why: str


class FeedCounts(_Part):
    """Rows of one feed: versions known by the night, keys accepted, rows in quarantine."""

    known: int
    accepted: int
    quarantined: int


class HeldBack(_Part):
    """Rows of a list that gate 2 holds back for one rule; a row that breaks two rules is in two of these."""

    list: str
    market: str
    rule: str
    remedy: str
    rows: int


class HeldList(_Part):
    """A list of a market that is held: what would change in it and why it is, and what was answered.

    Attributes:
        since: the night of the release whose rows the market keeps; None if there was none.
        first_wave: rows of it that are released before the others.
        kept: how many rows were released last of it; None in releases of versions that didn't count.
        in_force: rows of it that are in force tonight, after what has ended; None likewise.
    """

    list: str
    market: str
    digest: str
    changes: int
    why: tuple[str, ...]
    since: date | None
    answer: str
    answered_by: str
    first_wave: int
    kept: int | None = None
    in_force: int | None = None

    @property
    def waits(self) -> bool:
        """Whether somebody has yet to answer it, or the rest of it after a first wave."""
        return self.answer not in ("approved", "rejected")


class HeldMarket(_Part):
    """A market that couldn't be decided, for one reason: it keeps its lists, less what has ended.

    Attributes:
        why: what is wrong.
        file: where that is, from the folder of the packs or the landing folder on; empty where it is in no file.
        line: 0 where the file as a whole is meant.
        since: the night of the release whose rows the market keeps; None if there was none.
        kept: how many rows of both lists were released last of it; None in releases of versions that didn't count.
        in_force: rows of both that are in force tonight, after what has ended; None likewise.
    """

    market: str
    why: str
    file: str
    line: int
    since: date | None
    kept: int | None = None
    in_force: int | None = None


class CauseCount(_Part):
    """Rows of a list that were added, removed or changed since the last release, for one cause."""

    list: str
    cause: str
    added: int
    removed: int
    changed: int


class Power(_Part):
    """The rows added in a night from which on gate 2 would hold a list of a market with 80 %, and how many are usual.

    Neither is known of a list with fewer than seven earlier nights.
    """

    list: str
    market: str
    expected: int | None
    held_from: int | None


class ZoneCount(_Part):
    """Accounts that stand in a zone on the night."""

    programme: str
    zone: str
    accounts: int


class MeasureChanges(_Part):
    """Penalties by measure, against the release before: in force since, in force as before, and in force no more."""

    measure: str
    new: int
    kept: int
    ended: int


class Notices(_Part):
    """Notices of one list and event: `new`, `changed` or `ended`."""

    list: str
    event: str
    notices: int


class StageCount(_Part):
    """Accounts of a stage."""

    stage: str
    accounts: int


class Metric(_Part):
    """An operational metric of all markets together; the figure is text, exact to the last digit."""

    metric: str
    figure: str | None
    is_enough: bool


class KnownEmergency(_Part):
    """An emergency that the night knows, in force or over, and the hash of its file."""

    emergency: str
    sha256: str


class LastRelease(_Part):
    """The newest release before this one."""

    night: date
    release_id: str


class Reversed(_Part):
    """That the lists are those of an earlier release, and why; `release_id` is what they were before."""

    release_id: str
    back_to: LastRelease
    by: Person
    approved_by: Person
    why: str
    at: AwareDatetime


class FirstNight(_Part):
    """A market that has fewer than seven nights behind it, and how many; whether a setting let it out unseen."""

    market: str
    nights: int
    is_accepted: bool


class History(_Part):
    """That the night was decided in one go with others, before anything was delivered: its lists were in force nowhere.

    Attributes:
        since: the first of these nights.
        until: the last of them: what had landed by then was known, also of the nights before.
        unusual: what was unusual on this night, for people; the lists that it is of teach nothing of what is usual.
    """

    since: date
    until: date
    unusual: tuple[str, ...] = ()


class Manifest(_Part):
    """A release, described.

    Attributes:
        release_id: SHA-256 over everything else in here, so that equal releases have equal ids.
        format: of the release's files.
        night: the night that was decided.
        known_at: the last night whose landing was looked at.
        files: the files of the release by name.
        power: from when on gate 2 would have held each list; nothing in releases of versions that didn't say.
        told_since: the release of an earlier night that the notices tell what is new against; None if there was none.
        told_before: the revision of this night that has told of other lists before: its notices are in here too, and
            those of what differs from it; None if there was none.
        follows: the newest night that was released before it, when it was decided; None if none was, or if an older
            version decided it.
        reversed: whether the lists are those of an earlier release, and why; None if they are the night's own.
        emergencies: those that the night knows.
        forgotten: files that had landed and count no more.
        inputs: the landing files that were read, by path below the landing folder, with their SHA-256.
        measures_order: the SHA-256 of measures_order.yml, if there was one.
        compared: the columns of a row that the next release can be compared by; none in those of versions that
            compared measure, amount and dates alone.
        receivers: what receivers.yml said of each, as it was when nothing was held for it last; None in releases of
            versions that didn't say.
        review_budgets: by market, how many items a night draws for review, at most, as was approved last; None of a
            history, and in releases of versions that drew by what marketplace.yml said.
        time_zone: the deployment's; None in releases of versions that didn't say.
        targets: what metrics are to come to, as targets.yml said it when the packs were read.
        named_days: which days have a name, as calendar.yml said it then.
        not_compared: those that weren't compared tonight, for a release before doesn't say them.
        first_nights: the markets with fewer than seven nights behind them.
        history: that nothing of it was ever delivered; None of a night that was decided by itself.
        code: what `evenhand.deciding.code.code_version` gives.
    """

    release_id: str = ""
    format: int = 1
    night: date
    known_at: date
    packs: tuple[ReleasedPack, ...]
    measures_order: str | None = None
    files: dict[str, ReleasedFile]
    feeds: dict[str, FeedCounts]
    quarantined: tuple[Quarantined, ...]
    words_without_effect: tuple[WordWithoutEffect, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    held_lists: tuple[HeldList, ...] = ()
    held_markets: tuple[HeldMarket, ...] = ()
    causes: tuple[CauseCount, ...] = ()
    power: tuple[Power, ...] = ()
    compared: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    receivers: Mapping[str, Any] | None = None
    review_budgets: Mapping[str, int] | None = None
    time_zone: str | None = None
    targets: Mapping[str, Any] = {}
    named_days: Mapping[str, Any] = {}
    zones: tuple[ZoneCount, ...]
    penalties: tuple[MeasureChanges, ...]
    stages: tuple[StageCount, ...]
    metrics: tuple[Metric, ...]
    notices: tuple[Notices, ...]
    told_since: LastRelease | None
    told_before: str | None = None
    follows: date | None = None
    reversed: Reversed | None = None
    first_nights: tuple[FirstNight, ...] = ()
    history: History | None = None
    emergencies: tuple[KnownEmergency, ...] = ()
    code: Mapping[str, Any]
    inputs: dict[str, str]
    forgotten: tuple[ForgottenFile, ...] = ()

    @property
    def is_in_the_log(self) -> bool:
        """Whether it was taken into the log of records when it was written: versions before format 2 had none."""
        return self.format > 1

    def named(self) -> Manifest:
        """The same manifest with its release_id."""
        content = json.dumps(self.model_dump(mode="json", exclude={"release_id"}), sort_keys=True)
        return self.model_copy(update={"release_id": hashlib.sha256(content.encode()).hexdigest()})

    def text(self) -> str:
        """The bytes of manifest.json, as text."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def read_manifest(release: Path) -> Manifest:
    """The manifest of a release folder.

    Raises:
        FileNotFoundError: the night was never released.
        OtherFormat: a newer Evenhand released it.
        pydantic.ValidationError: the file isn't a manifest.
    """
    text = (release / NAME).read_bytes()
    # Before its fields, of which a newer format may have others.
    refuse_newer(release / NAME, _Formatted.model_validate_json(text).format)
    return Manifest.model_validate_json(text)


def refuse_newer(path: Path, found: int) -> None:
    """Refuse a manifest of a format that is newer than this version knows.

    Raises:
        OtherFormat: it is.
    """
    if found > FORMAT:
        raise OtherFormat(
            f"{path}: the release has format {found}, and this version of Evenhand reads formats up to {FORMAT}. "
            "Install the version that released it, or a newer one"
        )
