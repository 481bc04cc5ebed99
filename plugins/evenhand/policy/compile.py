"""Compile packs to the tables of the warehouse's `policy` schema, which the dbt models join with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from evenhand.policy.language.calendar import FIRST_YEAR
from evenhand.policy.language.effects import Effect
from evenhand.policy.language.entries import EntryRule
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import EMERGENCY
from evenhand.policy.language.programme import RISING, Programme
from evenhand.policy.language.recent import RECENT, eligibility_reads_recent, reads_recent
from evenhand.policy.load import LoadedPack

# Each table has a row per market, so that a model joins on market and day and never asks which pack it is.
_EDITION = "market varchar, effective_from date, effective_until date, pack varchar, version integer"
TABLES = {
    "packs": (
        f"{_EDITION}, sha256 varchar, appeal_route varchar, file_within_days integer, appeals_at_most integer,"
        " again_within_days integer, partly_granted varchar, onboarding_days integer, pilot_days integer"
    ),
    "measures": (f"{_EDITION}, measure varchar, measure_rank integer, puts_on_probation boolean, stops_sales boolean"),
    "limits": (
        f"{_EDITION}, usual_spreads decimal(18, 2), share_changed decimal(18, 2), same_event_twice decimal(18, 2)"
    ),
    "kinds": f"{_EDITION}, programme varchar, kind varchar",
    "programmes": (
        f"{_EDITION}, programme varchar, unit varchar, source varchar, metric varchar, level integer, is_read boolean,"
        " has_effects_without_entries boolean,"
        " starts_at decimal(18, 2), never_below decimal(18, 2), never_above decimal(18, 2), kept_per varchar,"
        " begins_with varchar, ends_with varchar, evaluated varchar, falls_after_days integer, never_falls boolean,"
        " fires_on_each_rise boolean, has_company boolean, is_recent boolean"
    ),
    "entry_rules": (
        f"{_EDITION}, rule_no integer, programme varchar, unit varchar, rule varchar, source varchar,"
        " event_type varchar, severity varchar, content_age_at_most_days integer, amount_by varchar,"
        " amount decimal(18, 2), reviewer_at_least decimal(18, 2), reviewer_at_most decimal(18, 2),"
        " step_of decimal(18, 2), takes_from varchar, counts_once_per varchar, lasts_days integer, lasts_until varchar,"
        " clock_starts_with varchar, ends_only_after varchar, paused_by varchar, ended_by varchar, picked_by varchar,"
        " not_again_within_days integer, every_count integer, every_within_days integer, grace_training varchar,"
        " grace_same_type_days integer, answer varchar, answer_wanted boolean, answer_within_days integer,"
        " extended_by varchar, extension_days integer, is_conditional boolean, has_company boolean, is_recent boolean,"
        " burden integer"
    ),
    "multipliers": (
        f"{_EDITION}, rule_no integer, multiplier integer, factor decimal(18, 2), from_occurrence integer,"
        " within_days integer, metric varchar, at_least decimal(18, 4)"
    ),
    "reliefs_not_given": f"{_EDITION}, rule_no integer, programme varchar, not_with_rule varchar",
    "carried_over": f"{_EDITION}, programme varchar, from_programme varchar, times decimal(18, 2)",
    "ledgers": f"{_EDITION}, programme varchar, ledger varchar",
    "inputs": (
        f"{_EDITION}, programme varchar, level integer, source varchar, input_no integer, input varchar, role varchar,"
        " weight decimal(18, 4), whole_at_least decimal(18, 4), part_at_least decimal(18, 4), comparator varchar,"
        " bound decimal(18, 4), peer_group varchar"
    ),
    "zones": (
        f"{_EDITION}, programme varchar, zone varchar, zone_rank integer, comparator varchar, bound decimal(18, 4),"
        " value_from decimal(28, 10), value_below decimal(28, 10), is_rising boolean, is_missing boolean,"
        " is_resting boolean, warned_within decimal(18, 4)"
    ),
    "effects": (
        f"{_EDITION}, programme varchar, zone varchar, effect integer, list varchar, measure varchar,"
        " measure_rank integer, scope varchar, length varchar, days integer, until_calendar varchar,"
        " until_nth integer, and_until varchar, appeal_days integer, starts_after_days integer, extends boolean,"
        " shortened_by varchar, shortened_to_days integer, quota_activity varchar, quota_at_most integer,"
        " quota_calendar varchar"
    ),
    "followers": (
        f"{_EDITION}, programme varchar, zone varchar, effect integer, measure varchar, measure_rank integer,"
        " scope varchar"
    ),
    "rewards": f"{_EDITION}, programme varchar, zone varchar, reward varchar, scope varchar, is_recent boolean",
    "eligibility": f"{_EDITION}, eligibility varchar, kind varchar, stays_eligible boolean",
    "eligibility_tests": (
        f"{_EDITION}, eligibility varchar, condition varchar, kind varchar, asked_from date, asked_until date,"
        " test integer, programme varchar, without_measure varchar, comparator varchar, bound decimal(18, 4),"
        " missing_holds boolean"
    ),
    "eligibility_effects": (
        f"{_EDITION}, eligibility varchar, list varchar, measure varchar, measure_rank integer, scope varchar,"
        " is_recent boolean"
    ),
    "bonuses": (
        f"{_EDITION}, bonus varchar, activity varchar, scope varchar, pays decimal(18, 2),"
        " at_most_per_subject decimal(18, 2), at_most_per_account decimal(18, 2), budget decimal(18, 2),"
        " calendar varchar, eligibility varchar"
    ),
    "calendar_periods": (
        "market varchar, pack varchar, version integer, calendar varchar, period integer, period_from date,"
        " period_until date"
    ),
    "activities_named": "activity varchar",
    "asked_nights": "night date",
}

Row = tuple[Any, ...]


def compile_packs(
    packs: Sequence[LoadedPack], warehouse: Path | duckdb.DuckDBPyConnection, asked_nights: Iterable[date] = ()
) -> dict[str, int]:
    """Write every pack's rules, replacing what was there, in one transaction.

    Args:
        warehouse: the DuckDB file, or a connection whose transaction the caller commits.
        asked_nights: nights whose measures are wanted besides the one that the models are run for.

    Returns:
        Rows per table.
    """
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    for loaded in packs:
        for edition in _editions(loaded.pack):
            for table, row in _rows(loaded, edition):
                rows[table].append(row)
    # Rules are named by number, so that ten million entries carry an integer.
    numbers: dict[Any, int] = {}
    for table in ("entry_rules", "multipliers", "reliefs_not_given"):
        at = len(_EDITION.split(", "))
        rows[table] = [(*r[:at], numbers.setdefault(r[at], len(numbers)), *r[at + 1 :]) for r in rows[table]]
    named = {activity for loaded in packs for activity in loaded.pack.activities_named()}
    rows["activities_named"] = [(activity,) for activity in sorted(named)]
    rows["asked_nights"] = [(night,) for night in sorted(set(asked_nights))]
    if isinstance(warehouse, Path):
        warehouse.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(warehouse)) as connection:
            connection.begin()
            _write(connection, rows)
            connection.commit()
    else:
        _write(warehouse, rows)
    return {table: len(rows[table]) for table in TABLES}


def _write(connection: duckdb.DuckDBPyConnection, rows: dict[str, list[Row]]) -> None:
    connection.execute("create schema if not exists policy")
    for table, columns in TABLES.items():
        connection.execute(f"create or replace table policy.{table} ({columns})")
        if rows[table]:
            marks = ", ".join("unnest(?)" for _ in rows[table][0])
            by_column = [list(column) for column in zip(*rows[table], strict=True)]
            connection.execute(f"insert into policy.{table} select {marks}", by_column)


def _editions(pack: Pack) -> Iterator[Row]:
    for market in pack.markets:
        yield market, pack.effective_from, pack.effective_until, pack.pack, pack.version


def _rows(loaded: LoadedPack, edition: Row) -> Iterator[tuple[str, Row]]:
    pack = loaded.pack
    a = pack.appeals
    appeals = (a.file_within_days, a.at_most, a.again_within_days, a.partly_granted)
    stages = (pack.stages.onboarding_days, pack.stages.pilot_days)
    yield "packs", (*edition, loaded.sha256, pack.appeal_route, *appeals, *stages)
    limits = pack.limits
    yield "limits", (*edition, limits.usual_spreads, limits.share_changed, limits.same_event_twice)
    for zone_rank, measure in enumerate(pack.measures):
        on_probation = measure in (pack.stages.probation or pack.measures[:1])
        yield "measures", (*edition, measure, zone_rank, on_probation, measure in pack.stops_sales)
    read = {name for programme in pack.programmes.values() for name in programme.inputs()} | {
        test.programme
        for eligibility in pack.eligibility.values()
        for condition in eligibility.conditions
        for test in condition.tests()
    }
    # What people impose themselves has a ledger in every market.
    yield "ledgers", (*edition, EMERGENCY, EMERGENCY)
    for name, programme in pack.programmes.items():
        yield from _programme_rows(pack, edition, name, programme, name in read)
    for name, eligibility in pack.eligibility.items():
        for kind in eligibility.applies_to or pack.applies_to:
            yield "eligibility", (*edition, name, kind, eligibility.stays_eligible)
            for condition in eligibility.conditions:
                if condition.applies_to and kind not in condition.applies_to:
                    continue
                asked = _asked(edition, condition.effective_from, condition.effective_until)
                for number, test in enumerate(condition.tests()):
                    yield "eligibility_tests", (
                        *edition, name, condition.condition, kind, *asked, number, test.programme, test.without_measure,
                        *(test.comparison or (None, None)), test.if_missing == "holds",
                    )  # fmt: skip
        for effect in (*eligibility.while_eligible, *eligibility.while_not_eligible):
            yield "eligibility_effects", (
                *edition, name, "penalties" if effect.measure else "rewards", effect.measure or effect.reward,
                pack.measures.index(effect.measure) if effect.measure else None, effect.scope,
                eligibility_reads_recent(pack, eligibility),
            )  # fmt: skip
    for name, bonus in pack.bonuses.items():
        yield "bonuses", (
            *edition, name, bonus.activity, bonus.scope, bonus.pays, bonus.at_most_per_subject,
            bonus.at_most_per_account, bonus.budget, bonus.per, bonus.eligibility,
        )  # fmt: skip
    market, _, _, pack_name, version = edition
    for name, calendar in pack.calendars.items():
        # The years before the first day of a calendar are one period.
        days = [date(FIRST_YEAR - 100, 1, 1), *calendar.days()]
        for period, (first, following) in enumerate(pairwise(days)):
            yield "calendar_periods", (market, pack_name, version, name, period, first, following)


def _programme_rows(
    pack: Pack, edition: Row, name: str, programme: Programme, is_read: bool
) -> Iterator[tuple[str, Row]]:
    balance, has_company = programme.balance, any(_looks_at_others(rule) for rule in programme.entries)
    rising = not any(zone.comparison and zone.comparison[0] not in RISING for zone in programme.zones)
    # Zones that bring something to accounts of which nothing is known.
    resting = (
        programme.zones[0].zone if programme.source == "entries" else programme.missing_is or programme.zones[0].zone
    )
    has_effects_without_entries = not programme.begins_with and any(
        zone.measures for zone in programme.zones if zone.zone == resting
    )
    yield "programmes", (
        *edition, name, programme.unit, programme.source, programme.metric, pack.level(name), is_read,
        has_effects_without_entries, balance.start, balance.at_least, balance.at_most, programme.kept_per,
        programme.begins_with, programme.ends_with, programme.evaluated,
        programme.falls_after_days, programme.never_falls, programme.fires == "on_each_rise", has_company,
        reads_recent(pack, name),
    )  # fmt: skip
    for kind in programme.applies_to or pack.applies_to:
        yield "kinds", (*edition, name, kind)
    for rule in programme.entries:
        yield from _entry_rule_rows(edition, name, programme.unit, rule, has_company, 1 if rising else -1)
    if carried := programme.carries_over:
        yield "carried_over", (*edition, name, carried.programme, carried.times)
    yield from (("inputs", row) for row in _inputs(pack, edition, name, programme))
    yield from (("ledgers", (*edition, name, ledger)) for ledger in sorted(_ledgers(pack, name)))
    missing = programme.missing_is or programme.zones[0].zone
    ledger = programme.source == "entries" and not programme.begins_with
    # From the first value of each zone on, the stricter one takes over.
    edges = [_edge(*zone.comparison) if zone.comparison else None for zone in programme.zones]
    for zone_rank, zone in enumerate(programme.zones):
        own, stricter = edges[zone_rank], edges[zone_rank + 1] if zone_rank + 1 < len(edges) else None
        stretch = (own, stricter) if rising else (stricter, own)
        yield "zones", (
            *edition, name, zone.zone, zone_rank, *(zone.comparison or (None, None)), *stretch, rising,
            zone.zone == missing,
            zone_rank == 0 if ledger else zone.zone == missing, zone.warned_within,
        )  # fmt: skip
        for number, effect in enumerate(zone.measures):
            yield "effects", (*edition, name, zone.zone, number, *_effect(pack, effect))
            for follower in effect.then:
                yield "followers", (
                    *edition, name, zone.zone, number, follower.measure, pack.measures.index(follower.measure),
                    follower.scope,
                )  # fmt: skip
    for reward in programme.rewards:
        for zone_name in reward.zones:
            yield "rewards", (*edition, name, zone_name, reward.reward, reward.scope, reads_recent(pack, name))


def _entry_rule_rows(
    edition: Row, programme: str, unit: str, rule: EntryRule, has_company: bool, burden: int
) -> Iterator[tuple[str, Row]]:
    market, _, _, pack, version = edition
    asked = _asked(edition, rule.effective_from, rule.effective_until)
    own = (market, *asked, pack, version)
    for source, types in (("violation", rule.violation_types), ("activity", rule.activities)):
        for event_type in types:
            for severity, amount in _amounts(rule):
                number = (*own, programme, rule.rule)
                answer = rule.followed_by or rule.not_followed_by
                yield "entry_rules", (
                    *own, number, programme, unit, rule.rule, source, event_type, severity,
                    rule.content_age_at_most_days, _amount_by(rule), amount,
                    rule.amount_by_reviewer.at_least if rule.amount_by_reviewer else None,
                    rule.amount_by_reviewer.at_most if rule.amount_by_reviewer else None,
                    rule.amount_per_step.of if rule.amount_per_step else None,
                    rule.relief.takes_from if rule.relief else None,
                    rule.counts_once_per, rule.lasts_days, rule.lasts_until, rule.clock_starts_with,
                    rule.ends_only_after, rule.paused_by, rule.ended_by, _picked_by(rule), rule.not_again_within_days,
                    rule.every.count if rule.every else None, rule.every.within_days if rule.every else None,
                    rule.grace.training if rule.grace else None, rule.grace.same_type_days if rule.grace else None,
                    answer.activity if answer else None, rule.followed_by is not None if answer else None,
                    answer.within_days if answer else None, answer.extended_by if answer else None,
                    answer.extension_days if answer else None, _needs_care(rule), has_company,
                    bool(RECENT.keys() & set(rule.activities)), burden,
                )  # fmt: skip
    for position, factor in enumerate(rule.multiplied):
        yield "multipliers", (
            *own, (*own, programme, rule.rule), position, factor.by, factor.from_occurrence, factor.within_days,
            factor.metric, factor.at_least,
        )  # fmt: skip
    if rule.relief:
        for not_with in rule.relief.not_with_rules:
            yield "reliefs_not_given", (*own, (*own, programme, rule.rule), programme, not_with)


def _asked(edition: Row, effective_from: date | None, effective_until: date | None) -> tuple[date, date | None]:
    """The days of a rule inside its pack's."""
    _, pack_from, pack_until, _, _ = edition
    ends = [day for day in (pack_until, effective_until) if day]
    return max(pack_from, effective_from or pack_from), min(ends, default=None)


def _amounts(rule: EntryRule) -> list[tuple[str | None, Any]]:
    if rule.amount_by_severity:
        return list(rule.amount_by_severity.items())
    amount: Decimal | None
    if rule.amount_per_step:
        amount = rule.amount_per_step.amount
    elif rule.relief:
        amount = rule.relief.amount
    else:
        amount = rule.amount if rule.amount is not None else rule.amount_per_unit
    return [(severity, amount) for severity in rule.severities or (None,)]


def _amount_by(rule: EntryRule) -> str:
    if rule.amount_by_reviewer:
        return "reviewer"
    if rule.amount_per_unit is not None:
        return "unit"
    if rule.amount_per_step:
        return "step"
    return "relief" if rule.relief else "event"


def _needs_care(rule: EntryRule) -> bool:
    """Whether when an entry counts hangs on more than its own day."""
    return any(
        (rule.followed_by, rule.not_followed_by, rule.lasts_until, rule.clock_starts_with, rule.ends_only_after,
         rule.paused_by, rule.ended_by)
    )  # fmt: skip


def _looks_at_others(rule: EntryRule) -> bool:
    """Whether what an entry counts hangs on other entries of the programme."""
    return bool(rule.counts_once_per != "violation" or _picked_by(rule) or rule.multiplied or rule.relief)


def _picked_by(rule: EntryRule) -> str | None:
    if rule.not_again_within_days:
        return "spacing"
    if rule.every:
        return "every"
    return "grace" if rule.grace else None


def _inputs(pack: Pack, edition: Row, name: str, programme: Programme) -> Iterator[Row]:
    level, nothing = pack.level(name), (None, None, None)
    inputs: list[tuple[str, str, Row, Row, str | None]] = []
    if ratio := programme.ratio:
        least = (None, ratio.whole_at_least, ratio.part_at_least)
        inputs = [(ratio.part, "part", least, (None, None), None), (ratio.whole, "whole", least, (None, None), None)]
    inputs += [(w.programme, "value", (w.weight, None, None), (None, None), None) for w in programme.weighted]
    inputs += [(other, "value", nothing, (None, None), None) for other in programme.first_of]
    if programme.same_as:
        inputs.append((programme.same_as, "value", nothing, (None, None), None))
    if programme.peers:
        inputs.append((programme.peers.programme, "value", nothing, (None, None), programme.peers.group))
    inputs += [(p.programme, "proof", nothing, p.comparison or (), None) for p in programme.exists_when]
    for number, (other, role, numbers, comparison, group) in enumerate(inputs):
        yield (*edition, name, level, programme.source, number, other, role, *numbers, *comparison, group)


# The smallest step between two values that are read, by which "more than" becomes "at least".
_STEP = Decimal(1).scaleb(-10)


def _edge(comparator: str, bound: Decimal) -> Decimal:
    """Where a zone's values begin or, where zones fall, the first value that is no longer in it."""
    return bound + _STEP if comparator in ("more_than", "at_most") else bound


def _ledgers(pack: Pack, programme: str) -> set[str]:
    """The ledgers that a programme's value comes from in the end."""
    if pack.programmes[programme].source == "entries":
        return {programme}
    return {ledger for name in pack.programmes[programme].inputs() for ledger in _ledgers(pack, name)}


def _effect(pack: Pack, effect: Effect) -> Row:
    length = (
        "days" if effect.days else "permanent" if effect.permanent else "zone" if effect.while_in_zone
        else "calendar" if effect.until else "appeal"
    )  # fmt: skip
    shortening, quota = effect.shortened_by, effect.quota
    return (
        "penalties" if effect.measure else "rewards", effect.name,
        pack.measures.index(effect.measure) if effect.measure else None, effect.scope, length, effect.days,
        effect.until, effect.until_nth, effect.and_until, effect.appeal_days, effect.starts_after_days,
        effect.overlap == "extend", shortening.activity if shortening else None,
        shortening.to_days if shortening else None, quota.activity if quota else None,
        quota.at_most if quota else None, quota.per if quota else None,
    )  # fmt: skip
