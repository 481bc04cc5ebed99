"""A receiver that holds nothing any more: a person says that all it should hold is to take effect there once more."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict

from evenhand.delivery.receivers import ReceiverError
from evenhand.records.history import add, everything
from evenhand.records.persons import Person
from evenhand.records.record_log import seal


class ReceiverEmptied(ReceiverError):
    """A receiver was read to hold nothing of what it had acknowledged. The message says how to go on."""


class SendAgain(BaseModel):
    """Somebody said that everything is to be sent again, or it was."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    said_by: Person | None
    why: str
    at: AwareDatetime


def send_again(home: Path, receiver: str, by: Person, why: str) -> None:
    """Let the next delivery send a receiver that was emptied all that it should hold."""
    add(_folder(home, receiver), SendAgain(said_by=by, why=why, at=datetime.now(UTC)))
    seal(home)


def refuse_if_emptied(home: Path, receiver: str, known: int) -> None:
    """Ask a person before rows that a receiver had acknowledged, and holds none of, take effect once more.

    Args:
        known: how many rows it had acknowledged.

    Raises:
        ReceiverEmptied: nobody has said so since it was sent again last.
        HistoryBroken: it can't be read whether somebody has.
    """
    said = everything(_folder(home, receiver), SendAgain)
    if said and said[-1].said_by:
        add(_folder(home, receiver), SendAgain(said_by=None, why="it was sent again", at=datetime.now(UTC)))
        seal(home)
        return
    raise ReceiverEmptied(
        f"receiver {receiver}: it holds nothing, and had acknowledged {known:,} rows. If it was emptied, and they are "
        f"to take effect there once more: `evenhand send-again {receiver} --reason TEXT`, then run this "
        "again. If it is read from a place that isn't up to date, or from another system, mend its connection instead"
    )


def _folder(home: Path, receiver: str) -> Path:
    return home / "sent_again" / receiver
