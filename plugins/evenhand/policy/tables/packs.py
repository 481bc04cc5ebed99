"""What a pack is in a market, and what holds for all of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from evenhand.policy.tables.row import Column, Edition, Row


@dataclass(frozen=True, kw_only=True)
class PackRow(Edition):
    """One row per market and version of a pack."""

    sha256: Annotated[str, Column("varchar", "Hash of the pack's text and of what it extends.")]
    timezone: Annotated[
        str | None, Column("varchar", "The time zone that the days of the market are in; null where it isn't said.")
    ]
    appeal_route: Annotated[str, Column("varchar", "How to appeal, as told to the account.")]
    file_within_days: Annotated[
        int | None, Column("integer", "A first appeal filed later after the decision doesn't count; null for no limit.")
    ]
    appeals_at_most: Annotated[
        int | None, Column("integer", "How many appeals against one violation count; null for no limit.")
    ]
    again_within_days: Annotated[
        int | None, Column("integer", "Days after a denied appeal for the next one; null for no limit.")
    ]
    partly_granted: Annotated[str, Column("varchar", "`adjusts`, `voids` or `denies`.")]


@dataclass(frozen=True, kw_only=True)
class KindJudgedRow(Edition):
    """One row per pack and kind of account of which it judges anything."""

    kind: Annotated[str, Column("varchar", "The kind of account, as the feed creators spells it.")]


@dataclass(frozen=True, kw_only=True)
class ContinuedRow(Edition):
    """One row per pack and pack whose place it takes: itself, those that it continues, and what those continue."""

    former_pack: Annotated[str, Column("varchar", "The pack whose place it takes.")]


@dataclass(frozen=True, kw_only=True)
class StageRow(Edition):
    """One row per pack and kind of account, with its stages; of the packs of a day, one at most says them."""

    kind: Annotated[str, Column("varchar", "The kind of account, as the feed creators spells it.")]
    is_said: Annotated[bool, Column("boolean", "Whether the pack says them; else they are as without any word.")]
    onboarding_days: Annotated[int, Column("integer", "Days that an account is onboarding.")]
    pilot_days: Annotated[
        int | None, Column("integer", "Days after them that it is a pilot; null if it is active at once.")
    ]


@dataclass(frozen=True, kw_only=True)
class ProbationRow(Edition):
    """One row per kind of account and penalty that puts it on probation, where a pack says which do."""

    kind: Annotated[str, Column("varchar", "The kind of account, as the feed creators spells it.")]
    measure: Annotated[str, Column("varchar", "The penalty.")]


@dataclass(frozen=True, kw_only=True)
class MeasureOrderRow(Row):
    """One row per market and measure that measures_order.yml names."""

    market: Annotated[str, Column("varchar", "The market.")]
    measure: Annotated[str, Column("varchar", "The penalty.")]
    order_rank: Annotated[int, Column("integer", "Its place in the market's order, 0 for the mildest.")]


@dataclass(frozen=True, kw_only=True)
class MeasureRow(Edition):
    """One row per penalty of a pack."""

    measure: Annotated[str, Column("varchar", "The penalty.")]
    measure_rank: Annotated[int, Column("integer", "Its place in the pack's list of measures, 0 for the mildest.")]
    stops_sales: Annotated[bool, Column("boolean", "Whether an account under it may not sell.")]
    holds_commission: Annotated[bool, Column("boolean", "Whether what an account under it earns is held.")]


@dataclass(frozen=True, kw_only=True)
class RenamedRow(Edition):
    """One row per part of a pack that had another name in versions before, and pack that these are of."""

    former_pack: Annotated[str, Column("varchar", "The pack of these versions: its own, or one that it continues.")]
    part: Annotated[str, Column("varchar", "`programme`, `rule`, `zone`, `eligibility`, `condition` or `bonus`.")]
    part_of: Annotated[
        str, Column("varchar", "Of a rule or a zone its programme, of a condition its eligibility; else empty.")
    ]
    was: Annotated[str, Column("varchar", "The name before.")]
    name: Annotated[str, Column("varchar", "The name from the first day of this version on.")]


@dataclass(frozen=True, kw_only=True)
class EndsRunningRow(Edition):
    """One row per measure or reward that runs when a version begins and ends with it, and pack that brought it."""

    former_pack: Annotated[str, Column("varchar", "The pack that brought it: its own, or one that it continues.")]
    measure: Annotated[str, Column("varchar", "The measure or the reward.")]


@dataclass(frozen=True, kw_only=True)
class LimitsRow(Edition):
    """One row per pack, with what it says is too unusual to be released before a person has seen it."""

    usual_spreads: Annotated[
        Decimal | None,
        Column("decimal(18, 2)", "So many usual spreads a number may be from what is usual; null where it isn't said."),
    ]
    share_changed: Annotated[
        Decimal | None, Column("decimal(18, 2)", "By this share a list may grow or shrink; null where it isn't said.")
    ]
    same_event_twice: Annotated[
        Decimal | None, Column("decimal(18, 2)", "This share of violations may have a twin; null where it isn't said.")
    ]
    words_without_effect: Annotated[
        Decimal | None,
        Column("decimal(18, 2)", "This share of a feed's rows may have a word that nothing counts; null if not said."),
    ]


@dataclass(frozen=True, kw_only=True)
class WordRow(Edition):
    """One row per word of feeds that something of a pack goes by, or that it says is without effect."""

    vocabulary: Annotated[str, Column("varchar", "`violation_types`, `severities`, `activities` or `metrics`.")]
    violation_type: Annotated[
        str | None, Column("varchar", "Of a severity, the type whose rule reads it; null for any type.")
    ]
    word: Annotated[str, Column("varchar", "The word, as the feeds spell it.")]


@dataclass(frozen=True, kw_only=True)
class CalendarPeriodRow(Row):
    """One row per stretch of days from one day of a calendar until the next."""

    edition_id: Annotated[str, Column("varchar", "The edition: its market, its pack and its version, as one key.")]
    market: Annotated[str, Column("varchar", "The market that the pack decides for.")]
    pack: Annotated[str, Column("varchar", "The pack.")]
    version: Annotated[int, Column("integer", "The pack's version.")]
    calendar: Annotated[str, Column("varchar", "The calendar.")]
    period: Annotated[int, Column("integer", "Number of the period.")]
    period_from: Annotated[date, Column("date", "First day of the period.")]
    period_until: Annotated[date, Column("date", "First day of the next.")]


@dataclass(frozen=True, kw_only=True)
class ActivityNamedRow(Row):
    """One row per activity that something in a pack goes by."""

    activity: Annotated[str, Column("varchar", "The activity.")]


@dataclass(frozen=True, kw_only=True)
class AskedNightRow(Row):
    """One row per night that is asked about besides the one being decided; none in a nightly run."""

    night: Annotated[date, Column("date", "The night.")]
    lists_alone: Annotated[
        bool, Column("boolean", "Whether the lists of it are wanted alone, and not where each account stands.")
    ] = False
