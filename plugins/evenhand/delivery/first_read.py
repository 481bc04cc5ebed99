"""A receiver that is read for the first time: rows that it was never sent aren't taken away before a person says so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenhand.delivery.changes import RowId
from evenhand.delivery.receivers import ReceiverError
from evenhand.delivery.said_of_receivers import said, say
from evenhand.records.persons import Person

FOLDER = "taken_over"


class HoldsOthers(ReceiverError):
    """A receiver holds rows that it was never sent. The message says how to go on."""


def take_over(home: Path, receiver: str, by: Person, why: str) -> None:
    """Let a receiver be brought to the wanted state, also by removing what it was never sent."""
    say(home, FOLDER, receiver, by, why)


def agreed(home: Path, receiver: str) -> None:
    """Write down that a receiver was found to hold what it should: what is there beside that later, others wrote."""
    if not said(home, FOLDER, receiver):
        say(home, FOLDER, receiver, None, "it held what it should")


def refuse_to_remove(home: Path, receiver: str, never_sent: Sequence[RowId]) -> None:
    """Ask a person before rows that a receiver was never sent are removed there, where it never agreed before.

    Raises:
        HoldsOthers: there are such rows, and nobody has said so.
        HistoryBroken: it can't be read whether somebody has.
    """
    if not never_sent or said(home, FOLDER, receiver):
        return
    first = "/".join(never_sent[0])
    raise HoldsOthers(
        f"receiver {receiver}: it holds {len(never_sent):,} rows that it was never sent, the first {first}, and"
        " bringing it to the wanted state would remove them. If its lists are ours alone: `evenhand take-over"
        f" {receiver} --reason TEXT`, then run this again; else give it a place of its own"
    )
