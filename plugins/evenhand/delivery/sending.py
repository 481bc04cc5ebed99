"""Handing changes over in batches, and finding out what became of those that were never answered."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Protocol

from evenhand.delivery.changes import Change
from evenhand.delivery.read_release import Release
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import BatchRefused, Capabilities, Receipt, ReceiverError
from evenhand.delivery.stopping import go_on

log = logging.getLogger(__name__)

# So many rows refused one by one, and none ever taken: then it isn't the rows.
_ENOUGH = 20


class Taker(Protocol):
    """Whatever takes changes."""

    @property
    def name(self) -> str:
        """Its name in receivers.yml."""

    @property
    def capabilities(self) -> Capabilities:
        """What has to be known about it."""

    def apply(self, batch: Sequence[Change]) -> Sequence[Receipt]:
        """Take changes, as `Receiver.apply` says."""


class Sender:
    """Hands changes to a receiver, for the length of one delivery.

    Attributes:
        sent: every change that was handed over.
        answers: what was answered, by key.
    """

    def __init__(self, receiver: Taker, receipts: Receipts) -> None:
        self.sent: list[Change] = []
        self.answers: dict[str, Receipt] = {}
        self._receiver = receiver
        self._receipts = receipts
        self._refused_alone = 0
        self._took_one = False

    def settle(self) -> None:
        """Ask again what was never answered.

        One of these changes may have been applied, or may still be under way: once it was sent again with its key and
        answered, it can't take effect after what is sent next. This holds for one that is no longer wanted, too.
        """
        unanswered = self._receipts.unanswered(self._receiver.name)
        for batch in _batches(unanswered, self._receiver.capabilities.batch_size):
            self._hand_over(batch)

    def send(self, changes: Sequence[Change], release: Release) -> None:
        """Write changes down, batch by batch, and hand them over."""
        total = len(self.sent) + len(changes)
        for batch in _batches(changes, self._receiver.capabilities.batch_size):
            go_on()
            self._receipts.plan(self._receiver.name, batch, release)
            self._hand_over(batch)
            log.info("%s: %d of %d rows sent", self._receiver.name, len(self.sent), total)

    def note(self, answered: Sequence[Receipt]) -> None:
        """Write answers down."""
        self._took_one |= any(receipt.status != "rejected" for receipt in answered)
        self._receipts.record(self._receiver.name, answered)
        self.answers |= {receipt.key: receipt for receipt in answered}

    def _hand_over(self, batch: Sequence[Change]) -> None:
        self._find_the_poison(batch)
        self.sent += batch

    def _find_the_poison(self, batch: Sequence[Change]) -> None:
        go_on()
        try:
            self.note(self._receiver.apply(batch))
        except BatchRefused as refusal:
            if len(batch) > 1:
                middle = len(batch) // 2
                self._find_the_poison(batch[:middle])
                self._find_the_poison(batch[middle:])
            else:
                self._refused(batch[0], refusal)

    def _refused(self, change: Change, refusal: BatchRefused) -> None:
        self._refused_alone += 1
        if self._refused_alone >= _ENOUGH and not self._took_one:
            raise ReceiverError(f"{refusal}. It refuses every row, so this isn't about one of them.") from refusal
        log.warning("%s: %s/%s is refused alone: %s", self._receiver.name, change.list, change.row_key, refusal.why)
        # Where an effect can't be ruled out, the change stays unanswered.
        if refusal.had_no_effect:
            self.note([Receipt(change.key, "rejected", refusal.why)])


def _batches(changes: Sequence[Change], size: int) -> Iterator[Sequence[Change]]:
    return (changes[start : start + size] for start in range(0, len(changes), size))
