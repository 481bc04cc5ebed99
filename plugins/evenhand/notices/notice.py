"""Notices: what one is made from, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Event = Literal["new", "changed", "ended"]
RestoredBy = Literal["time", "balance", "appeal", "conditions", ""]


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
        evidence: ids of the violations behind it, the ones to spell out first.
        appeal_until: the last day to appeal; None is at any time.
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
    evidence: Sequence[str]
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
