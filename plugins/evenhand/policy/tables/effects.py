"""What zones, eligibility and bonuses bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from evenhand.policy.tables.row import Column, Edition


@dataclass(frozen=True, kw_only=True)
class EffectRow(Edition):
    """One row per effect that a zone brings."""

    programme: Annotated[str, Column("varchar", "The programme of the pack.")]
    zone: Annotated[str, Column("varchar", "The zone.")]
    effect: Annotated[int, Column("integer", "Its place among the zone's effects.")]
    list: Annotated[str, Column("varchar", "`penalties` or `rewards`.")]
    measure: Annotated[str, Column("varchar", "The measure or the reward.")]
    measure_rank: Annotated[
        int | None, Column("integer", "Its place in the pack's list of measures, 0 for the mildest; null for a reward.")
    ]
    scope: Annotated[str, Column("varchar", "What it touches.")]
    length: Annotated[str, Column("varchar", "`days`, `permanent`, `zone`, `calendar` or `appeal`.")]
    days: Annotated[int | None, Column("integer", "How many days it lasts, the first included.")]
    until_calendar: Annotated[str | None, Column("varchar", "The calendar on whose day it ends.")]
    until_nth: Annotated[int, Column("integer", "On the so-manieth such day.")]
    and_until: Annotated[str | None, Column("varchar", "It lasts at least until this activity.")]
    appeal_days: Annotated[int | None, Column("integer", "Days in which an appeal can be filed.")]
    starts_after_days: Annotated[int, Column("integer", "Days after entering the zone on which it begins.")]
    extends: Annotated[bool, Column("boolean", "Whether it begins behind an equal one that is running.")]
    shortened_by: Annotated[str | None, Column("varchar", "The activity that shortens it.")]
    shortened_to_days: Annotated[int | None, Column("integer", "To how many days.")]
    quota_activity: Annotated[str | None, Column("varchar", "What there is a quota of while it lasts.")]
    quota_at_most: Annotated[int | None, Column("integer", "How much.")]
    quota_calendar: Annotated[str | None, Column("varchar", "The calendar on whose days counting begins anew.")]


@dataclass(frozen=True, kw_only=True)
class FollowerRow(Edition):
    """One row per measure that follows an effect when it has run out without a granted appeal."""

    programme: Annotated[str, Column("varchar", "The programme of the pack.")]
    zone: Annotated[str, Column("varchar", "The zone.")]
    effect: Annotated[int, Column("integer", "Its place among the zone's effects.")]
    measure: Annotated[str, Column("varchar", "The measure or the reward.")]
    measure_rank: Annotated[
        int | None, Column("integer", "Its place in the pack's list of measures, 0 for the mildest; null for a reward.")
    ]
    scope: Annotated[str, Column("varchar", "What it touches.")]


@dataclass(frozen=True, kw_only=True)
class RewardRow(Edition):
    """One row per reward and zone that brings it."""

    programme: Annotated[str, Column("varchar", "The programme of the pack.")]
    zone: Annotated[str, Column("varchar", "The zone.")]
    reward: Annotated[str, Column("varchar", "The reward.")]
    scope: Annotated[str, Column("varchar", "What it touches.")]
    is_recent: Annotated[
        bool, Column("boolean", "Whether it hangs on activities that are looked at for some weeks only.")
    ]


@dataclass(frozen=True, kw_only=True)
class EligibilityRow(Edition):
    """One row per eligibility and kind of account that it is for."""

    eligibility: Annotated[str, Column("varchar", "The eligibility.")]
    kind: Annotated[str, Column("varchar", "The kind of account, as the feed creators spells it.")]
    stays_eligible: Annotated[bool, Column("boolean", "Whether it is never shut again.")]


@dataclass(frozen=True, kw_only=True)
class EligibilityTestRow(Edition):
    """One row per test of an eligibility's condition and kind of account."""

    eligibility: Annotated[str, Column("varchar", "The eligibility.")]
    condition: Annotated[str, Column("varchar", "The condition.")]
    kind: Annotated[str, Column("varchar", "The kind of account, as the feed creators spells it.")]
    asked_from: Annotated[date, Column("date", "First day on which the condition is asked.")]
    asked_before: Annotated[date | None, Column("date", "First day on which it isn't asked any more.")]
    test: Annotated[int, Column("integer", "Its place among the alternatives of the condition.")]
    programme: Annotated[str | None, Column("varchar", "The programme that is read.")]
    of_pack: Annotated[str, Column("varchar", "The pack whose programme it is: this one, or another of the market.")]
    without_measure: Annotated[str | None, Column("varchar", "The measure that mustn't be in force.")]
    comparator: Annotated[str | None, Column("varchar", "`at_least`, `more_than`, `at_most` or `less_than`.")]
    bound: Annotated[Decimal | None, Column("decimal(18, 4)", "What is compared with.")]
    missing_holds: Annotated[bool, Column("boolean", "Whether the test holds for a missing value.")]


@dataclass(frozen=True, kw_only=True)
class EligibilityEffectRow(Edition):
    """One row per reward of the eligible and measure of those who are not."""

    eligibility: Annotated[str, Column("varchar", "The eligibility.")]
    list: Annotated[str, Column("varchar", "`penalties` or `rewards`.")]
    measure: Annotated[str | None, Column("varchar", "The measure or the reward.")]
    measure_rank: Annotated[
        int | None, Column("integer", "Its place in the pack's list of measures, 0 for the mildest; null for a reward.")
    ]
    scope: Annotated[str, Column("varchar", "What it touches.")]
    is_recent: Annotated[
        bool, Column("boolean", "Whether it hangs on activities that are looked at for some weeks only.")
    ]


@dataclass(frozen=True, kw_only=True)
class BonusRow(Edition):
    """One row per bonus."""

    bonus: Annotated[str, Column("varchar", "The bonus.")]
    activity: Annotated[str, Column("varchar", "What is paid for.")]
    scope: Annotated[str, Column("varchar", "What it touches.")]
    pays: Annotated[Decimal, Column("decimal(18, 2)", "For each unit.")]
    at_most_per_subject: Annotated[Decimal | None, Column("decimal(18, 2)", "Cap per account and subject.")]
    at_most_per_account: Annotated[Decimal | None, Column("decimal(18, 2)", "Cap per account.")]
    budget: Annotated[Decimal | None, Column("decimal(18, 2)", "Cap for all accounts of the market.")]
    calendar: Annotated[str, Column("varchar", "The calendar.")]
    eligibility: Annotated[str | None, Column("varchar", "The eligibility.")]


@dataclass(frozen=True, kw_only=True)
class BonusKindRow(Edition):
    """One row per bonus and kind of account that it is paid to."""

    bonus: Annotated[str, Column("varchar", "The bonus.")]
    kind: Annotated[str, Column("varchar", "The kind of account, as the feed creators spells it.")]
