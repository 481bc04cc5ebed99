"""What a programme reads, and the zones that its values fall in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from evenhand.policy.tables.row import Column, Edition


@dataclass(frozen=True, kw_only=True)
class ProgrammeRow(Edition):
    """One row per programme, with how its number is read."""

    programme: Annotated[str, Column("varchar", "The programme of the pack.")]
    unit: Annotated[str, Column("varchar", "What the programme counts, in the singular.")]
    source: Annotated[str, Column("varchar", "What its number is, or which feed the event comes from.")]
    metric: Annotated[str | None, Column("varchar", "The metric that is read or looked up.")]
    level: Annotated[int, Column("integer", "How many programmes deep the number is made of others.")]
    is_read: Annotated[bool, Column("boolean", "Whether another programme or an eligibility reads it.")]
    has_effects_without_entries: Annotated[
        bool, Column("boolean", "Whether a zone brings something to accounts of which nothing is known.")
    ]
    starts_at: Annotated[Decimal, Column("decimal(18, 2)", "The balance of an empty ledger.")]
    never_below: Annotated[Decimal | None, Column("decimal(18, 2)", "The balance is never read as less.")]
    never_above: Annotated[Decimal | None, Column("decimal(18, 2)", "The balance is never read as more.")]
    kept_per: Annotated[str | None, Column("varchar", "What a balance is kept for, each by itself.")]
    begins_with: Annotated[str | None, Column("varchar", "The activity with which it begins for an account.")]
    ends_with: Annotated[str | None, Column("varchar", "The activity with which it ends.")]
    evaluated: Annotated[
        str | None, Column("varchar", "The calendar on whose days it is looked at; null for every night.")
    ]
    falls_after_days: Annotated[int | None, Column("integer", "Days that a stricter zone is held after it was left.")]
    never_falls: Annotated[bool, Column("boolean", "Whether a stricter zone is held for ever.")]
    fires_on_each_rise: Annotated[
        bool, Column("boolean", "Whether measures begin again at each step of the value within a zone.")
    ]
    has_company: Annotated[bool, Column("boolean", "Whether a rule of the programme looks from one entry at another.")]
    is_recent: Annotated[
        bool, Column("boolean", "Whether its value comes from activities that are looked at for some weeks only.")
    ]


@dataclass(frozen=True, kw_only=True)
class KindRow(Edition):
    """One row per programme and kind of account that it is for."""

    programme: Annotated[str, Column("varchar", "The programme of the pack.")]
    kind: Annotated[str, Column("varchar", "The kind of account, as the feed creators spells it.")]


@dataclass(frozen=True, kw_only=True)
class InputRow(Edition):
    """One row per programme that another one's number is made of."""

    programme: Annotated[str, Column("varchar", "The programme of the pack.")]
    level: Annotated[int, Column("integer", "How many programmes deep the number is made of others.")]
    source: Annotated[str, Column("varchar", "What its number is, or which feed the event comes from.")]
    input_no: Annotated[int, Column("integer", "Its place among the inputs.")]
    input: Annotated[str, Column("varchar", "The programme that is read.")]
    role: Annotated[str, Column("varchar", "`value`, `part`, `whole`, or `proof` that the value exists.")]
    weight: Annotated[Decimal, Column("decimal(18, 4)", "Its weight in a weighted sum.")]
    whole_at_least: Annotated[Decimal, Column("decimal(18, 4)", "A smaller whole gives no ratio.")]
    part_at_least: Annotated[Decimal, Column("decimal(18, 4)", "A smaller part gives the ratio 0.")]
    comparator: Annotated[str, Column("varchar", "`at_least`, `more_than`, `at_most` or `less_than`.")]
    bound: Annotated[Decimal, Column("decimal(18, 4)", "What is compared with.")]
    peer_group: Annotated[str, Column("varchar", "Whom an account is compared with.")]


@dataclass(frozen=True, kw_only=True)
class ZoneRow(Edition):
    """One row per zone of a programme."""

    programme: Annotated[str, Column("varchar", "The programme of the pack.")]
    zone: Annotated[str, Column("varchar", "The zone.")]
    zone_rank: Annotated[int, Column("integer", "Its place in the ladder, 0 for the mildest.")]
    comparator: Annotated[str | None, Column("varchar", "`at_least`, `more_than`, `at_most` or `less_than`.")]
    bound: Annotated[Decimal | None, Column("decimal(18, 4)", "What is compared with.")]
    value_from: Annotated[Decimal | None, Column("decimal(28, 10)", "The first value in the zone; null for all below.")]
    value_below: Annotated[Decimal | None, Column("decimal(28, 10)", "The first value beyond it; null for all above.")]
    is_rising: Annotated[bool, Column("boolean", "Whether stricter zones have larger values.")]
    is_missing: Annotated[bool, Column("boolean", "Whether it is the zone of a missing value.")]
    is_resting: Annotated[bool, Column("boolean", "Whether it is the zone of an account that nothing is known of.")]
    warned_within: Annotated[
        Decimal | None,
        Column("decimal(18, 4)", "An account in a milder zone so far from this one is told to be near; null for none."),
    ]
