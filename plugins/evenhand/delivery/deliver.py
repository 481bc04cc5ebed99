"""Deliver a release: bring one receiver to its wanted state."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from evenhand.delivery.changes import Change, RowId, diff, one_of
from evenhand.delivery.lock import delivery_lock
from evenhand.delivery.read_back import (
    believe_what_it_holds,
    find_what_others_brought,
    hand_over,
    left_alone,
    rows_it_had,
)
from evenhand.delivery.read_release import Release, ever_wanted, read_release
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import AheadOfReleases, Receipt, Receiver
from evenhand.delivery.sending import Sender

log = logging.getLogger(__name__)

# Nights that a statement may wait to be known in full.
LONGEST_WAIT = 2


@dataclass(frozen=True)
class Rejection:
    """A row that the receiver didn't take; it is sent again with the next delivery."""

    list: str
    row_key: str
    action: str
    reason: str


@dataclass(frozen=True)
class Incomplete:
    """A statement that isn't known in full: it waits for a violation's automation, since a night."""

    row_key: str
    violation: str
    since: date


@dataclass(frozen=True)
class DeliverySummary:
    """What one delivery did.

    Attributes:
        receiver: its name.
        night: the night that was delivered.
        release_id: the release of it.
        holds_newer: the later night that the receiver already holds; nothing was sent then.
        sent: list, then action, to the number of changes sent, those of an earlier run that had no answer included.
        applied: changes that took effect.
        duplicates: changes that had taken effect before; the answer had been lost.
        rejected: rows whose wanted state wasn't taken, with the receiver's reasons, by list and row_key.
        unanswered: rows without an answer, by list and row_key; the next delivery asks again.
        already_there: wanted rows that needed no change.
        waiting: announcements whose measure hasn't taken effect yet.
        dropped: announcements whose measure never will.
        incomplete: statements of which nobody knows how far they were automated, the oldest first.
    """

    receiver: str
    night: date
    release_id: str
    holds_newer: date | None = None
    sent: dict[str, dict[str, int]] = field(default_factory=dict)
    applied: int = 0
    duplicates: int = 0
    rejected: tuple[Rejection, ...] = ()
    unanswered: tuple[RowId, ...] = ()
    already_there: int = 0
    waiting: int = 0
    dropped: int = 0
    incomplete: tuple[Incomplete, ...] = ()

    @property
    def overdue(self) -> tuple[Incomplete, ...]:
        """Those that have waited for too long."""
        return tuple(each for each in self.incomplete if (self.night - each.since).days > LONGEST_WAIT)

    @property
    def complete(self) -> bool:
        """Whether the receiver acknowledged the whole wanted state."""
        return not (self.holds_newer or self.rejected or self.unanswered)

    def __str__(self) -> str:
        """One line for people."""
        start = f"{self.receiver}, night {self.night}: "
        if self.holds_newer:
            return start + f"nothing sent, it holds night {self.holds_newer}, which is newer"
        sent = ", ".join(
            f"{number} {one_of(name) if number == 1 else name} {action}"
            for name, actions in self.sent.items()
            for action, number in actions.items()
        )
        wait = "waits for its" if self.waiting == 1 else "wait for their"
        waiting = f", {self.waiting} {wait} measure" if self.waiting else ""
        dropped = f", {self.dropped} dropped" if self.dropped else ""
        lacking = ""
        if self.incomplete:
            oldest = min(each.since for each in self.incomplete)
            nights = (self.night - oldest).days
            wait, were = ("waits", "it was") if len(self.incomplete) == 1 else ("wait", "they were")
            lacking = (
                f", {len(self.incomplete)} {wait} for how far {were} automated, the oldest for"
                f" {nights} {'night' if nights == 1 else 'nights'} (since {oldest})"
            )
        return start + (
            f"sent {sent or 'nothing'}; {self.applied} applied, {self.duplicates} had been before, "
            f"{len(self.rejected)} rejected, {len(self.unanswered)} unanswered, "
            f"{self.already_there} already there{waiting}{dropped}{lacking}"
        )


def deliver(release_dir: Path, receiver: Receiver, receipts: Receipts) -> DeliverySummary:
    """Bring a receiver to the wanted state of a release: wanted minus acknowledged, sent in batches.

    Every batch is written to the ledger before it is sent and its answers after, so a crash at any point loses
    nothing: what has no answer is settled first the next time. A receiver is never taken back: if a later night was
    delivered to it, nothing is sent.

    Raises:
        ReleaseError: the release can't be delivered.
        DeliveryRunning: another delivery to this receiver is running.
        ReceiverError: the receiver gave no answer or broke the contract; run it again after the remedy.
    """
    with delivery_lock(receipts.path.parent, receiver.name):
        release = read_release(release_dir, receiver.lists, receiver.capabilities.one_row_per_scope)
        known, says = _nights(release_dir, receiver, receipts)
        if newer := _newest((known, says), after=release.night):
            summary = DeliverySummary(receiver.name, release.night, release.release_id, holds_newer=newer)
        else:
            is_behind = _is_behind(known, says)
            if not is_behind:
                receipts.move_to(receiver.name, release)
            summary = _bring(release_dir, release, receiver, receipts, is_behind, says)
    log.info("%s", summary)
    return summary


def newer_than(release_dir: Path, night: date, receiver: Receiver, receipts: Receipts) -> date | None:
    """The later night that a receiver was brought to, as the ledger has it, or itself: a ledger can be lost.

    Raises:
        AheadOfReleases: it says a night that is later than any that was released.
        ReceiverError: it can't be asked.
    """
    return _newest(_nights(release_dir, receiver, receipts), after=night)


def ledger_is_behind(release_dir: Path, receiver: Receiver, receipts: Receipts) -> bool:
    """Whether a receiver has a night that the ledger never heard of, which was lost or brought back from a backup.

    Raises:
        AheadOfReleases: it says a night that is later than any that was released.
        ReceiverError: it can't be asked.
    """
    return _is_behind(*_nights(release_dir, receiver, receipts))


def _is_behind(known: date | None, says: date | None) -> bool:
    return says is not None and (known or date.min) < says


def _newest(nights: Iterable[date | None], after: date) -> date | None:
    return max((each for each in nights if each and each > after), default=None)


def _nights(release_dir: Path, receiver: Receiver, receipts: Receipts) -> tuple[date | None, date | None]:
    position = receipts.position(receiver.name)
    known, says = position.night if position else None, receiver.newest_night()
    released = max(date.fromisoformat(path.name[-10:]) for path in release_dir.parent.glob("night=*"))
    if says and says > max(known or date.min, released):
        raise AheadOfReleases(
            f"{receiver.name} says that it has night {says}, which was never released here: the newest is {released}."
            " Nothing is sent to it until that is settled. Where its night was set by hand, or by another installation,"
            " have its owners set it back, or give this installation a place of its own there (connection, path or"
            " schema in receivers.yml); where releases were lost here, bring them back from a backup."
        )
    return known, says


def _bring(
    release_dir: Path, release: Release, receiver: Receiver, receipts: Receipts, is_behind: bool, says: date | None
) -> DeliverySummary:
    name = receiver.name
    receiver.begin(release.lists, release.night)
    sender = Sender(receiver, receipts)
    if receiver.capabilities.honours_keys:
        sender.settle()
    hand_over(receiver, receipts)
    if not receiver.capabilities.honours_keys or is_behind:
        # Another system may have written the night that it has and the ledger lacks: ours is what a release ever had.
        ours = release.row_ids | (ever_wanted(release_dir.parent, receiver.lists) if is_behind else set())
        had = rows_it_had(release_dir, receiver, receipts, is_behind)
        believe_what_it_holds(release.night, receiver, receipts, ours, had, says)
    if is_behind:
        # It has a night that the ledger never heard of, which was lost or brought back from a backup. Only once what it
        # holds is believed does the ledger have that night: until then, whoever comes again has to read it, too.
        receipts.begin_epoch(name, release)
    if receiver.capabilities.acts_on_changes:
        find_what_others_brought(release, receiver, receipts)
    unsettled = {(change.list, change.row_key) for change in receipts.unanswered(name)}
    acknowledged = receipts.acknowledged(name, left_alone(receiver))
    needed = diff(name, release.lists, acknowledged, unsettled, receipts.epoch(name))
    # A change that was asked again and rejected just now isn't asked a third time.
    sender.send([change for change in needed if change.key not in sender.answers], release)
    sender.note(receiver.commit())
    return summary_of(release, name, sender.sent, sender.answers, {change.key for change in needed})


def summary_of(
    release: Release,
    receiver: str,
    sent: Sequence[Change],
    answers: Mapping[str, Receipt],
    needed: AbstractSet[str],
) -> DeliverySummary:
    """What a delivery came to; `needed` are the keys of the changes that the release itself asked for."""
    counts: dict[str, dict[str, int]] = {}
    for (name, action), number in sorted(Counter((change.list, change.action) for change in sent).items()):
        counts.setdefault(name, {})[action] = number
    statuses = Counter(receipt.status for receipt in answers.values())
    touched = {(change.list, change.row_key) for change in sent}
    return DeliverySummary(
        receiver,
        release.night,
        release.release_id,
        sent=counts,
        applied=statuses["applied"],
        duplicates=statuses["duplicate"],
        rejected=tuple(
            Rejection(change.list, change.row_key, change.action, answers[change.key].reason)
            for change in sorted(sent, key=lambda change: (change.list, change.row_key, change.generation))
            # One of an earlier night that was settled by its rejection and isn't needed any more leaves nothing to do.
            if change.key in needed and change.key in answers and answers[change.key].status == "rejected"
        ),
        unanswered=tuple(sorted((change.list, change.row_key) for change in sent if change.key not in answers)),
        already_there=sum((each.name, row_key) not in touched for each in release.lists for row_key in each.rows),
    )
