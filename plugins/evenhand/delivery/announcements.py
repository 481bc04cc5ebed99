"""Announcements: what is said once about a measure and stays said, such as a notice to its account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, Protocol

import duckdb

from evenhand.delivery.changes import Change, RowId
from evenhand.delivery.payload import Payload, canonical
from evenhand.delivery.receivers import Capabilities, Receipt

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
    """Something to be said once, from this night's release; the row's key is what it is known by for ever."""

    row: RowId
    payload: Payload
    about: About
    night: date


class Announcer(Protocol):
    """A receiver of announcements, for the length of one delivery."""

    @property
    def name(self) -> str:
        """Its name in receivers.yml."""

    @property
    def after(self) -> Mapping[str, tuple[str, ...]]:
        """The receivers, with their lists, that must have acknowledged a measure before anything is said about it."""

    @property
    def capabilities(self) -> Capabilities:
        """Keys must be honoured: nothing that was said can be unsaid."""

    def announcements(self, release_dir: Path) -> Sequence[Announcement]:
        """What the release gives to say.

        Raises:
            ReleaseError: the release can't be read.
        """

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
    was_told: bool | None,
) -> tuple[Verdict, str]:
    """Whether what happened to the measure can be told; if it never will be, why not.

    Args:
        about: the measure, and what happened to it.
        took_effect: for each receiver that enforces the list, whether it did there.
        may_have_begun: whether one of them ever had a measure in this place, or may have.
        wanted_now: the rows of the newest release, with the SHA-256 of their payloads.
        was_told: whether what was last to be told of this measure was; None if nothing ever was to be.
    """
    if about.event == "ended" and (was_told is False or not may_have_begun):
        return "dropped", "that the measure had begun never took effect, and was never told"
    if all(took_effect):
        return "ready", ""
    if wanted_now.get(about.row) != about.payload_sha256:
        return "dropped", "a later release wants otherwise, and this didn't take effect before that"
    return "waiting", ""


def read_notices(release_dir: Path, night: date, wanted: Mapping[RowId, str]) -> list[Announcement]:
    """The notices of a release, by notice_id; `wanted` are its rows, with the SHA-256 of their payloads."""
    with duckdb.connect(config={"threads": 1}) as connection:
        found = connection.execute(
            "select * from read_parquet($file, hive_partitioning = false) order by notice_id",
            {"file": str(release_dir.resolve() / "notices.parquet")},
        )
        names = [column for column, *_ in found.description or ()]
        notices = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    return [
        Announcement(
            ("notices", notice["notice_id"]),
            canonical({name: value for name, value in notice.items() if name != "notice_id"}),
            About(row := (notice["list"], notice["row_key"]), notice["measure"], notice["event"], wanted.get(row)),
            night,
        )
        for notice in notices
    ]
