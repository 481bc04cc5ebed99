"""What people said of receivers: a history for each, from which a delivery goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict

from evenhand.records.history import add, everything
from evenhand.records.persons import Person
from evenhand.records.record_log import seal
from evenhand.records.written import reason


class SaidOfReceiver(BaseModel):
    """Somebody said something of a receiver; or, where it is nobody, it turned out to be so.

    Attributes:
        address: the system that it turned out of, as its connection led there; entries of earlier versions lack it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    said_by: Person | None
    why: str
    at: AwareDatetime
    address: str | None = None


def say(home: Path, what: str, receiver: str, by: Person | None, why: str, address: str | None = None) -> None:
    """Write it down.

    Args:
        what: the folder of the home that it goes to.
        address: the system that it is said of, where that matters.

    Raises:
        TextRefused: somebody's reason can't be taken.
    """
    why = reason(why) if by else why
    add(home / what / receiver, SaidOfReceiver(said_by=by, why=why, at=datetime.now(UTC), address=address))
    seal(home)


def said(home: Path, what: str, receiver: str) -> list[SaidOfReceiver]:
    """All that was said, the newest last.

    Raises:
        HistoryBroken: an entry can't be read.
    """
    return everything(home / what / receiver, SaidOfReceiver)
