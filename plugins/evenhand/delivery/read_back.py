"""What a receiver is read to hold, and what is made of it before anything is sent for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from pathlib import Path

from evenhand.delivery.changes import RowId
from evenhand.delivery.emptied import refuse_if_emptied
from evenhand.delivery.first_read import FEW_ROWS, refuse_to_remove
from evenhand.delivery.read_release import Release, released_rows
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import Receiver, ReceiverError, ReceiverRow


def held_of_ours(receiver: Receiver) -> list[ReceiverRow]:
    """What a receiver holds, but for the lists that another entry of receivers.yml brings there.

    Raises:
        ReceiverError: it can't be read.
    """
    return [row for row in receiver.read_back() if row.list not in receiver.capabilities.others]


def believe_what_it_holds(
    night: date,
    receiver: Receiver,
    receipts: Receipts,
    wanted: AbstractSet[RowId],
    had: int = 0,
    says: date | None = None,
) -> int:
    """Take what a receiver is read to hold for the truth, once its reading has caught up with what it took.

    Args:
        wanted: the rows that it may hold because of us, as far as the ledger doesn't say.
        had: how many it should hold by the night that it says it has, where the ledger never heard of that.
        says: the newest night that it said it was sent anything of, before anything was sent for this.

    Returns:
        how many rows were found otherwise than acknowledged.

    Raises:
        ReceiverEmptied: it holds nothing of what it had acknowledged, and nobody has said that this is so.
        HoldsOthers: it holds rows that it was never sent, and nobody has said that they may be removed.
        ReceiverError: it can't be read, or spells a row that it was sent otherwise.
    """
    hand_over(receiver, receipts)
    held = held_of_ours(receiver)
    unsure = left_alone(receiver)
    if receipts.unanswered(receiver.name) or receipts.differs(receiver.name, held, unsure) or (had and not held):
        # Before anything is sent for it: what it took may only not be read yet.
        receiver.catch_up()
        held = held_of_ours(receiver)
    if receiver.capabilities.acts_on_changes:
        _refuse_if_emptied(night, receiver, receipts, held, had, says)
    ours = wanted | receipts.acknowledged(receiver.name).keys()
    ours |= {(change.list, change.row_key) for change in receipts.unanswered(receiver.name)}
    there = {(row.list, row.row_key) for row in held}
    never_sent = sorted(there - ours)
    _refuse_other_spellings(receiver, never_sent, ours - there)
    refuse_to_remove(receipts.path.parent, receiver, never_sent, len(held))
    return receipts.believe(receiver.name, held, night, unsure)


def _refuse_other_spellings(receiver: Receiver, never_sent: Sequence[RowId], gone: AbstractSet[RowId]) -> None:
    """Don't take a row for another's that is ours in another spelling: it would be removed and put for ever."""
    if not never_sent:
        return
    spelt = {(name, _whatever_the_spelling(row_key)): row_key for name, row_key in gone}
    for name, row_key in never_sent:
        if was := spelt.get((name, _whatever_the_spelling(row_key))):
            raise ReceiverError(
                f"receiver {receiver.name}: it holds {name}/{row_key}, in signs {row_key!a}, where it was sent"
                f" {was!a}: it must keep a row_key letter for letter (docs/receivers.md). Its owner has to fix that;"
                " nothing is lost, the delivery can be run again"
            )


def _whatever_the_spelling(row_key: str) -> str:
    return unicodedata.normalize("NFKC", row_key).casefold().strip()


def _refuse_if_emptied(
    night: date, receiver: Receiver, receipts: Receipts, held: Sequence[ReceiverRow], had: int, says: date | None
) -> None:
    """Ask a person where all is gone, also where it holds a few rows again that it was sent since.

    Of one that acknowledged nothing yet, and says that something of the night reached it, all that reached it is gone.
    """
    unsure = left_alone(receiver)
    acknowledged = receipts.acknowledged(receiver.name, unsure)
    known = sum(each.payload_sha256 is not None for each in acknowledged.values())
    if not held and (known or had):
        refuse_if_emptied(receipts.path.parent, receiver.name, known, had)
    elif not held and says:
        unanswered, since = receipts.put_without_answer(receiver.name)
        if since and since <= says:
            refuse_if_emptied(receipts.path.parent, receiver.name, known, unanswered=unanswered)
    before = {row for row in receipts.had_before(receiver.name, night) if row[0] not in unsure}
    if held and len(before) > FEW_ROWS and before.isdisjoint((row.list, row.row_key) for row in held):
        refuse_if_emptied(receipts.path.parent, receiver.name, len(before), is_there_since=True)


def hand_over(receiver: Receiver, receipts: Receipts) -> None:
    """Leave lists to the entry that brings them to this system now, before it is asked what has become of them."""
    surely = receiver.capabilities.others - receiver.capabilities.maybe_others
    receipts.hand_over(receiver.name, surely - {*receiver.lists})


def left_alone(receiver: Receiver) -> frozenset[str]:
    """Lists that another entry may bring to this system: until that is known they are neither removed nor forgotten."""
    return receiver.capabilities.maybe_others - {*receiver.lists}


def find_what_others_brought(release: Release, receiver: Receiver, receipts: Receipts) -> None:
    """Don't send again what is there of a list that another entry of receivers.yml brought to this system until now."""
    has = {row[0] for row, known in receipts.acknowledged(receiver.name).items() if known.payload_sha256 is not None}
    wanted = {
        (each.name, row_key): payload.sha256
        for each in release.lists
        if each.name not in has
        for row_key, payload in each.rows.items()
    }
    if wanted and _as_wanted(receiver, wanted):
        # What is read may be of before it was removed there.
        receiver.catch_up()
        receipts.find(receiver.name, _as_wanted(receiver, wanted), release.night)


def _as_wanted(receiver: Receiver, wanted: Mapping[RowId, str]) -> list[ReceiverRow]:
    return [row for row in receiver.read_back() if wanted.get((row.list, row.row_key)) == row.payload_sha256]


def rows_it_had(release_dir: Path, receiver: Receiver, receipts: Receipts, is_behind: bool) -> int:
    """How many rows a receiver should hold by the night that it says it has; 0 where the ledger knows that night."""
    said = receiver.newest_night() if is_behind else None
    folder = release_dir.parent / f"night={said}"
    if said is None or not folder.exists():
        return 0
    if receipts.has_come_to(said, receiver.capabilities.neighbours):
        # Another entry has brought the system to that night, and this one is new.
        return 0
    return released_rows(folder, receiver.lists, receiver.capabilities.one_row_per_scope)
