"""What in one pack can't be meant: zones that no account can be in, rules that never count, words that nothing uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Literal

from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Place
from evenhand.policy.language.programme import Programme
from evenhand.policy.prose.words import number
from evenhand.policy.reach import amounts_of, range_of, zones_out_of_range, zones_skipped

Severity = Literal["error", "warning"]
# A place in a pack, and what is to be said of it.
Remark = tuple[Place, str]


def unreachable_zones(pack: Pack) -> Iterator[Remark]:
    """Zones beyond what the programme's value can be: its balance's ends, or amounts that only go the other way."""
    for name, programme in pack.programmes.items():
        low, high = range_of(pack, name)
        for position in zones_out_of_range(pack, name):
            zone = programme.zones[position]
            assert zone.comparison
            how, bound = zone.comparison
            ends = [f"never less than {low}"] if low is not None else []
            ends += [f"never more than {high}"] if high is not None else []
            yield (
                ("programmes", name, "zones", position, how),
                f"found {bound}; expected a bound that the value can reach: it is {' and '.join(ends)}, so no account"
                f" can be in zone {zone.zone}",
            )


def skipped_zones(pack: Pack) -> Iterator[Remark]:
    """Zones between two bounds on which no sum of amounts can fall: the ladder goes past them."""
    for name, programme in pack.programmes.items():
        for position in zones_skipped(pack, name):
            zone = programme.zones[position]
            amounts = ", ".join(number(amount) for amount in amounts_of(pack, programme))
            yield (
                ("programmes", name, "zones", position, *([zone.comparison[0]] if zone.comparison else [])),
                f"found zone {zone.zone}, {_between(programme, position)}; expected a zone that a sum of amounts"
                f" ({amounts}) falls in: no account can be in it",
            )


def never_counted(pack: Pack) -> Iterator[Remark]:
    """Rules and conditions whose days lie outside the pack's."""
    dated: list[tuple[Place, date | None, date | None]] = [
        (("programmes", name, "entries", i), rule.effective_from, rule.effective_until)
        for name, programme in pack.programmes.items()
        for i, rule in enumerate(programme.entries)
    ]
    dated += [
        (("eligibility", name, "conditions", i), condition.effective_from, condition.effective_until)
        for name, eligibility in pack.eligibility.items()
        for i, condition in enumerate(eligibility.conditions)
    ]
    for place, first, last in dated:
        if last and last < pack.effective_from:
            yield (
                (*place, "effective_until"),
                f"found {last}; expected a day of the pack, from {pack.effective_from} on",
            )
        if first and pack.effective_until and first > pack.effective_until:
            said = f"found {first}; expected a day of the pack, until {pack.effective_until}"
            yield (*place, "effective_from"), said


def never_fires(pack: Pack) -> Iterator[Remark]:
    """Parts of rules and effects that can't come about."""
    for name, programme in pack.programmes.items():
        adding = [rule.rule for rule in programme.entries if not rule.relief]
        for i, rule in enumerate(programme.entries):
            place: Place = ("programmes", name, "entries", i)
            if rule.every and rule.counts_once_per == "day" and rule.every.count > rule.every.within_days:
                yield (
                    (*place, "every", "count"),
                    f"found {rule.every.count} within {rule.every.within_days} days, of which each counts once"
                    " (counts_once_per: day); expected at most as many as days: there is never an entry",
                )
            if rule.relief and not adding:
                yield (
                    (*place, "relief"),
                    "found relief; expected a rule of the programme that adds: there is nothing to take from",
                )
            if rule.relief and adding and set(adding) <= set(rule.relief.not_with_rules):
                yield (
                    (*place, "relief", "not_with_rules"),
                    "found every rule that adds; expected one to be left: it is never given",
                )
    for place, effect in pack.effects:
        if effect.shortened_by and effect.days and effect.shortened_by.to_days >= effect.days:
            yield (
                (*place, "shortened_by", "to_days"),
                f"found {effect.shortened_by.to_days}; expected fewer than days, {effect.days}: nothing is shortened",
            )


def grace_without_use(pack: Pack) -> Iterator[Remark]:
    """Trainings that never let a violation be a warning again, as long as the rule is in force."""
    for name, programme in pack.programmes.items():
        for i, rule in enumerate(programme.entries):
            last = min((day for day in (rule.effective_until, pack.effective_until) if day), default=None)
            first = max(pack.effective_from, rule.effective_from or pack.effective_from)
            if rule.grace and last and len(rule.violation_types) == 1 and first <= last:
                days = (last - first).days + 1
                if rule.grace.same_type_days >= days:
                    yield (
                        ("programmes", name, "entries", i, "grace", "same_type_days"),
                        f"found {rule.grace.same_type_days}; expected fewer than the {days} days that the rule is in"
                        " force: it counts one type, so no training makes a later violation a warning again",
                    )


def unused_words(pack: Pack) -> Iterator[Remark]:
    """Measures that nothing brings, and calendars that nothing goes by."""
    brought = {effect.measure for _, effect in pack.effects}
    brought |= {follower.measure for _, effect in pack.effects for follower in effect.then}
    brought |= {
        effect.measure for eligibility in pack.eligibility.values() for effect in eligibility.while_not_eligible
    }
    for i, measure in enumerate(pack.measures):
        if measure not in brought:
            yield ("measures", i), f"found {measure}; expected a zone or an eligibility that brings it"
    used = {name for _, name in pack.calendars_named()}
    for calendar in pack.calendars:
        if calendar not in used:
            yield ("calendars", calendar), f"found {calendar}; expected something that goes by it"


IN_A_PACK: Mapping[Callable[[Pack], Iterator[Remark]], Severity] = {
    unreachable_zones: "error",
    skipped_zones: "error",
    never_counted: "warning",
    never_fires: "error",
    grace_without_use: "warning",
    unused_words: "warning",
}
OF_ITS_OWN_FILE = (never_counted, grace_without_use, unused_words)


def _between(programme: Programme, position: int) -> str:
    own = programme.zones[position].comparison
    stricter = programme.zones[position + 1].comparison if position + 1 < len(programme.zones) else None
    words = [f"{own[0].replace('_', ' ')} {own[1]}"] if own else []
    if stricter:
        opposite = {"at_least": "less than", "more_than": "at most", "at_most": "more than", "less_than": "at least"}
        words.append(f"{opposite[stricter[0]]} {stricter[1]}")
    return " and ".join(words)
