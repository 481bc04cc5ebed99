"""What becomes an entry, and how much it adds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from evenhand.policy.tables.row import Column, Edition


@dataclass(frozen=True, kw_only=True)
class EntryRuleRow(Edition):
    """One row per type of event, and severity where it matters, that a rule of a programme counts."""

    rule_no: Annotated[int, Column("integer", "The rule, by number.")]
    programme: Annotated[str, Column("varchar", "The programme of the pack.")]
    unit: Annotated[str, Column("varchar", "What the programme counts, in the singular.")]
    rule: Annotated[str, Column("varchar", "The rule, as reasons quote it.")]
    source: Annotated[str, Column("varchar", "What its number is, or which feed the event comes from.")]
    event_type: Annotated[str, Column("varchar", "The type of violation or the activity that it counts.")]
    severity: Annotated[str | None, Column("varchar", "Only this severity; null for any.")]
    content_age_at_most_days: Annotated[int | None, Column("integer", "Only content at most so old at the decision.")]
    amount_by: Annotated[
        str, Column("varchar", "`event`, `reviewer`, `unit`, `step` or `relief`: where the amount comes from.")
    ]
    amount: Annotated[
        Decimal | None,
        Column("decimal(18, 2)", "What an entry, a unit or a step adds, or a relief takes at most."),
    ]
    reviewer_at_least: Annotated[Decimal | None, Column("decimal(18, 2)", "Least that a reviewer can give.")]
    reviewer_at_most: Annotated[Decimal | None, Column("decimal(18, 2)", "Most that a reviewer can give.")]
    step_of: Annotated[Decimal | None, Column("decimal(18, 2)", "How many units make a whole step.")]
    takes_from: Annotated[
        str | None, Column("varchar", "What a relief takes from: `newest`, `oldest`, `same_type` or `violation`.")
    ]
    counts_once_per: Annotated[str, Column("varchar", "What events share that are one entry.")]
    lasts_days: Annotated[
        int | None, Column("integer", "Days that an entry counts, the first included; null if it counts for ever.")
    ]
    lasts_until: Annotated[str | None, Column("varchar", "The calendar on whose next day it counts no longer.")]
    clock_starts_with: Annotated[str | None, Column("varchar", "The activity from which its days run.")]
    ends_only_after: Annotated[str | None, Column("varchar", "The activity before which it doesn't end.")]
    paused_by: Annotated[str | None, Column("varchar", "The activity during which its days don't run.")]
    ended_by: Annotated[str | None, Column("varchar", "The activity naming the violation that ends it.")]
    picked_by: Annotated[
        str | None, Column("varchar", "`spacing`, `every` or `grace` where events are picked one after the other.")
    ]
    not_again_within_days: Annotated[
        int | None, Column("integer", "With spacing: days in which a second event doesn't count.")
    ]
    every_count: Annotated[int | None, Column("integer", "With every: how many events make an entry.")]
    every_within_days: Annotated[int | None, Column("integer", "With every: within how many days.")]
    grace_training: Annotated[str | None, Column("varchar", "With grace: the training that makes it a warning again.")]
    grace_same_type_days: Annotated[
        int | None, Column("integer", "With grace: days after it in which one of the same type doesn't only warn.")
    ]
    answer: Annotated[str | None, Column("varchar", "The activity that must, or must not, follow.")]
    answer_wanted: Annotated[bool | None, Column("boolean", "Whether it must follow.")]
    answer_within_days: Annotated[int | None, Column("integer", "Days to the deadline.")]
    extended_by: Annotated[str | None, Column("varchar", "The activity that moves the deadline.")]
    extension_days: Annotated[int | None, Column("integer", "By how many days.")]
    is_conditional: Annotated[bool, Column("boolean", "Whether when an entry counts hangs on more than its own day.")]
    has_company: Annotated[bool, Column("boolean", "Whether a rule of the programme looks from one entry at another.")]
    is_recent: Annotated[
        bool, Column("boolean", "Whether it counts activities that are looked at for some weeks only.")
    ]
    burden: Annotated[int, Column("integer", "1 where what weighs on an account is positive, -1 where it is negative.")]


@dataclass(frozen=True, kw_only=True)
class MultiplierRow(Edition):
    """One row per factor on a rule's amount."""

    rule_no: Annotated[int, Column("integer", "The rule, by number.")]
    multiplier: Annotated[int, Column("integer", "Its place in the rule.")]
    factor: Annotated[Decimal, Column("decimal(18, 2)", "The factor.")]
    from_occurrence: Annotated[int | None, Column("integer", "Applies from the so-manieth violation of a type on.")]
    within_days: Annotated[int | None, Column("integer", "Within how many days.")]
    metric: Annotated[str | None, Column("varchar", "The metric that is read or looked up.")]
    at_least: Annotated[Decimal | None, Column("decimal(18, 4)", "How large the metric must be.")]


@dataclass(frozen=True, kw_only=True)
class ReliefNotGivenRow(Edition):
    """One row per rule whose entries keep a relief from being given."""

    rule_no: Annotated[int, Column("integer", "The rule, by number.")]
    programme: Annotated[str, Column("varchar", "The programme of the pack.")]
    not_with_rule: Annotated[str, Column("varchar", "The rule whose entries prevent it.")]


@dataclass(frozen=True, kw_only=True)
class CarriedOverRow(Edition):
    """One row per programme that takes over another one's entries."""

    programme: Annotated[str, Column("varchar", "The programme of the pack.")]
    from_programme: Annotated[str, Column("varchar", "The programme whose entries are taken over.")]
    times: Annotated[Decimal, Column("decimal(18, 2)", "How many times each counts.")]


@dataclass(frozen=True, kw_only=True)
class LedgerRow(Edition):
    """One row per programme and ledger that its number comes from in the end."""

    programme: Annotated[str, Column("varchar", "The programme of the pack.")]
    ledger: Annotated[str, Column("varchar", "The programme whose entries they are.")]
