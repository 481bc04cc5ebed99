"""Notices: what one is made from, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Event = Literal["new", "changed", "ended"]
RestoredBy = Literal["time", "balance", "appeal", "conditions", ""]


# Until when one can appeal: until a day, `any_time`, no more since a day (`passed`), not while an appeal is `pending`,
# and not after as many as the pack allows (`none`).
Appeal = Literal["until", "any_time", "passed", "pending", "none"]


@dataclass(frozen=True)
class ToldViolation:
    """A violation that a notice tells of.

    Attributes:
        violation_type: what was breached; None if that isn't known any more.
        kind: what it was found in: `live`, `short_video` or something else; None if in the account as a whole.
        title: what that is called, where the feed says so.
        posted_on: the day of the content or the live; None if unknown.
        decided_on: the day of the decision; None if unknown.
        amount: what it counts; None if nothing is to be told of that.
        unit: what that is counted in, in the singular, which needn't be the value's; None of a night that an earlier
            version decided, where both were the same.
        last_counts_on: the last day on which it counts; None without an end.
        is_needed: whether the measure would not have come without it; None where that can't be told.
        appeal: until when one can appeal against it.
        appeal_until: the last day for that, or the day that was the last.
    """

    violation_type: str | None
    kind: str | None
    title: str | None
    posted_on: date | None
    decided_on: date | None
    amount: Decimal | None
    unit: str | None
    last_counts_on: date | None
    is_needed: bool | None
    appeal: Appeal
    appeal_until: date | None


@dataclass(frozen=True)
class NoticeFacts:
    """What a notice tells.

    Attributes:
        language: the account's language, as translations/ names it: `pt_BR`.
        event: what happened to the measure.
        list: the list that the measure is in.
        measure: the measure, or the reward.
        scope: what of the account it is about.
        programme: the programme that brought it.
        starts_on: its first day; None if that isn't to be told.
        ends_on: its last day; None is without end. Of an ended one, the day that was its last; None if unknown.
        reason: why people imposed or lifted it themselves, in their words; "" for all that a pack decided.
        lifted_until: the last day that people lifted it for; None unless they did.
        cases: the violations behind it, the ones to spell out first.
        market: the market, whose currency an amount is in.
        amount: what a benefit pays; None if it is no payment.
        balance_before: the programme's value before the day of the change; None if it isn't told.
        balance_after: its value on that day.
        unit: what the value counts, as the pack has it, in the singular; None if it isn't told.
        is_reversed: whether people took back the decision of the night that said otherwise.
        outranked_by: the stricter measure that applies on the scope meanwhile; None if this one does.
        followed_by: what the account knows of and still has on the scope of what has ended; None if nothing.
        followed_until: the last day of that; None is without end.
        is_appeal_granted: whether it has ended because an appeal was granted.
        is_restored: whether it has ended because a decision was taken back without an appeal.
        appeal_until: the last day to appeal against what people decided themselves; None is at any time.
        can_appeal: whether an appeal is possible at all.
        restored_by: what brings back what was taken: its `time` passes, the programme's `balance` recovers, an `appeal`
            is granted, or all `conditions` are met. "" is nothing, or nothing to be told.
        restored_on: the first day on which it will be back; told where time or the balance bring it back.
    """

    language: str
    event: Event
    list: Literal["penalties", "rewards"]
    measure: str
    scope: str
    programme: str
    starts_on: date | None
    ends_on: date | None
    reason: str
    lifted_until: date | None
    cases: Sequence[ToldViolation]
    market: str
    amount: Decimal | None
    balance_before: Decimal | None
    balance_after: Decimal | None
    unit: str | None
    is_reversed: bool
    outranked_by: str | None
    followed_by: str | None
    followed_until: date | None
    is_appeal_granted: bool
    is_restored: bool
    appeal_until: date | None
    can_appeal: bool
    restored_by: RestoredBy
    restored_on: date | None


@dataclass(frozen=True)
class Notice:
    """What an account reads.

    Attributes:
        subject: one line.
        body: plain text, a line for each thing that is told.
    """

    subject: str
    body: str
