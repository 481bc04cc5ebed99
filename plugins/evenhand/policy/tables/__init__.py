"""The tables that packs are compiled to, each defined once: its DDL, dbt's sources and its rows come from its class."""

from __future__ import annotations

from collections.abc import Mapping

from evenhand.policy.tables.effects import (
    BonusKindRow,
    BonusRow,
    EffectRow,
    EligibilityEffectRow,
    EligibilityRow,
    EligibilityTestRow,
    FollowerRow,
    RewardRow,
)
from evenhand.policy.tables.entries import CarriedOverRow, EntryRuleRow, LedgerRow, MultiplierRow, ReliefNotGivenRow
from evenhand.policy.tables.packs import (
    ActivityNamedRow,
    AskedNightRow,
    CalendarPeriodRow,
    ContinuedRow,
    EndsRunningRow,
    KindJudgedRow,
    LimitsRow,
    MeasureOrderRow,
    MeasureRow,
    PackRow,
    ProbationRow,
    RenamedRow,
    StageRow,
    WordRow,
)
from evenhand.policy.tables.row import Row
from evenhand.policy.tables.values import InputRow, KindRow, ProgrammeRow, ZoneRow

TABLES: Mapping[str, type[Row]] = {
    "packs": PackRow,
    "kinds_judged": KindJudgedRow,
    "continued": ContinuedRow,
    "measures": MeasureRow,
    "measures_order": MeasureOrderRow,
    "stages": StageRow,
    "probation": ProbationRow,
    "ends_running": EndsRunningRow,
    "renamed": RenamedRow,
    "limits": LimitsRow,
    "words": WordRow,
    "kinds": KindRow,
    "programmes": ProgrammeRow,
    "entry_rules": EntryRuleRow,
    "multipliers": MultiplierRow,
    "reliefs_not_given": ReliefNotGivenRow,
    "carried_over": CarriedOverRow,
    "ledgers": LedgerRow,
    "inputs": InputRow,
    "zones": ZoneRow,
    "effects": EffectRow,
    "followers": FollowerRow,
    "rewards": RewardRow,
    "eligibility": EligibilityRow,
    "eligibility_tests": EligibilityTestRow,
    "eligibility_effects": EligibilityEffectRow,
    "bonuses": BonusRow,
    "bonus_kinds": BonusKindRow,
    "calendar_periods": CalendarPeriodRow,
    "activities_named": ActivityNamedRow,
    "asked_nights": AskedNightRow,
}
