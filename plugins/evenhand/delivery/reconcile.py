"""Reconcile: read back what a receiver holds, and correct what differs from the wanted state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from evenhand.delivery.changes import RowId
from evenhand.delivery.deliver import deliver, ledger_is_behind, newer_than
from evenhand.delivery.first_read import agreed
from evenhand.delivery.lock import delivery_lock
from evenhand.delivery.read_back import believe_what_it_holds, held_of_ours
from evenhand.delivery.read_release import read_release
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import Receiver


@dataclass(frozen=True)
class ReconcileSummary:
    """How a receiver compares with a release; rows are lists and row_keys, in that order.

    Attributes:
        receiver: its name.
        night: the night that it is compared with.
        release_id: the release of it.
        wanted: rows that it should hold.
        held: rows that it holds.
        holds_newer: the later night that it holds; nothing is compared then.
        missing: wanted, not held.
        stale: held, not wanted.
        differing: held with another payload than wanted.
        corrected: what was found so before it was corrected.
    """

    receiver: str
    night: date
    release_id: str
    wanted: int
    held: int
    holds_newer: date | None = None
    missing: tuple[RowId, ...] = ()
    stale: tuple[RowId, ...] = ()
    differing: tuple[RowId, ...] = ()
    corrected: str = ""

    @property
    def agrees(self) -> bool:
        """Whether it holds exactly the wanted state."""
        return not (self.holds_newer or self.missing or self.stale or self.differing)

    def __str__(self) -> str:
        """One line for people."""
        start = f"{self.receiver}, night {self.night}: "
        if self.holds_newer:
            return start + f"not compared, it holds night {self.holds_newer}, which is newer"
        before = f"; changed there by itself and corrected: {self.corrected}" if self.corrected else ""
        rows = "row" if self.wanted == 1 else "rows"
        return start + f"{self.wanted} {rows} wanted, {self.held} held: {self.differences or 'they agree'}{before}"

    @property
    def differences(self) -> str:
        """How many rows differ in which way, with the first of each; empty if none does."""
        kinds = (("missing", self.missing), ("stale", self.stale), ("differing", self.differing))
        return "; ".join(f"{len(rows)} {kind}, the first {'/'.join(rows[0])}" for kind, rows in kinds if rows)


def reconcile(release_dir: Path, receiver: Receiver, receipts: Receipts) -> ReconcileSummary:
    """Compare what a receiver holds with a release. Nothing is sent.

    Raises:
        ReleaseError: the release can't be read.
        DeliveryRunning: a delivery to this receiver is running.
        ReceiverError: the receiver can't be read.
    """
    with delivery_lock(receipts.path.parent, receiver.name):
        release = read_release(release_dir, receiver.lists, receiver.capabilities.one_row_per_scope)
        wanted = {
            (each.name, row_key): payload.sha256 for each in release.lists for row_key, payload in each.rows.items()
        }
        if newer := newer_than(release_dir, release.night, receiver, receipts):
            return ReconcileSummary(receiver.name, release.night, release.release_id, len(wanted), 0, holds_newer=newer)
        held = {(row.list, row.row_key): row.payload_sha256 for row in held_of_ours(receiver)}
        receipts.saw(receiver.name, held)
    return ReconcileSummary(
        receiver.name,
        release.night,
        release.release_id,
        len(wanted),
        len(held),
        missing=tuple(sorted(wanted.keys() - held.keys())),
        stale=tuple(sorted(held.keys() - wanted.keys())),
        differing=tuple(sorted(row for row in wanted.keys() & held.keys() if wanted[row] != held[row])),
    )


def reconcile_and_correct(release_dir: Path, receiver: Receiver, receipts: Receipts) -> ReconcileSummary:
    """Compare what a receiver holds with a release, and bring it there if it lost or changed rows by itself.

    It does when it was restored from a backup, edited by hand, or written to by others. What it was read to hold is
    then believed rather than what it acknowledged, and the release is delivered again from there.

    Raises:
        HoldsOthers: it holds rows that it was never sent, and never agreed before or holds more than a few of them; a
            person is asked before they go.
        ReleaseError: the release can't be read.
        DeliveryRunning: a delivery to this receiver is running.
        ReceiverError: the receiver can't be read, or gave no answer.
    """
    found = reconcile(release_dir, receiver, receipts)
    if found.agrees:
        agreed(receipts.path.parent, receiver, found.held)
    if found.agrees or found.holds_newer:
        return found
    otherwise = 0
    with delivery_lock(receipts.path.parent, receiver.name):
        # Where the ledger lacks nights the delivery itself believes what is held: what a person said holds once.
        if not ledger_is_behind(release_dir, receiver, receipts):
            receiver.begin((), found.night)
            release = read_release(release_dir, receiver.lists, receiver.capabilities.one_row_per_scope)
            otherwise = believe_what_it_holds(found.night, receiver, receipts, release.row_ids)
    delivered = deliver(release_dir, receiver, receipts)
    after = reconcile(release_dir, receiver, receipts)
    # What it refuses each time was never there, and isn't corrected.
    is_corrected = bool(otherwise or delivered.sent) and after.differences != found.differences
    if after.agrees:
        agreed(receipts.path.parent, receiver, after.held)
    return replace(after, corrected=found.differences if is_corrected else "")
