"""A programme of an account walked through day by day: its value, its zone, and what entering zones brings.

Sentences 3 to 6 and 15 of what goes on over versions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from evenhand.policy.language.effects import Effect, Zone
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.programme import RISING, Programme
from transform.continuity.facts import DAY, Event, days
from transform.continuity.ledger import Entry
from transform.continuity.rules import Rules, calendar_days


@dataclass(frozen=True)
class Brought:
    """A measure or a reward with a length of its own; `last` is none where it has no end.

    Attributes:
        by: the violations that are in the value which entered the zone, and weren't in the one that was held before.
        ended: the first day of a later version that ends it.
    """

    pack: Pack
    programme: str
    effect: Effect
    on: date
    by: tuple[Event, ...]
    first: date
    last: date | None
    ended: date | None = None

    @property
    def gone(self) -> date:
        """The first day on which it isn't in force any more."""
        return min(self.last + DAY if self.last else date.max, self.ended or date.max)

    def runs_on(self, day: date) -> bool:
        return self.first <= day < self.gone


@dataclass(frozen=True)
class Stand:
    """How an account stands on a day, by the version of the day.

    Attributes:
        entered: the strictest zone that counts as entered; a milder one that it fell back to does as well.
        reached: the zone of the value of each day up to this one, as far as the version looks back.
        read: the day of which its value is, which is an earlier one while it is held.
        waits: whether it began since the last day of its calendar, so that nothing was evaluated yet.
    """

    pack: Pack
    programme: Programme
    value: Decimal
    zone: int
    entered: int
    reached: tuple[int, ...]
    read: date
    waits: bool = False

    @property
    def name(self) -> str:
        return self.programme.zones[self.zone].zone


@dataclass
class Walk:
    """A balance of a programme over the days: what counts in it, where it stands, and what that brought."""

    programme: str
    entries: Sequence[Entry] = ()
    stands: dict[date, Stand] = field(default_factory=dict)
    brought: list[Brought] = field(default_factory=list)


def walks_of(rules: Rules, name: str, entries: Sequence[Entry], first: date, night: date) -> list[Walk]:
    """A programme's balances: that of all entries, and one of each kind for the days on which they are kept apart."""
    kinds = sorted({entry.kind for entry in entries})
    of_all = walk(rules, name, entries, first, night, apart=False)
    if not kinds:
        # One that is empty is read as the only one of those that are kept apart.
        return [of_all, walk(rules, name, [], first, night, apart=True)]
    own = [[entry for entry in entries if entry.kind == kind] for kind in kinds]
    # There is one of a kind from its first entry on.
    return [of_all, *(walk(rules, name, each, min(e.first for e in each), night, apart=True) for each in own)]


def walk(rules: Rules, name: str, entries: Sequence[Entry], first: date, night: date, *, apart: bool) -> Walk:
    """Go through the days of a balance until a night. On a day without the programme, or on which the version of the
    day keeps balances otherwise, it stands nowhere."""
    walked = Walk(name, entries)
    for day in days(first, night):
        found = rules.programme_on(name, day)
        if not found or (found[1].kept_per is not None) != apart:
            continue
        pack, programme = found
        last = walked.stands.get(day - DAY)
        stand, enters = _step(pack, programme, entries, day, last)
        begins = rules.programme_on(name, day - DAY) != found or rules.is_first_day_of_a_stay(day)
        waits = programme.evaluated and day not in calendar_days(pack.calendars[programme.evaluated]) and not begins
        walked.stands[day] = replace(stand, waits=bool(waits and (last is None or last.waits)))
        if enters:
            before = _read_before(programme, day, last)
            by = tuple(
                each.event
                for each in entries
                if each.event.violation and each.counts_on(day) and not each.counts_on(before)
            )
            for effect in programme.zones[stand.zone].measures:
                if not effect.while_in_zone:
                    walked.brought.append(_brought(pack, name, effect, day, by))
    return walked


def _step(
    pack: Pack, programme: Programme, entries: Sequence[Entry], day: date, last: Stand | None
) -> tuple[Stand, bool]:
    """How it stands, and whether that brings the zone's measures."""
    # The day before as this version reads it: what its rules alone make otherwise brings nothing.
    before, now, read = _value(programme, entries, day - DAY), _value(programme, entries, day), day
    if programme.evaluated:
        before = last.value if last else before
        if day not in calendar_days(pack.calendars[programme.evaluated]):
            now, read = before, _read_before(programme, day, last)
    reached = [zone_of(programme, before)]
    if last:
        held = _named_alike(last, last.zone, programme)
        if programme.never_falls:
            reached = [max(reached[0], held)]
        if programme.falls_after_days:
            # Other days than before count from the version's first day; the same go on.
            goes_on = last.programme.falls_after_days == programme.falls_after_days
            earlier = [_named_alike(last, each, programme) for each in last.reached[:-1]] if goes_on else []
            reached = [*earlier, max(reached[0], _named_alike(last, last.reached[-1], programme) if goes_on else held)]
    zone_before = _held(programme, reached)
    reached.append(zone_of(programme, now))
    zone = _held(programme, reached)
    entered = _named_alike(last, last.entered, programme) if last else 0
    rises = now > before if _is_rising(programme) else now < before
    enters = zone > zone_before or (
        zone == zone_before > 0 and rises and (entered < zone or programme.fires == "on_each_rise")
    )
    return Stand(pack, programme, now, zone, zone if enters else min(entered, zone), tuple(reached), read), enters


def _read_before(programme: Programme, day: date, last: Stand | None) -> date:
    """Of which day the value before is: what is evaluated holds one, from whichever version or market."""
    return last.read if programme.evaluated and last else day - DAY


def _named_alike(last: Stand, zone: int, programme: Programme) -> int:
    """The strictest zone that is named as one up to a zone of the day before."""
    names = [each.zone for each in last.programme.zones[: zone + 1]]
    return max(number for number, each in enumerate(programme.zones) if number == 0 or each.zone in names)


def _held(programme: Programme, reached: Sequence[int]) -> int:
    if programme.never_falls:
        return max(reached)
    return max(reached[-1 - (programme.falls_after_days or 0) :])


def _value(programme: Programme, entries: Sequence[Entry], day: date) -> Decimal:
    counting = [entry for entry in entries if entry.counts_on(day)]
    value = programme.balance.start + sum((e.amount for e in counting if e.step is None), Decimal(0))
    # Versions of a rule that count in the same steps count together.
    steps = {(entry.rule, entry.size, entry.step) for entry in counting if entry.step is not None}
    for rule, size, step in steps:
        together = sum((e.amount for e in counting if (e.rule, e.size, e.step) == (rule, size, step)), Decimal(0))
        value += (step or 0) * (together // (size or 1))
    if programme.balance.at_least is not None:
        value = max(value, programme.balance.at_least)
    return value if programme.balance.at_most is None else min(value, programme.balance.at_most)


def _is_rising(programme: Programme) -> bool:
    return all(zone.comparison[0] in RISING for zone in programme.zones if zone.comparison)


def zone_of(programme: Programme, value: Decimal) -> int:
    return max(number for number, zone in enumerate(programme.zones) if _holds(zone, value))


def _holds(zone: Zone, value: Decimal) -> bool:
    if zone.at_least is not None:
        return value >= zone.at_least
    if zone.more_than is not None:
        return value > zone.more_than
    if zone.at_most is not None:
        return value <= zone.at_most
    return zone.less_than is None or value < zone.less_than


def _brought(pack: Pack, programme: str, effect: Effect, day: date, by: tuple[Event, ...]) -> Brought:
    first = day + effect.starts_after_days * DAY
    last: date | None = None
    if effect.days:
        last = first + (effect.days - 1) * DAY
    elif effect.until:
        after = [each for each in calendar_days(pack.calendars[effect.until]) if each > first]
        last = after[effect.until_nth - 1] - DAY
    return Brought(pack, programme, effect, day, by, first, last)
