"""Compile packs to the tables of the warehouse's `policy` schema, which the dbt models join with.

Longer than other files, for a function for each part of a pack, of which nobody reads two at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise
from pathlib import Path
from typing import TypedDict

import duckdb

from evenhand.policy.bars_across import markets_with_a_recent_bar
from evenhand.policy.language.calendar import FIRST_YEAR
from evenhand.policy.language.effects import Effect
from evenhand.policy.language.eligibility import Eligibility
from evenhand.policy.language.entries import EntryRule
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import EMERGENCY
from evenhand.policy.language.programme import RISING, Programme
from evenhand.policy.language.recent import RECENT, eligibility_reads_recent, reads_recent
from evenhand.policy.load import LoadedPack
from evenhand.policy.tables import TABLES
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
from evenhand.policy.tables.row import Row, columns, ddl, edition_key
from evenhand.policy.tables.values import InputRow, KindRow, ProgrammeRow, ZoneRow
from evenhand.policy.words_known import words_known


class _Edition(TypedDict):
    """A pack in one of its markets."""

    edition_id: str
    market: str
    effective_from: date
    effective_before: date | None
    pack: str
    version: int


# Rules are named by number, so that ten million entries carry an integer.
_Numbers = dict[tuple[object, ...], int]


def compile_packs(
    packs: Sequence[LoadedPack],
    warehouse: Path | duckdb.DuckDBPyConnection,
    asked_nights: Iterable[date] = (),
    order: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, int]:
    """Write every pack's rules, replacing what was there, in one transaction.

    Args:
        warehouse: the DuckDB file, or a connection whose transaction the caller commits.
        asked_nights: nights whose measures are wanted besides the one that the models are run for.
        order: of markets with several packs, the order of their measures, mildest first.

    Returns:
        Rows per table.
    """
    numbers: _Numbers = {}
    rows = _read_by_conditions(
        _in_company(
            [row for loaded in packs for edition in _editions(loaded.pack) for row in _rows(loaded, edition, numbers)]
        )
    )
    rows = _barred_by_what_is_recent(rows, packs, order or {})
    rows += [
        row
        for loaded in packs
        for former in continued_packs(loaded.pack, [each.pack for each in packs])
        for edition in _editions(loaded.pack)
        for row in _rows_of_what_goes_on(loaded.pack, edition, former)
    ]
    named = {activity for loaded in packs for activity in loaded.pack.activities_named()}
    rows += [ActivityNamedRow(activity=activity) for activity in sorted(named)]
    rows += [
        MeasureOrderRow(market=market, measure=measure, order_rank=rank)
        for market, measures in sorted((order or {}).items())
        for rank, measure in enumerate(measures)
    ]
    rows += [AskedNightRow(night=night) for night in sorted(set(asked_nights))]
    if isinstance(warehouse, Path):
        warehouse.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(warehouse)) as connection:
            connection.begin()
            _write(connection, rows)
            connection.commit()
    else:
        _write(warehouse, rows)
    counts = Counter(type(row) for row in rows)
    return {name: counts[table] for name, table in TABLES.items()}


def _in_company(rows: Sequence[Row]) -> list[Row]:
    """The same, where a programme that looks from one entry at another in any version does so over all of them, and
    over all markets that have its name: entries go along with who moves."""
    of_programmes = [row for row in rows if isinstance(row, ProgrammeRow | EntryRuleRow)]
    looking = {row.programme for row in of_programmes if row.has_company}
    return [
        replace(row, has_company=True)
        if isinstance(row, ProgrammeRow | EntryRuleRow) and row.programme in looking
        else row
        for row in rows
    ]


def _read_by_conditions(rows: Sequence[Row]) -> list[Row]:
    """The same, with what conditions of any pack of the market read."""
    read = {(row.market, row.programme) for row in rows if isinstance(row, EligibilityTestRow)}
    return [
        replace(row, is_read=True) if isinstance(row, ProgrammeRow) and (row.market, row.programme) in read else row
        for row in rows
    ]


def _barred_by_what_is_recent(
    rows: Sequence[Row], packs: Sequence[LoadedPack], order: Mapping[str, Sequence[str]]
) -> list[Row]:
    """The same, where what shuts an eligibility is brought by another pack by what is looked at for some weeks only."""
    if not any(reads_recent(loaded.pack, name) for loaded in packs for name in loaded.pack.programmes):
        return list(rows)
    barred = {
        (edition_key(market, loaded.pack.pack, loaded.pack.version), name)
        for loaded in packs
        for name in loaded.pack.eligibility
        for market in markets_with_a_recent_bar(loaded.pack, name, packs, order)
    }
    return [
        replace(row, is_recent=True)
        if isinstance(row, EligibilityEffectRow) and (row.edition_id, row.eligibility) in barred
        else row
        for row in rows
    ]


def _write(connection: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> None:
    connection.execute("create schema if not exists policy")
    for name, table in TABLES.items():
        connection.execute(f"create or replace table policy.{name} ({ddl(table)})")
        of_table = [row for row in rows if type(row) is table]
        if of_table:
            by_column = {column: [getattr(row, column) for row in of_table] for column in columns(table)}
            values = ", ".join(f"unnest(?) as {column}" for column in by_column)
            connection.execute(f"insert into policy.{name} by name select {values}", list(by_column.values()))


def _editions(pack: Pack) -> Iterator[_Edition]:
    for market in pack.markets:
        yield _Edition(
            edition_id=edition_key(market, pack.pack, pack.version),
            market=market,
            effective_from=pack.effective_from,
            effective_before=_day_after(pack.effective_until),
            pack=pack.pack,
            version=pack.version,
        )


def _rows(loaded: LoadedPack, edition: _Edition, numbers: _Numbers) -> Iterator[Row]:
    pack = loaded.pack
    yield PackRow(
        **edition,
        sha256=loaded.sha256,
        timezone=pack.timezone,
        appeal_route=pack.appeal_route,
        file_within_days=pack.appeals.file_within_days,
        appeals_at_most=pack.appeals.at_most,
        again_within_days=pack.appeals.again_within_days,
        partly_granted=pack.appeals.partly_granted,
    )
    # Of several packs of a market the strictest holds of what is said; what none says is as Limits has it.
    said = {key: getattr(pack.limits, key) for key in pack.limits.model_fields_set}
    yield LimitsRow(
        **edition,
        usual_spreads=said.get("usual_spreads"),
        share_changed=said.get("share_changed"),
        same_event_twice=said.get("same_event_twice"),
        words_without_effect=said.get("words_without_effect"),
    )
    for vocabulary, violation_type, word in words_known(pack):
        yield WordRow(**edition, vocabulary=vocabulary, violation_type=violation_type, word=word)
    for kind in _kinds(pack):
        yield KindJudgedRow(**edition, kind=kind)
        yield StageRow(
            **edition,
            kind=kind,
            is_said=pack.says_stages,
            onboarding_days=pack.stages.onboarding_days,
            pilot_days=pack.stages.pilot_days,
        )
        yield from (ProbationRow(**edition, kind=kind, measure=measure) for measure in pack.stages.probation)
    for rank, measure in enumerate(pack.measures):
        yield MeasureRow(
            **edition,
            measure=measure,
            measure_rank=rank,
            stops_sales=measure in pack.stops_sales,
            holds_commission=measure in pack.holds_commission,
        )
    read = {name for programme in pack.programmes.values() for name in programme.inputs()}
    # What people impose themselves has a ledger in every market.
    yield LedgerRow(**edition, programme=EMERGENCY, ledger=EMERGENCY)
    for name, programme in pack.programmes.items():
        yield from _programme_rows(pack, edition, name, programme, name in read, numbers)
    for name, eligibility in pack.eligibility.items():
        yield from _eligibility_rows(pack, edition, name, eligibility)
    for name, bonus in pack.bonuses.items():
        yield BonusRow(
            **edition,
            bonus=name,
            activity=bonus.activity,
            scope=bonus.scope,
            pays=bonus.pays,
            at_most_per_subject=bonus.at_most_per_subject,
            at_most_per_account=bonus.at_most_per_account,
            budget=bonus.budget,
            calendar=bonus.per,
            eligibility=bonus.eligibility,
        )
        for kind in pack.applies_to:
            yield BonusKindRow(**edition, bonus=name, kind=kind)
    for name, calendar in pack.calendars.items():
        # The years before the first day of a calendar are one period.
        days = [date(FIRST_YEAR - 100, 1, 1), *calendar.days()]
        for period, (first, following) in enumerate(pairwise(days)):
            yield CalendarPeriodRow(
                edition_id=edition["edition_id"],
                market=edition["market"],
                pack=pack.pack,
                version=pack.version,
                calendar=name,
                period=period,
                period_from=first,
                period_until=following,
            )


def _kinds(pack: Pack) -> list[str]:
    """Every kind of account that something of the pack is for."""
    own = [kind for programme in pack.programmes.values() for kind in programme.applies_to]
    own += [kind for eligibility in pack.eligibility.values() for kind in eligibility.applies_to]
    return sorted({*pack.applies_to, *own})


def _eligibility_rows(pack: Pack, edition: _Edition, name: str, eligibility: Eligibility) -> Iterator[Row]:
    for kind in eligibility.applies_to or pack.applies_to:
        yield EligibilityRow(**edition, eligibility=name, kind=kind, stays_eligible=eligibility.stays_eligible)
        for condition in eligibility.conditions:
            if condition.applies_to and kind not in condition.applies_to:
                continue
            first, end = _asked(edition, condition.effective_from, condition.effective_until)
            for number, test in enumerate(condition.tests()):
                comparator, bound = test.comparison or (None, None)
                yield EligibilityTestRow(
                    **edition,
                    eligibility=name,
                    condition=condition.condition,
                    kind=kind,
                    asked_from=first,
                    asked_before=end,
                    test=number,
                    programme=test.programme,
                    of_pack=test.of_pack or pack.pack,
                    without_measure=test.without_measure,
                    comparator=comparator,
                    bound=bound,
                    missing_holds=test.if_missing == "holds",
                )
    for effect in (*eligibility.while_eligible, *eligibility.while_not_eligible):
        yield EligibilityEffectRow(
            **edition,
            eligibility=name,
            list="penalties" if effect.measure else "rewards",
            measure=effect.measure or effect.reward,
            measure_rank=pack.measures.index(effect.measure) if effect.measure else None,
            scope=effect.scope,
            is_recent=eligibility_reads_recent(pack, eligibility),
        )


def _programme_rows(
    pack: Pack, edition: _Edition, name: str, programme: Programme, is_read: bool, numbers: _Numbers
) -> Iterator[Row]:
    balance, has_company = programme.balance, any(_looks_at_others(rule) for rule in programme.entries)
    rising = not any(zone.comparison and zone.comparison[0] not in RISING for zone in programme.zones)
    # Zones that bring something to accounts of which nothing is known.
    resting = (
        programme.zones[0].zone if programme.source == "entries" else programme.missing_is or programme.zones[0].zone
    )
    yield ProgrammeRow(
        **edition,
        programme=name,
        unit=programme.unit,
        source=programme.source,
        metric=programme.metric,
        level=pack.level(name),
        is_read=is_read,
        has_effects_without_entries=not programme.begins_with
        and any(zone.measures for zone in programme.zones if zone.zone == resting),
        starts_at=balance.start,
        never_below=balance.at_least,
        never_above=balance.at_most,
        kept_per=programme.kept_per,
        begins_with=programme.begins_with,
        ends_with=programme.ends_with,
        evaluated=programme.evaluated,
        falls_after_days=programme.falls_after_days,
        never_falls=programme.never_falls,
        fires_on_each_rise=programme.fires == "on_each_rise",
        has_company=has_company,
        is_recent=reads_recent(pack, name),
    )
    for kind in programme.applies_to or pack.applies_to:
        yield KindRow(**edition, programme=name, kind=kind)
    for rule in programme.entries:
        yield from _entry_rule_rows(edition, name, programme.unit, rule, has_company, 1 if rising else -1, numbers)
    if carried := programme.carries_over:
        yield CarriedOverRow(**edition, programme=name, from_programme=carried.programme, times=carried.times)
    yield from _input_rows(pack, edition, name, programme)
    yield from (LedgerRow(**edition, programme=name, ledger=ledger) for ledger in sorted(_ledgers(pack, name)))
    yield from _zone_rows(pack, edition, name, programme, rising)
    for reward in programme.rewards:
        for zone_name in reward.zones:
            yield RewardRow(
                **edition,
                programme=name,
                zone=zone_name,
                reward=reward.reward,
                scope=reward.scope,
                is_recent=reads_recent(pack, name),
            )


def _zone_rows(pack: Pack, edition: _Edition, name: str, programme: Programme, rising: bool) -> Iterator[Row]:
    missing = programme.missing_is or programme.zones[0].zone
    ledger = programme.source == "entries" and not programme.begins_with
    # From the first value of each zone on, the stricter one takes over.
    edges = [edge_of(*zone.comparison) if zone.comparison else None for zone in programme.zones]
    for rank, zone in enumerate(programme.zones):
        own, stricter = edges[rank], edges[rank + 1] if rank + 1 < len(edges) else None
        comparator, bound = zone.comparison or (None, None)
        yield ZoneRow(
            **edition,
            programme=name,
            zone=zone.zone,
            zone_rank=rank,
            comparator=comparator,
            bound=bound,
            value_from=own if rising else stricter,
            value_below=stricter if rising else own,
            is_rising=rising,
            is_missing=zone.zone == missing,
            is_resting=rank == 0 if ledger else zone.zone == missing,
            warned_within=zone.warned_within,
        )
        for number, effect in enumerate(zone.measures):
            yield _effect_row(pack, edition, name, zone.zone, number, effect)
            for follower in effect.then:
                yield FollowerRow(
                    **edition,
                    programme=name,
                    zone=zone.zone,
                    effect=number,
                    measure=follower.measure,
                    measure_rank=pack.measures.index(follower.measure),
                    scope=follower.scope,
                )


def _entry_rule_rows(
    edition: _Edition,
    programme: str,
    unit: str,
    rule: EntryRule,
    has_company: bool,
    burden: int,
    numbers: _Numbers,
) -> Iterator[Row]:
    first, end = _asked(edition, rule.effective_from, rule.effective_until)
    own = _Edition(**{**edition, "effective_from": first, "effective_before": end})
    number = numbers.setdefault((*own.values(), programme, rule.rule), len(numbers))
    answer, reviewer = rule.followed_by or rule.not_followed_by, rule.amount_by_reviewer
    for source, types in (("violation", rule.violation_types), ("activity", rule.activities)):
        for event_type in types:
            for severity, amount in _amounts(rule):
                yield EntryRuleRow(
                    **own,
                    rule_no=number,
                    programme=programme,
                    unit=unit,
                    rule=rule.rule,
                    source=source,
                    event_type=event_type,
                    severity=severity,
                    content_age_at_most_days=rule.content_age_at_most_days,
                    amount_by=_amount_by(rule),
                    amount=amount,
                    reviewer_at_least=reviewer.at_least if reviewer else None,
                    reviewer_at_most=reviewer.at_most if reviewer else None,
                    step_of=rule.amount_per_step.of if rule.amount_per_step else None,
                    takes_from=rule.relief.takes_from if rule.relief else None,
                    counts_once_per=rule.counts_once_per,
                    lasts_days=rule.lasts_days,
                    lasts_until=rule.lasts_until,
                    clock_starts_with=rule.clock_starts_with,
                    ends_only_after=rule.ends_only_after,
                    paused_by=rule.paused_by,
                    ended_by=rule.ended_by,
                    picked_by=_picked_by(rule),
                    not_again_within_days=rule.not_again_within_days,
                    every_count=rule.every.count if rule.every else None,
                    every_within_days=rule.every.within_days if rule.every else None,
                    grace_training=rule.grace.training if rule.grace else None,
                    grace_same_type_days=rule.grace.same_type_days if rule.grace else None,
                    answer=answer.activity if answer else None,
                    answer_wanted=rule.followed_by is not None if answer else None,
                    answer_within_days=answer.within_days if answer else None,
                    extended_by=answer.extended_by if answer else None,
                    extension_days=answer.extension_days if answer else None,
                    is_conditional=_is_conditional(rule),
                    has_company=has_company,
                    is_recent=bool(RECENT.keys() & set(rule.activities)),
                    burden=burden,
                )
    for position, factor in enumerate(rule.multiplied):
        yield MultiplierRow(
            **own,
            rule_no=number,
            multiplier=position,
            factor=factor.by,
            from_occurrence=factor.from_occurrence,
            within_days=factor.within_days,
            metric=factor.metric,
            at_least=factor.at_least,
        )
    if rule.relief:
        for not_with in rule.relief.not_with_rules:
            yield ReliefNotGivenRow(**own, rule_no=number, programme=programme, not_with_rule=not_with)


def _asked(edition: _Edition, effective_from: date | None, effective_until: date | None) -> tuple[date, date | None]:
    """The days of a rule inside its pack's: the first, and the first after them."""
    first = edition["effective_from"]
    ends = [day for day in (edition["effective_before"], _day_after(effective_until)) if day]
    return max(first, effective_from or first), min(ends, default=None)


def continued_packs(pack: Pack, packs: Sequence[Pack]) -> list[str]:
    """The names of the packs that a version goes on with: its own, those that it continues, and what those do."""
    found = [pack.pack]
    # What an earlier version took over, a later one goes on with.
    waiting = [
        each for other in packs if other.pack == pack.pack and other.version <= pack.version for each in other.continues
    ]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.append(name)
            waiting += [each for other in packs if other.pack == name for each in other.continues]
    return found


def _rows_of_what_goes_on(pack: Pack, edition: _Edition, former: str) -> Iterator[Row]:
    """What becomes of what the versions of a former pack, or of the same, brought or called otherwise."""
    yield ContinuedRow(**edition, former_pack=former)
    for part in pack.parts_named():
        if part.was:
            yield RenamedRow(
                **edition, former_pack=former, part=part.kind, part_of=part.of, was=part.was, name=part.name
            )
    yield from (EndsRunningRow(**edition, former_pack=former, measure=ended) for ended in pack.ends_running)


def _day_after(last: date | None) -> date | None:
    """A pack names last days; in its tables a stretch ends before the first day after it, as all others do."""
    return last + timedelta(days=1) if last else None


def _amounts(rule: EntryRule) -> list[tuple[str | None, Decimal | None]]:
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


def _is_conditional(rule: EntryRule) -> bool:
    """Whether when an entry counts hangs on more than its own day."""
    return any(
        (rule.followed_by, rule.not_followed_by, rule.lasts_until, rule.clock_starts_with, rule.ends_only_after,
         rule.paused_by, rule.ended_by)
    )  # fmt: skip


def _looks_at_others(rule: EntryRule) -> bool:
    """Whether what an entry counts hangs on other entries of the programme."""
    return bool(rule.counts_once_per != "violation" or _picked_by(rule) or rule.multiplied or rule.relief)


def _picked_by(rule: EntryRule) -> str | None:
    # Whether a relief counts, and keeps another from it, is known when it is known what there is to take from.
    if rule.not_again_within_days and not rule.relief:
        return "spacing"
    if rule.every:
        return "every"
    return "grace" if rule.grace else None


def _input_rows(pack: Pack, edition: _Edition, name: str, programme: Programme) -> Iterator[InputRow]:
    """The programmes that a value is made of, each in its role."""
    found: list[_Input] = []
    if ratio := programme.ratio:
        found = [
            _Input(each, role, whole_at_least=ratio.whole_at_least, part_at_least=ratio.part_at_least)
            for each, role in ((ratio.part, "part"), (ratio.whole, "whole"))
        ]
    found += [_Input(weighted.programme, weight=weighted.weight) for weighted in programme.weighted]
    found += [_Input(other) for other in programme.first_of]
    if programme.same_as:
        found.append(_Input(programme.same_as))
    if programme.peers:
        found.append(_Input(programme.peers.programme, peer_group=programme.peers.group))
    for proof in programme.exists_when:
        comparator, bound = proof.comparison or (None, None)
        found.append(_Input(proof.programme, "proof", comparator=comparator, bound=bound))
    for number, each in enumerate(found):
        yield InputRow(
            **edition, programme=name, level=pack.level(name), source=programme.source, input_no=number, **asdict(each)
        )


@dataclass(frozen=True)
class _Input:
    input: str
    role: str = "value"
    weight: Decimal | None = None
    whole_at_least: Decimal | None = None
    part_at_least: Decimal | None = None
    comparator: str | None = None
    bound: Decimal | None = None
    peer_group: str | None = None


# The smallest step between two values that are read, by which "more than" becomes "at least".
_STEP = Decimal(1).scaleb(-10)
# The smallest step between two bounds.
_OF_BOUNDS = Decimal(1).scaleb(-4)


def edge_of(comparator: str, bound: Decimal) -> Decimal:
    """Where a zone's values begin or, where zones fall, the first value that is no longer in it."""
    return bound + _STEP if comparator in ("more_than", "at_most") else bound


def bound_of(edge: Decimal) -> tuple[Decimal, bool]:
    """The bound that a zone's edge was made of, and whether the edge lies beyond it."""
    bound = edge.quantize(_OF_BOUNDS, ROUND_FLOOR)
    return bound, edge != bound


def _ledgers(pack: Pack, programme: str) -> set[str]:
    """The ledgers that a programme's value comes from in the end."""
    if pack.programmes[programme].source == "entries":
        return {programme}
    return {ledger for name in pack.programmes[programme].inputs() for ledger in _ledgers(pack, name)}


def _effect_row(pack: Pack, edition: _Edition, programme: str, zone: str, number: int, effect: Effect) -> EffectRow:
    length = (
        "days" if effect.days else "permanent" if effect.permanent else "zone" if effect.while_in_zone
        else "calendar" if effect.until else "appeal"
    )  # fmt: skip
    shortening, quota = effect.shortened_by, effect.quota
    return EffectRow(
        **edition,
        programme=programme,
        zone=zone,
        effect=number,
        list="penalties" if effect.measure else "rewards",
        measure=effect.name,
        measure_rank=pack.measures.index(effect.measure) if effect.measure else None,
        scope=effect.scope,
        length=length,
        days=effect.days,
        until_calendar=effect.until,
        until_nth=effect.until_nth,
        and_until=effect.and_until,
        appeal_days=effect.appeal_days,
        starts_after_days=effect.starts_after_days,
        extends=effect.overlap == "extend",
        shortened_by=shortening.activity if shortening else None,
        shortened_to_days=shortening.to_days if shortening else None,
        quota_activity=quota.activity if quota else None,
        quota_at_most=quota.at_most if quota else None,
        quota_calendar=quota.per if quota else None,
    )
