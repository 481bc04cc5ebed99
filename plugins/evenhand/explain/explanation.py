"""What is told of an account on a night: the facts that command, JSON and pages show alike.

What is called `…_label` is how the key beside it is said to people, in the language that was asked for.

Longer than other files, for every part of what is told stands in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from evenhand.delivery.answered import Answered
from evenhand.policy.prose.words import PERCENT_OF

Audience = Literal["managers", "support"]
FOR_SUPPORT: Audience = "support"
# Steps that are told with what people wrote themselves.
BY_PEOPLE = ("emergency_imposed", "emergency_lifted", "emergency_ended")


@dataclass(frozen=True)
class Period:
    """Days on which a balance was in one zone at one value; `last_day` is None while it goes on.

    Attributes:
        balance: None while there was no value.
        balance_of: what it is kept for where a programme keeps several; empty otherwise.
        unit: what its balance was counted in, which another edition may count in another; empty where that isn't said.
    """

    first_day: date
    last_day: date | None
    balance: Decimal | None
    zone: str
    zone_label: str
    balance_of: str = ""
    balance_of_label: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Entry:
    """What an event adds to a balance.

    Attributes:
        last_day: the last day that it counts; None if it counts for ever.
        left_out: why it doesn't count; empty if it does on its days.
        event: the violation, training or activity behind it, in words.
        violation: that violation by itself, where it is one.
        unit: what its amount was counted in, by the edition that has its rule; empty where that isn't said.
    """

    entry: str
    rule: str
    rule_label: str
    pack: str
    pack_label: str
    version: int
    amount: Decimal
    first_day: date
    last_day: date | None
    event: str
    left_out: str
    violation: str | None = None
    unit: str = ""


@dataclass(frozen=True)
class ProgrammeStanding:
    """Where the account stands in a programme.

    Attributes:
        not_decided: whether what its zone brings waits for somebody.
    """

    programme: str
    label: str
    unit: str
    balance: Decimal | None
    zone: str
    zone_label: str
    since: date | None
    next_zone: str | None
    next_zone_label: str
    to_next_zone: Decimal | None
    periods: Sequence[Period]
    entries: Sequence[Entry]
    not_decided: bool = False

    def next_change(self, night: date) -> tuple[date, Decimal] | None:
        """The last day of a night's balance, and what is added to it then if nothing happens until that.

        None where it stays as it is: what begins and ends together comes to nothing. And where that can't be told: of
        what is counted in another unit from then on, and of several balances of which none alone is the night's.
        """
        kept: dict[str, list[Period]] = {}
        for each in self.periods:
            if each.last_day is None or each.last_day >= night:
                kept.setdefault(each.balance_of, []).append(each)
        of_it = [to_come for to_come in kept.values() if (to_come[0].zone, to_come[0].balance) == self._where]
        for before, after in pairwise(of_it[0] if len(of_it) == 1 else ()):
            if before.last_day is None or before.balance is None or after.balance is None or before.unit != after.unit:
                return None
            if before.balance != after.balance:
                return before.last_day, after.balance - before.balance
        return None

    @property
    def _where(self) -> tuple[str, Decimal | None]:
        return self.zone, self.balance

    def unit_told(self, unit: str) -> str:
        """The unit that a number counted in one is told with where this programme's, which is tonight's, is beside it:
        one that is another, and percent always."""
        of = unit or self.unit
        return of if of != self.unit or of in PERCENT_OF else ""


@dataclass(frozen=True)
class Cited:
    """An entry that a measure cites.

    Attributes:
        event: the violation, training or activity behind it, in words.
        is_needed: whether the measure would be another without it; None where a release doesn't say.
        is_needed_together: where none is needed by itself, whether it is one of the fewest without which, all of them
            gone, the measure would be another; None where one is, or where a release doesn't say.
    """

    entry: str
    event: str
    violation: str | None
    rule: str
    amount: Decimal
    first_day: date
    last_day: date | None
    is_needed: bool | None
    is_needed_together: bool | None


@dataclass(frozen=True)
class Measure:
    """A penalty or a reward that is in force.

    Attributes:
        market: that it is of, and whose currency its amount is in.
        prevails: whether it is what the account feels on its scope.
        outranked_by, outranked_by_measure: the row that prevails instead, and what it brings.
        outranks: the rows that it prevails over.
        before: the balance before it was entered, in the programme's unit.
        explanation: as the release has it, with how to appeal; in the reader's language without, where it has words.
        is_english: whether it is the release's.
        appeal_route: how to appeal it, where the release says that of it: of penalties.
        answered: what each receiver acknowledged of its row by the night.
    """

    row_key: str
    list: str
    measure: str
    label: str
    scope: str
    scope_label: str
    programme: str
    first_day: date
    last_day: date | None
    market: str
    amount: Decimal | None
    prevails: bool
    outranked_by: str | None
    outranked_by_measure: str
    outranked_by_label: str
    outranks: Sequence[str]
    outranks_labels: Sequence[str]
    pack: str
    pack_label: str
    version: int
    pack_sha256: str
    rule: str
    rule_label: str
    unit: str
    before: Decimal | None
    after: Decimal | None
    explanation: str
    is_english: bool
    appeal_route: str
    cited: Sequence[Cited]
    answered: Sequence[Answered]

    @property
    def is_outranked_by_the_same(self) -> bool:
        """Whether what prevails instead is the same measure, which ends later, began earlier or is told first."""
        return self.outranked_by_measure == self.measure

    @property
    def needed(self) -> Sequence[str]:
        """The events without each of which it would be another, in words."""
        return tuple(each.event for each in self.cited if each.is_needed)

    @property
    def needed_together(self) -> Sequence[str]:
        """Where none is needed by itself: the fewest events without all of which it would be another, in words."""
        return tuple(each.event for each in self.cited if each.is_needed_together)


@dataclass(frozen=True)
class FailedCondition:
    """A condition that fails.

    Attributes:
        asks: what it asks for, in words.
        has: the account's value, in words.
        lacks: by how much it fails; None where that is no number.
        unit: what that counts; empty where it counts nothing.
        is_more: whether it fails by that much, too, so that more is needed.
    """

    condition: str
    label: str
    asks: str
    has: str
    lacks: Decimal | None
    unit: str = ""
    is_more: bool = False


@dataclass(frozen=True)
class Lacking:
    """A reward of a zone, or what an eligibility gives, that the account lacks, with every condition that fails."""

    what: str
    label: str
    gives: Sequence[str]
    fails: Sequence[FailedCondition]


@dataclass(frozen=True)
class Appeal:
    """An appeal against a violation, and what became of it."""

    appeal: str
    filed_on: date | None
    outcome: str
    decided_on: date | None
    is_out_of_court: bool = False


@dataclass(frozen=True)
class Violation:
    """A violation that was found, with its appeals.

    Attributes:
        appeal: what can be done against it: `until` a day, `any_time`, `pending`, `granted`, `restored`,
            `none` or `passed`.
        appeal_id: the one that says how it stands, as what follows it.
        appeal_decide_by: the last day for deciding one that is pending.
        appeals: all that were filed, in their order.
    """

    violation: str
    label: str
    severity: str | None
    severity_label: str
    on: str
    posted_on: date | None
    detected_by: str | None
    detected_by_label: str
    detected_on: date | None
    decided_on: date | None
    appeal_id: str | None
    appeal_filed_on: date | None
    appeal_outcome: str | None
    appeal_decided_on: date | None
    appeal: str | None
    appeal_until: date | None
    appeal_decide_by: date | None
    restored_on: date | None
    appeals: tuple[Appeal, ...] = ()


@dataclass(frozen=True)
class Happened:
    """A step of what happened to the account, in the order of days.

    Attributes:
        is_english: whether `what` is as the release has it, for no other language has words for it.
        not_decided: whether it comes of something that waits for somebody.
    """

    on_day: date
    event: str
    label: str
    what: str
    is_english: bool = False
    not_decided: bool = False


@dataclass(frozen=True)
class ToldNotice:
    """A notice, as it was written on a night."""

    night: date
    event: str
    row_key: str
    subject: str
    body: str


@dataclass(frozen=True)
class Explanation:
    """All facts about an account on a night.

    Attributes:
        not_decided: what of it and of its market waits for somebody, in words; empty for support.
        restorable: the penalties and what it lacks of which it may be told what would restore them.
        linked: accounts of the same owner; empty for support.
        stage_not_decided: whether its stage comes of something that waits for somebody.
    """

    account: str
    night: date
    revision: int
    release_id: str
    audience: Audience
    market: str
    kind: str
    kind_label: str
    language: str
    onboarded_on: date | None
    exited_on: date | None
    stage: str
    stage_label: str
    stage_since: date | None
    not_decided: Sequence[str]
    programmes: Sequence[ProgrammeStanding]
    measures: Sequence[Measure]
    lacking: Sequence[Lacking]
    restorable: Sequence[str]
    violations: Sequence[Violation]
    timeline: Sequence[Happened]
    told: Sequence[ToldNotice]
    linked: Sequence[str]
    stage_not_decided: bool = False
