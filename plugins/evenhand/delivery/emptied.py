"""A receiver that holds nothing any more: a person says that all it should hold is to take effect there once more."""

from __future__ import annotations

from pathlib import Path

from evenhand.delivery.receivers import ReceiverError
from evenhand.delivery.said_of_receivers import said, say
from evenhand.records.persons import Person

FOLDER = "sent_again"


class ReceiverEmptied(ReceiverError):
    """A receiver was read to hold nothing of what it had acknowledged, or been sent. The message says how to go on."""


def send_again(home: Path, receiver: str, by: Person, why: str) -> None:
    """Let the next delivery send a receiver that was emptied all that it should hold."""
    say(home, FOLDER, receiver, by, why)


def refuse_if_emptied(
    home: Path, receiver: str, known: int, had: int = 0, is_there_since: bool = False, unanswered: int = 0
) -> None:
    """Ask a person before rows that a receiver had acknowledged, and holds none of, take effect once more.

    Args:
        known: how many rows it had acknowledged.
        had: how many were released on the night that it has, where the ledger never heard of that.
        is_there_since: it holds what it was sent since.
        unanswered: how many rows were put that it never answered for, where it says that some of their night came.

    Raises:
        ReceiverEmptied: nobody has said so since it was sent again last.
        HistoryBroken: it can't be read whether somebody has.
    """
    so_far = said(home, FOLDER, receiver)
    if so_far and so_far[-1].said_by:
        say(home, FOLDER, receiver, None, "it was sent again")
        return
    was = f"had acknowledged {known:,} rows" if known else f"has a night of which {had:,} rows were released"
    if unanswered:
        rows = "1 row has" if unanswered == 1 else f"{unanswered:,} rows have"
        was = f"says that something of the night reached it, of which {rows} no answer"
    holds = "nothing of what it held before tonight" if is_there_since else "nothing"
    raise ReceiverEmptied(
        f"receiver {receiver}: it holds {holds}, and {was}. If it was emptied, and they are "
        f"to take effect there once more: `evenhand send-again {receiver} --reason TEXT`, then run this "
        "again. If it is read from a place that isn't up to date, or from another system, mend its connection instead"
    )
