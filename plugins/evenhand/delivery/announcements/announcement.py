"""Announcements: what is said once about a measure and stays said, such as a notice to its account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal, Protocol

from evenhand.delivery.changes import Change, RowId
from evenhand.delivery.payload import Payload, canonical
from evenhand.delivery.read_release import read_release, refuse_other_files, revisions_told
from evenhand.delivery.receivers import Capabilities, Receipt
from evenhand.records.databases import reading

Event = Literal["new", "changed", "ended"]
Verdict = Literal["ready", "waiting", "dropped"]


@dataclass(frozen=True, slots=True)
class About:
    """The measure that an announcement is about.

    Attributes:
        row: the row of the list that has it.
        measure: the measure, or the reward.
        event: what happened to it.
        payload_sha256: the row as it was released that night, which after an end may be of another measure; None if it
            wasn't there.
    """

    row: RowId
    measure: str
    event: Event
    payload_sha256: str | None


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something to be said once, from this night's release; the row's key is what it is known by for ever.

    `telling` counts the revisions of the night that told of other lists, until the one that said this first.
    """

    row: RowId
    payload: Payload
    about: About
    night: date
    telling: int = 1


@dataclass(frozen=True, slots=True)
class LastTold:
    """What was last told of a measure: whether it is in force, and the row as it was then.

    Where all that was to be told of it was dropped, it isn't in force as far as anybody was told.
    """

    in_force: bool
    payload_sha256: str | None


class Announcer(Protocol):
    """A receiver of announcements, for the length of one delivery."""

    @property
    def name(self) -> str:
        """Its name in receivers.yml."""

    @property
    def after(self) -> Mapping[str, tuple[str, ...]]:
        """The receivers, with their lists, that must have acknowledged a measure before anything is said about it."""

    @property
    def one_row_per_scope(self) -> frozenset[str]:
        """Those of them that get, of the penalties on a scope, the one that prevails alone."""

    @property
    def capabilities(self) -> Capabilities:
        """Keys must be honoured: nothing that was said can be unsaid."""

    def begin(self, night: date) -> None:
        """What is said from now on is said on this night."""

    def announcements(self, release_dir: Path) -> Sequence[Announcement]:
        """What the release gives to say, and the revisions of its night before it.

        Raises:
            ReleaseError: the release can't be read.
        """

    def completed(self, release_dir: Path, payloads: Sequence[Payload]) -> Mapping[str, Payload]:
        """Of what waits to be known in full (`automation.waits_for`), what the release completes, by its hash."""

    def apply(self, batch: Sequence[Change]) -> Sequence[Receipt]:
        """Say it, as `Receiver.apply` has it."""

    def missing(self, rows: Sequence[RowId]) -> Sequence[RowId]:
        """Which of these it doesn't have.

        Raises:
            ReceiverError: it can't be asked.
        """


def judge(
    about: About,
    took_effect: Sequence[bool],
    may_have_begun: bool,
    wanted_now: Mapping[RowId, str],
    told: LastTold | None,
) -> tuple[Verdict, str]:
    """Whether what happened to the measure can be told; if it never will be, why not.

    Args:
        about: the measure, and what happened to it.
        took_effect: for each receiver that enforces the list, whether it did there.
        may_have_begun: whether one of them ever had a measure in this place, or may have.
        wanted_now: the rows of the newest release, with the SHA-256 of their payloads.
        told: what was last told of this measure; None if nothing ever was to be.
    """
    if about.event == "ended" and ((told and not told.in_force) or not may_have_begun):
        return "dropped", "that the measure had begun never took effect, and was never told"
    if about.event != "ended" and told == LastTold(True, about.payload_sha256):
        return "dropped", "it was told so before, and nothing else took effect since"
    if all(took_effect):
        return "ready", ""
    if wanted_now.get(about.row) != about.payload_sha256:
        return "dropped", "a later release wants otherwise, and this didn't take effect before that"
    return "waiting", ""


def read_notices(release_dir: Path, lists: Sequence[str]) -> list[Announcement]:
    """The notices of a release, in the order in which they were told.

    One that an earlier revision told is about the row as that revision had it; as the release has it, if nothing was
    told of the row since.

    Raises:
        ReleaseError: a revision can't be read.
    """
    told: dict[RowId, Announcement] = {}
    newest: dict[RowId, int] = {}
    for telling, folder in enumerate(revisions_told(release_dir), start=1):
        release = read_release(folder, lists)
        rows = {(each.name, key): payload.sha256 for each in release.lists for key, payload in each.rows.items()}
        for each in _notices(folder, release.night, telling):
            if each.row not in told:
                told[each.row] = each
                newest[each.about.row] = telling
        for each in told.values():
            about = each.about
            if newest[about.row] == each.telling:
                told[each.row] = replace(each, about=replace(about, payload_sha256=rows.get(about.row)))
    return list(told.values())


def _notices(folder: Path, night: date, telling: int) -> list[Announcement]:
    refuse_other_files(folder, ["notices.parquet"])
    with reading() as connection:
        found = connection.execute(
            "select * from read_parquet($file, hive_partitioning = false) order by notice_id",
            {"file": str(folder / "notices.parquet")},
        )
        names = [column for column, *_ in found.description or ()]
        notices = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    return [
        Announcement(
            ("notices", notice["notice_id"]),
            canonical({name: value for name, value in notice.items() if name != "notice_id"}),
            About((notice["list"], notice["row_key"]), notice["measure"], notice["event"], None),
            night,
            telling,
        )
        for notice in notices
    ]
