"""Bounds of a pack beside those of zones and conditions: of ratios, factors, quotas, bonuses, days and more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from evenhand.policy.language.content import Appeals, Bonus
from evenhand.policy.language.entries import EntryRule
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.programme import Programme
from evenhand.policy.prose import lengths, words
from evenhand.policy.prose.speech import name, say

# By what it is in: as it is called in the newer of two packs.
Place = tuple[str, ...]


@dataclass(frozen=True)
class OtherBound:
    """A number that something is compared with.

    Attributes:
        part: whose it is.
        what: what is compared.
        unit: empty where that isn't known.
        lasts: whether it is a length, whose days are counted from 1 on.
        currency: of money; empty where that isn't known, None of what is no money.
    """

    part: str
    what: str
    comparison: tuple[str, Decimal]
    unit: str = ""
    lasts: bool = False
    currency: str | None = None


def other_bounds(pack: Pack, later: Pack | None = None) -> dict[Place, OtherBound]:
    """The bounds of a pack by their place.

    Args:
        later: the version whose names the places have, where that calls a part otherwise.
    """
    later = later or pack
    found = dict(_of_appeals(pack.appeals))
    found |= {("stages", *at): bound for at, bound in _of_days(say("stages"), lengths.of_stages(pack.stages))}
    programmes = {each.was: key for key, each in later.programmes.items() if each.was and key not in pack.programmes}
    bonuses = {each.was: key for key, each in later.bonuses.items() if each.was and key not in pack.bonuses}
    for key, programme in pack.programmes.items():
        called = programmes.get(key, key)
        if called not in later.programmes:
            continue
        place: Place = ("programme", called)
        for at, bound in _of_programme(called, programme, pack):
            # Behind what is compared, the programme that is read for it: of another, it is another bound.
            found[(*place, *at[:1], *(programmes.get(each, each) for each in at[1:]))] = bound
        found |= _of_parts(place, programme, later.programmes[called])
    for key, bonus in pack.bonuses.items():
        called = bonuses.get(key, key)
        if called in later.bonuses:
            found |= {("bonus", called, *at): bound for at, bound in _of_bonus(called, bonus, words.currency_in(pack))}
    return found


def _of_appeals(appeals: Appeals) -> Iterator[tuple[Place, OtherBound]]:
    about = say("appeals")
    again = appeals.again_within_days or appeals.file_within_days
    for key, what, most, unit in (
        ("file_within_days", "a first appeal counts", appeals.file_within_days, "day"),
        ("at_most", "how many count", appeals.at_most, ""),
        ("again_within_days", "a further appeal counts", again, "day"),
    ):
        if most is not None:
            yield ("appeals", key), OtherBound(about, say(what), ("at_most", Decimal(most)), unit)
    for at, bound in _of_days(about, lengths.of_appeals(appeals)):
        yield ("appeals", *at), bound


def _of_days(part: str, found: Iterable[lengths.DaysBound]) -> Iterator[tuple[Place, OtherBound]]:
    for each in found:
        yield each.key, OtherBound(part, each.what, each.comparison, "day", each.lasts)


def _of_programme(key: str, programme: Programme, pack: Pack) -> Iterator[tuple[Place, OtherBound]]:
    called = name("programme", key)
    if programme.ratio:
        ends = (
            ("part", programme.ratio.part, programme.ratio.part_at_least),
            ("whole", programme.ratio.whole, programme.ratio.whole_at_least),
        )
        for at, read, least in ends:
            if least is not None:
                unit = pack.programmes[read].unit
                yield (at, read), OtherBound(called, name("programme", read), ("at_least", least), unit)
    for proof in programme.exists_when:
        if proof.comparison:
            unit = pack.programmes[proof.programme].unit
            read = name("programme", proof.programme)
            yield ("exists_when", proof.programme), OtherBound(called, read, proof.comparison, unit)
    balance = programme.balance
    if balance.at_least is not None:
        what = say("is never less than")
        yield ("least",), OtherBound(called, what, ("at_least", balance.at_least), programme.unit)
    if balance.at_most is not None:
        yield ("most",), OtherBound(called, say("is never more than"), ("at_most", balance.at_most), programme.unit)
    yield from _of_days(called, lengths.of_zones(programme))


def _of_parts(place: Place, programme: Programme, later: Programme) -> Mapping[Place, OtherBound]:
    """Those of its rules and of what its zones bring."""
    found: dict[Place, OtherBound] = {}
    rules = {each.rule for each in programme.entries}
    called = {each.was: each.rule for each in later.entries if each.was and each.rule not in rules}
    there = {each.rule for each in later.entries}
    for i, rule in enumerate(programme.entries):
        key = called.get(rule.rule, rule.rule)
        # A rule may stand several times for different days; the first is compared with the first.
        nth = sum(each.rule == rule.rule for each in programme.entries[:i])
        if key in there:
            found |= {(*place, "rule", key, str(nth), *at): bound for at, bound in _of_rule(key, rule)}
    zones = {each.zone for each in programme.zones}
    called = {each.was: each.zone for each in later.zones if each.was and each.zone not in zones}
    there = {each.zone for each in later.zones}
    for zone in programme.zones:
        key = called.get(zone.zone, zone.zone)
        if key not in there:
            continue
        at = (*place, "zone", key)
        if zone.warned_within is not None:
            of = say("zone {zone}", zone=name("zone", key))
            found[(*at, "near")] = OtherBound(of, say("is near"), ("at_most", zone.warned_within), programme.unit)
        for effect in zone.measures:
            of = say("zone {zone}", zone=name("zone", key))
            days = _of_days(of, lengths.of_effect(effect))
            found |= {(*at, "measure", effect.name, effect.scope, *within): bound for within, bound in days}
            if effect.quota:
                what = name("activity", effect.quota.activity)
                most = ("at_most", Decimal(effect.quota.at_most))
                brought = words.brought(effect)
                found[(*at, "quota", effect.name, effect.scope, effect.quota.activity)] = OtherBound(
                    brought, what, most
                )
    return found


def _of_rule(key: str, rule: EntryRule) -> Iterator[tuple[Place, OtherBound]]:
    called = say("rule {rule}", rule=name("rule", key))
    if rule.content_age_at_most_days is not None:
        age = ("at_most", Decimal(rule.content_age_at_most_days))
        yield ("age",), OtherBound(called, say("age of the content"), age, "day")
    if rule.every:
        count = ("at_least", Decimal(rule.every.count))
        yield ("every",), OtherBound(called, say("events that make one entry"), count)
    for i, factor in enumerate(rule.multiplied):
        # The first of a cause is compared with the first.
        nth = str(sum(each.metric == factor.metric for each in rule.multiplied[:i]))
        if factor.metric and factor.at_least is not None:
            metric = name("metric", factor.metric)
            yield ("metric", factor.metric, nth), OtherBound(called, metric, ("at_least", factor.at_least))
        elif factor.from_occurrence:
            first = ("at_least", Decimal(factor.from_occurrence))
            yield ("occurrence", nth), OtherBound(called, say("occurrences that are multiplied"), first)
    yield from _of_days(called, lengths.of_rule(rule))


def _of_bonus(key: str, bonus: Bonus, currency: str) -> Iterator[tuple[Place, OtherBound]]:
    called = say("bonus {bonus}", bonus=name("measure", key))
    for what, most in (
        ("at most per subject", bonus.at_most_per_subject),
        ("at most per account", bonus.at_most_per_account),
        ("for all together", bonus.budget),
    ):
        if most is not None:
            yield (what,), OtherBound(called, say(what), ("at_most", most), currency=currency)
