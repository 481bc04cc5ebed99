"""A receiver that is read for the first time: rows that it was never sent aren't taken away before a person says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict

from evenhand.delivery.changes import RowId
from evenhand.delivery.receivers import ReceiverError
from evenhand.records.history import add, everything
from evenhand.records.persons import Person
from evenhand.records.record_log import seal


class HoldsOthers(ReceiverError):
    """A receiver holds rows that it was never sent. The message says how to go on."""


class TakenOver(BaseModel):
    """Somebody said that a receiver holds what it is sent and nothing else, or it was found so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    said_by: Person | None
    why: str
    at: AwareDatetime


def take_over(home: Path, receiver: str, by: Person, why: str) -> None:
    """Let a receiver be brought to the wanted state, also by removing what it was never sent."""
    add(_folder(home, receiver), TakenOver(said_by=by, why=why, at=datetime.now(UTC)))
    seal(home)


def agreed(home: Path, receiver: str) -> None:
    """Write down that a receiver was found to hold what it should: what is there beside that later, others wrote."""
    if not everything(_folder(home, receiver), TakenOver):
        add(_folder(home, receiver), TakenOver(said_by=None, why="it held what it should", at=datetime.now(UTC)))
        seal(home)


def refuse_to_remove(home: Path, receiver: str, never_sent: Sequence[RowId]) -> None:
    """Ask a person before rows that a receiver was never sent are removed there, where it never agreed before.

    Raises:
        HoldsOthers: there are such rows, and nobody has said so.
        HistoryBroken: it can't be read whether somebody has.
    """
    if not never_sent or everything(_folder(home, receiver), TakenOver):
        return
    first = "/".join(never_sent[0])
    raise HoldsOthers(
        f"receiver {receiver}: it holds {len(never_sent):,} rows that it was never sent, the first {first}, and"
        " bringing it to the wanted state would remove them. If its lists are ours alone: `evenhand take-over"
        f" {receiver} --by NAME --reason TEXT`, then run this again; else give it a place of its own"
    )


def _folder(home: Path, receiver: str) -> Path:
    return home / "taken_over" / receiver
