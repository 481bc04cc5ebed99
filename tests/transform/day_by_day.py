"""What a pack says of an account on a day, worked out slowly from the language's definition, a day at a time.

It shares no code with the models and no idea either: no change points, no histories side by side, no intervals of
values. For a day it takes what was known by then, makes the entries in the order in which things happened, and walks
the days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from evenhand.policy.language.effects import Effect, Zone
from evenhand.policy.language.eligibility import Test
from evenhand.policy.language.entries import EntryRule
from evenhand.policy.language.examples import Event
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.programme import Programme

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    key: str
    amount: Decimal
    first: date
    # The first day on which it counts no longer.
    gone: date | None

    def counts(self, day: date) -> bool:
        return self.first <= day and (self.gone is None or day < self.gone)


@dataclass
class Said:
    """What is said of the account at the end of the day."""

    balances: dict[str, Decimal] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    measures: set[str] = field(default_factory=set)
    failed: dict[str, list[str]] = field(default_factory=dict)


def say(pack: Pack, events: Sequence[Event], day: date) -> Said:
    """What the pack says at the end of a day, from what had happened and been decided by then."""
    said = Said()
    running: list[Effect] = []
    felt: dict[str, str] = {}
    values: dict[str, Decimal] = {}
    known = [event for event in events if event.on <= day]
    first = min((event.on for event in known), default=day) - DAY
    for name, programme in pack.programmes.items():
        source = pack.programmes[programme.same_as] if programme.same_as else programme
        entries = _entries(source, known)
        keys = sorted({entry.key for entry in entries}) if source.kept_per else [""]
        strictest = 0
        in_force: list[Effect] = []
        for key in keys or [""]:
            own = [entry for entry in entries if not source.kept_per or entry.key == key]
            history = [_value(source, own, at) for at in _days(first, day)]
            zones = _zones(programme, history)
            strictest = max(strictest, zones[-1])
            in_force += _in_force(programme, history, zones, first, day)
            values[name] = history[-1]
        said.zones[name] = programme.zones[strictest].zone
        if not source.kept_per:
            said.balances[name] = values[name]
        running += in_force
        for effect in in_force:
            # Of the measures of all programmes that meet on a scope the account feels the strictest.
            felt[effect.scope] = max(felt.get(effect.scope, effect.name), effect.name, key=pack.measures.index)
    said.measures = set(felt.values())
    for name, eligibility in pack.eligibility.items():
        said.failed[name] = sorted(
            condition.condition
            for condition in eligibility.conditions
            if not any(_holds(pack, test, values, running) for test in condition.tests())
        )
    return said


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def _value(programme: Programme, entries: Sequence[Entry], day: date) -> Decimal:
    steps = {rule.rule: rule.amount_per_step for rule in programme.entries if rule.amount_per_step}
    value = programme.balance.start + sum(e.amount for e in entries if e.counts(day) and not e.key.startswith("step "))
    for rule, step in steps.items():
        done = sum(e.amount for e in entries if e.counts(day) and e.key == f"step {rule}")
        value += (done // step.of) * step.amount
    if programme.balance.at_least is not None:
        value = max(value, programme.balance.at_least)
    if programme.balance.at_most is not None:
        value = min(value, programme.balance.at_most)
    return Decimal(value)


def _reaches(zone: Zone, value: Decimal) -> bool:
    if zone.at_least is not None:
        return value >= zone.at_least
    if zone.more_than is not None:
        return value > zone.more_than
    if zone.at_most is not None:
        return value <= zone.at_most
    return zone.less_than is None or value < zone.less_than


def _zones(programme: Programme, history: Sequence[Decimal]) -> list[int]:
    reached = [max(n for n, zone in enumerate(programme.zones) if _reaches(zone, value)) for value in history]
    if programme.never_falls:
        return [max(reached[: at + 1]) for at in range(len(reached))]
    if programme.falls_after_days:
        return [max(reached[max(0, at - programme.falls_after_days) : at + 1]) for at in range(len(reached))]
    return reached


def _in_force(
    programme: Programme, history: Sequence[Decimal], zones: Sequence[int], first: date, day: date
) -> list[Effect]:
    rising = any(zone.at_least is not None or zone.more_than is not None for zone in programme.zones)
    found = []
    for at in range(1, len(zones)):
        today = first + at * DAY
        moved = history[at] - history[at - 1]
        steps_on = (
            programme.fires == "on_each_rise"
            and zones[at] == zones[at - 1] > 0
            and (moved > 0 if rising else moved < 0)
        )
        if zones[at] > zones[at - 1] or steps_on:
            for effect in programme.zones[zones[at]].measures:
                begins = today + effect.starts_after_days * DAY
                if effect.while_in_zone or begins > day:
                    continue
                if effect.permanent or (effect.days and day < begins + effect.days * DAY):
                    found.append(effect)
    stay = len(zones) - 1
    while stay > 0 and zones[stay - 1] == zones[-1]:
        stay -= 1
    for effect in programme.zones[zones[-1]].measures:
        # Of the first zone nobody knows a day on which it was entered.
        long_ago = stay == 0
        if effect.while_in_zone and (long_ago or first + (stay + effect.starts_after_days) * DAY <= day):
            found.append(effect)
    return found


def _holds(pack: Pack, test: Test, values: dict[str, Decimal], running: Sequence[Effect]) -> bool:
    if test.without_measure:
        return not _bars(pack, test.without_measure, running)
    assert test.programme
    value = values[test.programme]
    return (
        (test.at_least is None or value >= test.at_least)
        and (test.more_than is None or value > test.more_than)
        and (test.at_most is None or value <= test.at_most)
        and (test.less_than is None or value < test.less_than)
    )


def _bars(pack: Pack, measure: str, running: Sequence[Effect]) -> bool:
    """Whether it is in force, or a stricter one on a scope on which the pack puts it, or on the account."""
    scopes = {"account"}
    for programme in pack.programmes.values():
        scopes |= {each.scope for zone in programme.zones for each in zone.measures if each.name == measure}
    for eligibility in pack.eligibility.values():
        scopes |= {each.scope for each in eligibility.while_not_eligible if each.measure == measure}
    strict = pack.measures.index(measure)
    return any(
        effect.name == measure or (effect.scope in scopes and pack.measures.index(effect.name) > strict)
        for effect in running
    )


def _entries(programme: Programme, known: Sequence[Event]) -> list[Entry]:
    void = {event.appeal for event in known if event.appeal and event.outcome == "granted"}
    # Of several, the last that was decided.
    in_part = sorted((event for event in known if event.outcome == "partly_granted"), key=lambda event: event.on)
    adjusted = {event.appeal: event.points for event in in_part}
    # In the order of the days; those of one day by their names.
    happened = sorted((event for event in known if event.id and event.id not in void), key=lambda e: (e.on, e.id))
    entries = []
    for rule in programme.entries:
        entries += _entries_of_rule(programme, rule, happened, known, adjusted)
    return entries


def _entries_of_rule(
    programme: Programme,
    rule: EntryRule,
    happened: Sequence[Event],
    known: Sequence[Event],
    adjusted: dict[str | None, Decimal | None],
) -> list[Entry]:
    def done(activity: str | None, since: date) -> date | None:
        return min((e.on for e in known if e.activity == activity and e.on >= since), default=None)

    candidates = [
        event
        for event in happened
        if (event.violation in rule.violation_types or event.activity in rule.activities)
        and (not rule.severities or event.severity in rule.severities)
        and (rule.amount_by_severity is None or event.severity in rule.amount_by_severity)
    ]
    amounts = {event.id: _amount(rule, event, adjusted) for event in candidates}
    if rule.counts_once_per in ("batch", "day"):
        firsts: dict[str, Event] = {}
        for event in sorted(candidates, key=lambda e: (e.on, -abs(amounts[e.id]), e.id or "")):
            shared = event.batch or event.id if rule.counts_once_per == "batch" else str(event.on)
            firsts.setdefault(str(shared), event)
        kept = {event.id for event in firsts.values()}
        candidates = [event for event in candidates if event.id in kept]
    entries = []
    for event in _picked(rule, candidates, done):
        gone: date | None = None
        if rule.lasts_days:
            clock = done(rule.clock_starts_with, event.on) if rule.clock_starts_with else event.on
            gone = clock + rule.lasts_days * DAY if clock else None
            if rule.ends_only_after:
                school = done(rule.ends_only_after, event.on)
                gone = max(gone, school) if gone and school else None
        key = f"step {rule.rule}" if rule.amount_per_step else str(event.violation) if programme.kept_per else ""
        entries.append(Entry(key, amounts[event.id], event.on, gone))
    return entries


def _picked(rule: EntryRule, candidates: Sequence[Event], done: object) -> list[Event]:
    picked: list[Event] = []
    if rule.not_again_within_days:
        last: dict[str | None, date] = {}
        for event in candidates:
            subject = event.subject or event.violation
            if subject not in last or event.on >= last[subject] + rule.not_again_within_days * DAY:
                last[subject] = event.on
                picked.append(event)
        return picked
    if rule.every:
        waiting: list[Event] = []
        for event in candidates:
            waiting.append(event)
            group = waiting[-rule.every.count :]
            if len(group) == rule.every.count and event.on < group[0].on + rule.every.within_days * DAY:
                picked.append(event)
                waiting = []
        return picked
    if rule.grace:
        warnings: list[Event] = []
        for event in candidates:
            covered = False
            for warning in warnings:
                trained = done(rule.grace.training, warning.on)  # type: ignore[operator]
                covered = covered or (
                    trained is None
                    or trained > event.on
                    or (warning.violation == event.violation and event.on < trained + rule.grace.same_type_days * DAY)
                )
            if covered:
                picked.append(event)
            else:
                warnings.append(event)
        return picked
    return list(candidates)


def _signed(rule: EntryRule, points: Decimal) -> Decimal:
    """People give points without a sign; a rule that takes from a score takes them."""
    amounts = [rule.amount or 0, *(rule.amount_by_severity or {}).values()]
    takes = rule.amount_by_reviewer.at_least < 0 if rule.amount_by_reviewer else min(amounts) < 0
    return -abs(points) if takes else points


def _amount(rule: EntryRule, event: Event, adjusted: dict[str | None, Decimal | None]) -> Decimal:
    quantity = event.quantity if event.quantity is not None else Decimal(1)
    if event.id in adjusted and event.violation:
        return _signed(rule, adjusted[event.id] or Decimal(0))
    if rule.amount_by_reviewer:
        least, most = rule.amount_by_reviewer.at_least, rule.amount_by_reviewer.at_most
        return least if event.points is None else min(max(_signed(rule, event.points), least), most)
    if rule.amount_by_severity:
        return rule.amount_by_severity[event.severity or ""]
    if rule.amount_per_step:
        return quantity
    if rule.amount_per_unit is not None:
        return quantity * rule.amount_per_unit
    assert rule.amount is not None
    return rule.amount
