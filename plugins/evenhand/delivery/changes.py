"""Changes: what has to be sent so that a receiver comes to the wanted state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from evenhand.delivery.payload import Payload
from evenhand.delivery.read_release import WantedList

Action = Literal["put", "remove"]
RowId = tuple[str, str]
"""A list and a row_key in it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row to put or to remove.

    Attributes:
        key: the idempotency key, SHA-256 in hex. A retry keeps it; the same row put back after a removal has a new one.
        list: the list that the row is in.
        row_key: the row.
        generation: how many changes of this row the receiver had acknowledged before this one.
        action: `put` the payload, or `remove` the row.
        payload: what to put; None for a removal.
    """

    key: str
    list: str
    row_key: str
    generation: int
    action: Action
    payload: Payload | None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What a receiver last acknowledged for a row.

    Attributes:
        payload_sha256: the payload it holds; None once it acknowledged the removal.
        generation: how many changes of this row it has acknowledged.
    """

    payload_sha256: str | None
    generation: int


def diff(
    receiver: str,
    wanted: Iterable[WantedList],
    acknowledged: Mapping[RowId, Acknowledged],
    unsettled: AbstractSet[RowId],
) -> list[Change]:
    """Wanted minus acknowledged: removals first, then puts, each by list and row_key.

    Removals come first so that a receiver never holds more than it should for longer than it must.

    Args:
        receiver: its name; keys of different receivers differ.
        wanted: the lists that it should hold; what it holds of any other list is no longer wanted.
        acknowledged: what it is known to hold.
        unsettled: rows with an unanswered change; a second one could overtake it, so these wait for the next run.
    """
    puts: list[Change] = []
    kept: set[RowId] = set()
    never = Acknowledged(None, 0)
    for each in wanted:
        for row_key, payload in each.rows.items():
            row = (each.name, row_key)
            kept.add(row)
            before = acknowledged.get(row, never)
            if before.payload_sha256 != payload.sha256 and row not in unsettled:
                puts.append(_change(receiver, row, before.generation, "put", payload))
    removals = [
        _change(receiver, row, before.generation, "remove", None)
        for row, before in acknowledged.items()
        if before.payload_sha256 is not None and row not in kept and row not in unsettled
    ]
    return sorted(removals, key=_place) + sorted(puts, key=_place)


def announcing(receiver: str, row: RowId, payload: Payload) -> Change:
    """The change that says something once: whatever the words, the row is its key."""
    parts = json.dumps([receiver, *row, "once"])
    return Change(hashlib.sha256(parts.encode()).hexdigest(), *row, 0, "put", payload)


def _place(change: Change) -> RowId:
    return change.list, change.row_key


def _change(receiver: str, row: RowId, generation: int, action: Action, payload: Payload | None) -> Change:
    # JSON keeps the parts apart: ("a", "bc") and ("ab", "c") don't get one key.
    parts = json.dumps([receiver, *row, generation, action, payload.sha256 if payload else None])
    return Change(hashlib.sha256(parts.encode()).hexdigest(), *row, generation, action, payload)
