"""What a receiver is to delivery. To add one, write these members; docs/receivers.md says how."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from evenhand.delivery.changes import Change
from evenhand.delivery.read_release import WantedList


class ReceiverError(Exception):
    """A receiver can't be reached or doesn't keep to the contract. The message names it, the place and the remedy."""

    # It may be reached when it is asked again.
    passes = True


class AheadOfReleases(ReceiverError):
    """A receiver says that it has a night which was never released here: what it holds isn't of these releases."""

    passes = False


class BatchRefused(ReceiverError):
    """A receiver takes requests, but not this batch as a whole: something in it is the reason.

    Attributes:
        had_no_effect: whether that is certain. After an internal error of the receiver it isn't.
        why: the receiver's words.
    """

    def __init__(self, message: str, why: str, had_no_effect: bool) -> None:
        super().__init__(message)
        self.why = why
        self.had_no_effect = had_no_effect


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receiver's answer for one change.

    Attributes:
        key: the change's idempotency key.
        status: `applied`; `duplicate`, it had been applied before; `rejected`, it had no effect.
        reason: why it was rejected, in the receiver's words; otherwise empty.
    """

    key: str
    status: Literal["applied", "duplicate", "rejected"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReceiverRow:
    """A row that a receiver holds, with the SHA-256 of its canonical payload in hex."""

    list: str
    row_key: str
    payload_sha256: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What delivery has to know about a receiver.

    Attributes:
        batch_size: the most changes that it takes at once.
        honours_keys: a change sent again with its key has no second effect. Delivery then settles an unanswered
            change by sending it again; otherwise it reads back what the receiver holds.
        acts_on_changes: each change has an effect of its own there. Where it holds nothing any more, a person is
            asked before everything has its effect once more. One that publishes whole lists is simply written anew.
        one_row_per_scope: of the penalties on a scope of an account it gets the one that prevails alone.
        others: lists that another entry of receivers.yml has in the same system: their rows are left alone.
        maybe_others: those of `others` of which that isn't known, for the other's connection can't be read: what the
            ledger has of them stays.
        address: what system its connection leads to. That it held what it should is believed of this system alone.
        neighbours: the entries of receivers.yml that bring lists to the same system: the night that it says it has may
            be theirs.
    """

    batch_size: int
    honours_keys: bool
    acts_on_changes: bool = True
    one_row_per_scope: bool = False
    others: frozenset[str] = frozenset()
    maybe_others: frozenset[str] = frozenset()
    address: str = ""
    neighbours: frozenset[str] = frozenset()


class Receiver(Protocol):
    """A downstream system, for the length of one delivery."""

    @property
    def name(self) -> str:
        """Its name in receivers.yml."""

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists that it gets."""

    @property
    def capabilities(self) -> Capabilities:
        """What delivery has to know about it."""

    def begin(self, wanted: Sequence[WantedList], night: date) -> None:
        """A delivery of this night begins; these are the lists it leads to, with their columns."""

    def apply(self, batch: Sequence[Change]) -> Sequence[Receipt]:
        """Take changes, at most `batch_size`, in this order; give the answers known by now, in any order.

        A change without an answer stays open: `commit` answers it, or the next delivery asks again.

        Raises:
            BatchRefused: something in the batch is the reason; its halves are tried, down to single rows.
            ReceiverError: no answer can be had; nothing is known about the batch.
        """

    def commit(self) -> Sequence[Receipt]:
        """All batches were handed over; the answers that had to wait for this.

        Raises:
            ReceiverError: no answer can be had.
        """

    def newest_night(self) -> date | None:
        """The newest night that it was brought to, as it says itself; None if none, or if it doesn't keep that.

        Raises:
            ReceiverError: it can't be read.
        """

    def catch_up(self) -> None:
        """Wait until what it took can be read back.

        Raises:
            ReceiverError: it takes longer than it may.
        """

    def read_back(self) -> Iterable[ReceiverRow]:
        """Everything it holds, in any order.

        Raises:
            ReceiverError: it can't be read.
        """
