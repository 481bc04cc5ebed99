"""What becomes an entry in a ledger, how much it adds, and how long it counts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from evenhand.policy.language.part import (
    MOST_DAYS,
    Amount,
    Day,
    Days,
    Figure,
    Name,
    Names,
    Part,
    exactly_one,
    mistake,
    refuse_doubles,
)


class ReviewerRange(Part):
    """The reviewer of the violation picks the amount inside a range. Points are given without a sign: of a range that
    takes from a score, such as from -60 to -5, 20 points take 20."""

    at_least: Amount
    """What an entry adds if the reviewer gave less, or nothing."""
    at_most: Amount
    """What it adds if the reviewer gave more."""

    @model_validator(mode="after")
    def _rises(self) -> ReviewerRange:
        if self.at_most < self.at_least:
            raise mistake(("at_most",), str(self.at_most), f"at least {self.at_least}")
        if self.at_least < 0 < self.at_most:
            # Without a sign, what adds can't be told from what takes.
            raise mistake(("at_most",), str(self.at_most), f"at most 0, as {self.at_least} takes from the balance")
        return self


class Step(Part):
    """Quantities that count together, in whole steps: 4 points for every 200 orders."""

    of: Annotated[Amount, Field(gt=0)]
    """How many make a step; the rest of them waits for the next."""
    amount: Amount
    """What each whole step adds to the balance."""


class Multiplier(Part):
    """A factor on the amount, for repeats or for a large audience. Several that apply multiply each other."""

    by: Annotated[Amount, Field(gt=0)]
    """The factor."""
    from_occurrence: Annotated[int, Field(ge=2, le=1_000_000)] | None = None
    """Applies from such a violation of one type on: 2 for the second, 3 for the third."""
    within_days: Days | None = None
    """With `from_occurrence`: only those of so many days count, this one's day included."""
    metric: Name | None = None
    """Applies where this metric of the account is large enough on the day."""
    at_least: Figure | None = None
    """With `metric`: how large."""

    @model_validator(mode="after")
    def _has_one_cause(self) -> Multiplier:
        cause = exactly_one(self, ("from_occurrence", "metric"))
        for key, owner in (("within_days", "from_occurrence"), ("at_least", "metric")):
            if (getattr(self, key) is not None) != (cause == owner):
                raise mistake(
                    (), f"{cause} and {key}" if cause != owner else cause, f"{key} with {owner}, both or none"
                )
        return self


class Every(Part):
    """Several events make one entry, on the day of the last of them; none is used for two entries."""

    count: Annotated[int, Field(ge=2, le=1_000_000)]
    """How many."""
    within_days: Days
    """The first and the last of them are at most so many days apart, both included."""


class Grace(Part):
    """The first violation only warns. A training makes the warning lapse; without one it stays for ever."""

    training: Name
    """The activity that lets the next violation be a warning again..."""
    same_type_days: Days
    """...unless it is of the same type within so many days of the training, the day of the training included."""


class Relief(Part):
    """An entry that takes from another one, for a training or good conduct. With nothing to take from, it is none, and
    keeps no other from counting."""

    takes_from: Literal["newest", "oldest", "same_type", "violation"]
    """Of the entries that count that day, which: the newest, the oldest, the newest whose violation type is the
    activity's subject, or the one of the violation that the activity names. Those of one day go by their ids."""
    amount: Annotated[Amount, Field(gt=0)] | None = None
    """How much, at most what is left of it. Without it: all that is left."""
    not_with_rules: Names = ()
    """Not given while an entry of one of these rules counts."""


class Answer(Part):
    """Another activity of the account on the same subject, by a deadline."""

    activity: Name
    """Its name."""
    within_days: Annotated[int, Field(ge=0, le=MOST_DAYS)]
    """The deadline: so many days after the event's day; 14 days from 1 March: 15 March is in time."""
    extended_by: Name | None = None
    """An activity on the same subject, by the deadline, that moves it; only the first one does."""
    extension_days: Days | None = None
    """By how much."""

    @model_validator(mode="after")
    def _extension_is_whole(self) -> Answer:
        if (self.extended_by is None) != (self.extension_days is None):
            raise mistake((), "one of extended_by and extension_days", "both or none")
        return self


class EntryRule(Part):
    """What becomes an entry in the ledger. It says which events, how much each adds, and how long it counts."""

    rule: Name
    """The rule's name, quoted in every reason."""
    was: Name | None = None
    """Its name in versions before this one, where that was another: it goes on with what it had."""

    violation_types: tuple[Name, ...] = ()
    """Types in the feed violations that it counts; within a programme, a violation is one entry at most."""
    activities: tuple[Name, ...] = ()
    """Or activities that it counts: docs/feeds.md says where they come from, and which for at most 28 days."""
    severities: tuple[Name, ...] = ()
    """Only violations of these severities."""
    content_age_at_most_days: Days | None = None
    """Only violations on content published at most so many days before the decision; where the day of publication
    isn't known, the violation counts."""
    followed_by: Answer | None = None
    """Only once this other activity has followed in time; the entry counts from that day."""
    not_followed_by: Answer | None = None
    """Only if this other activity has not followed in time; the entry counts from the day after the deadline."""

    amount: Amount | None = None
    """What an entry adds to the balance; negative takes away."""
    amount_by_severity: dict[Name, Amount] | None = None
    """What it adds, by severity; a severity that isn't here makes no entry."""
    amount_by_reviewer: ReviewerRange | None = None
    """What the reviewer gave, inside a range."""
    amount_per_unit: Amount | None = None
    """What each unit of the quantity adds."""
    amount_per_step: Step | None = None
    """What whole steps of the quantities that count add together."""
    relief: Relief | None = None
    """It takes from an entry that counts."""
    multiplied: tuple[Multiplier, ...] = ()
    """Factors on the amount, for repeats or for a large audience."""

    counts_once_per: Literal["violation", "batch", "content", "day", "subject"] = "violation"
    """Violations of the account that share this are one entry, the first one, and of one day the one that adds or takes
    the most; `violation`: each stands alone."""
    not_again_within_days: Days | None = None
    """An event within so many days of one that counted doesn't count: once on 1 March with 30 days, next on 31 March.
    Counted per subject where the activity has one."""
    every: Every | None = None
    """Several events make one entry."""
    grace: Grace | None = None
    """The first violation only warns."""

    lasts_days: Days | None = None
    """Days that an entry counts, the first included (1 March and 90 days: last on 29 May). Without it: for ever."""
    lasts_until: Name | None = None
    """Until the next day of this calendar, on which it counts no longer."""
    clock_starts_with: Name | None = None
    """With `lasts_days`: they run from the first such activity on or after the entry's day; without one, never end."""
    ends_only_after: Name | None = None
    """It counts on until such an activity on or after the entry's day, even when its days are over."""
    paused_by: Name | None = None
    """Days on which such an activity runs (its quantity in days, its own day included) are not counted as its days."""
    ended_by: Name | None = None
    """An activity that ends the entry from its day: one that names the violation or, where the entry is of an activity,
    one on the same subject on its day or after."""

    effective_from: Day | None = None
    """First day whose events it counts; without it, the pack's."""
    effective_until: Day | None = None
    """The last such day."""

    @model_validator(mode="after")
    def _counts_one_kind_of_event(self) -> EntryRule:
        kind = exactly_one(self, ("violation_types", "activities"))
        if kind == "activities":
            amounts = ("amount_by_severity", "amount_by_reviewer")
            for key in ("severities", "content_age_at_most_days", *amounts, "grace"):
                if key in self.model_fields_set:
                    raise mistake((key,), key, "violation_types beside it: activities have none of this")
        else:
            for key in ("followed_by", "not_followed_by", "relief"):
                if key in self.model_fields_set:
                    raise mistake((key,), key, "activities beside it: violations have none of this")
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> EntryRule:
        for key in ("violation_types", "activities", "severities"):
            refuse_doubles({(key, i): name for i, name in enumerate(getattr(self, key))})
        return self

    @model_validator(mode="after")
    def _adds_one_amount(self) -> EntryRule:
        how = exactly_one(self, AMOUNTS)
        if how == "amount" and self.amount == 0:
            raise mistake(("amount",), "0", "another number: an entry of nothing explains nothing")
        if how == "amount_by_severity" and self.severities:
            raise mistake(("severities",), "severities", "none: amount_by_severity says which count")
        signs = {each > 0 for each in (self.amount_by_severity or {}).values() if each}
        if self.counts_once_per != "violation" and len(signs) > 1:
            expected = "amounts that all add or all take: of those of one day that share it, the largest counts"
            raise mistake(("counts_once_per",), self.counts_once_per, expected)
        if how in ("amount_per_step", "relief") and self.multiplied:
            raise mistake(("multiplied",), "multiplied", f"none with {how}")
        return self

    @model_validator(mode="after")
    def _picks_events_in_one_way(self) -> EntryRule:
        ways = [name for name in ("not_again_within_days", "every", "grace") if getattr(self, name) is not None]
        if len(ways) > 1:
            raise mistake((ways[1],), " and ".join(ways), "one of them: two would leave open which comes first")
        if self.followed_by and self.not_followed_by:
            raise mistake(("not_followed_by",), "followed_by and not_followed_by", "one of them: write a rule for each")
        return self

    @model_validator(mode="after")
    def _ends_in_one_way(self) -> EntryRule:
        if self.lasts_days is not None and self.lasts_until is not None:
            raise mistake(("lasts_until",), "lasts_days and lasts_until", "one of them")
        for key in ("clock_starts_with", "paused_by"):
            if getattr(self, key) is not None and self.lasts_days is None:
                raise mistake((key,), key, "lasts_days beside it: how long it counts")
        if self.clock_starts_with:
            for key in ("ends_only_after", "paused_by"):
                if getattr(self, key) is not None:
                    raise mistake((key,), f"clock_starts_with and {key}", "one of them")
        if self.ends_only_after and self.lasts_days is None and self.lasts_until is None:
            raise mistake(("ends_only_after",), "ends_only_after", "lasts_days or lasts_until beside it")
        if self.effective_from and self.effective_until and self.effective_until < self.effective_from:
            raise mistake(("effective_until",), str(self.effective_until), f"a day not before {self.effective_from}")
        return self


AMOUNTS = (
    "amount", "amount_by_severity", "amount_by_reviewer", "amount_per_unit", "amount_per_step", "relief",
)  # fmt: skip
