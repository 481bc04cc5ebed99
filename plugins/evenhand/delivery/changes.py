"""Changes: what has to be sent so that a receiver comes to the wanted state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Literal

from evenhand.delivery.payload import Payload
from evenhand.delivery.read_release import WantedList

Action = Literal["put", "remove"]
RowId = tuple[str, str]
"""A list and a row_key in it."""
# A row of a list is called as the list is, without its s; but for these.
_ONE_OF = {"penalties": "penalty"}
# What the key of a finding begins with.
FOUND = "found:"


def one_of(name: str) -> str:
    """What one row of a list is called."""
    return _ONE_OF.get(name, name.removesuffix("s"))


def list_of(said: str) -> str:
    """The list that a summary counts rows of, by what it calls one of them or several."""
    return next((name for name, one in _ONE_OF.items() if one == said), said if said.endswith("s") else f"{said}s")


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
        replaces: the key of the change whose effect was read to be gone, if this is sent for that.
    """

    key: str
    list: str
    row_key: str
    generation: int
    action: Action
    payload: Payload | None
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What a receiver last acknowledged for a row.

    Attributes:
        payload_sha256: the payload it holds; None once it acknowledged the removal.
        generation: how many changes of this row it has acknowledged.
        key: of the change that brought it there, or of the finding that it is otherwise.
        gone: the key whose effect was read to be gone, until what was sent for that was read to be there.
    """

    payload_sha256: str | None
    generation: int
    key: str = ""
    gone: str = ""

    @property
    def replaces(self) -> str:
        """The key that a change replaces which is sent because of a finding; empty for any other change."""
        return self.gone if self.key.startswith(FOUND) else ""

    def found_otherwise(self, payload_sha256: str | None, night: date) -> Acknowledged:
        """What is known after a reading that the row is otherwise: the same finding twice is the same."""
        gone = self.gone or self.key or "nothing"
        key = FOUND + _hash([gone, payload_sha256, str(night)])
        return Acknowledged(payload_sha256, self.generation + 1, key, gone)


def diff(
    receiver: str,
    wanted: Iterable[WantedList],
    acknowledged: Mapping[RowId, Acknowledged],
    unsettled: AbstractSet[RowId],
    epoch: str = "",
) -> list[Change]:
    """Wanted minus acknowledged: removals first, then puts, each by list and row_key.

    Removals come first so that a receiver never holds more than it should for longer than it must.

    Args:
        receiver: its name; keys of different receivers differ.
        wanted: the lists that it should hold; what it holds of any other list is no longer wanted.
        acknowledged: what it is known to hold.
        unsettled: rows with an unanswered change; a second one could overtake it, so these wait for the next run.
        epoch: what the key of a row hangs on that it was never known to hold.
    """
    puts: list[Change] = []
    kept: set[RowId] = set()
    never = Acknowledged(None, 0, epoch)
    for each in wanted:
        for row_key, payload in each.rows.items():
            row = (each.name, row_key)
            kept.add(row)
            before = acknowledged.get(row, never)
            if before.payload_sha256 != payload.sha256 and row not in unsettled:
                puts.append(_change(receiver, row, before, "put", payload))
    removals = [
        _change(receiver, row, before, "remove", None)
        for row, before in acknowledged.items()
        if before.payload_sha256 is not None and row not in kept and row not in unsettled
    ]
    return sorted(removals, key=_place) + sorted(puts, key=_place)


def announcing(receiver: str, row: RowId, payload: Payload) -> Change:
    """The change that says something once: whatever the words, the row is its key."""
    return Change(_hash([receiver, *row, "once"]), *row, 0, "put", payload)


def _place(change: Change) -> RowId:
    return change.list, change.row_key


def _change(receiver: str, row: RowId, before: Acknowledged, action: Action, payload: Payload | None) -> Change:
    # After another change it is another one, so a row that comes back after it was removed has a new key.
    key = _hash([receiver, *row, before.key, action, payload.sha256 if payload else None])
    return Change(key, *row, before.generation, action, payload, before.replaces)


def _hash(parts: list[str | None]) -> str:
    # JSON keeps the parts apart: ("a", "bc") and ("ab", "c") don't get one key.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
