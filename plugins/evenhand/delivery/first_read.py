"""Rows that a receiver was never sent: they aren't taken away there before a person says so.

Once a receiver was read to hold what it should, a few are put right unasked: others wrote them there since.
That it agreed is bound to the system that it was read from, for a connection can lead elsewhere under the same name.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenhand.delivery.changes import RowId
from evenhand.delivery.receivers import Receiver, ReceiverError
from evenhand.delivery.said_of_receivers import said, say
from evenhand.records.persons import Person

FOLDER = "taken_over"

# Of a receiver that agreed, the most that is removed unasked: so many rows, or one in so many of what it holds.
FEW_ROWS = 10
ONE_IN = 10


class HoldsOthers(ReceiverError):
    """A receiver holds rows that it was never sent. The message says how to go on."""


def take_over(home: Path, receiver: str, by: Person, why: str) -> None:
    """Let a receiver be brought to the wanted state once, also by removing whatever it was never sent."""
    say(home, FOLDER, receiver, by, why)


def agreed(home: Path, receiver: Receiver, held: int) -> None:
    """Write down that a receiver was found to hold what it should: what is there beside that later, others wrote.

    Args:
        held: how many rows it holds; where there are none, nothing shows that it is the right system.
    """
    address = receiver.capabilities.address
    so_far = said(home, FOLDER, receiver.name)
    if held and not (so_far and so_far[-1].address == address):
        say(home, FOLDER, receiver.name, None, "it held what it should", address)


def refuse_to_remove(home: Path, receiver: Receiver, never_sent: Sequence[RowId], held: int) -> None:
    """Ask a person before rows that a receiver was never sent are removed there.

    Nobody is asked about a few of them where this system agreed before, or once after somebody has said so.

    Args:
        held: how many rows it holds, these included.

    Raises:
        HoldsOthers: there are such rows, and nobody has said so.
        HistoryBroken: it can't be read whether somebody has.
    """
    if not never_sent:
        return
    so_far = said(home, FOLDER, receiver.name)
    address = receiver.capabilities.address
    if so_far and so_far[-1].said_by:
        # What a person said is about what they saw there, and so it is used up.
        say(home, FOLDER, receiver.name, None, "it was taken over", address)
        return
    most = max(FEW_ROWS, held // ONE_IN) if any(each.address == address for each in so_far) else 0
    if len(never_sent) <= most:
        return
    first = "/".join(never_sent[0])
    unasked = f" (at most {most:,} are removed unasked)" if most else ""
    raise HoldsOthers(
        f"receiver {receiver.name}: it holds {len(never_sent):,} rows that it was never sent, the first {first}, and"
        f" bringing it to the wanted state would remove them{unasked}. If its lists are ours alone: `evenhand take-over"
        f" {receiver.name} --reason TEXT`, then run this again; else give it a place of its own"
    )
