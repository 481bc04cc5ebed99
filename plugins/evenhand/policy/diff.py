"""`evenhand policy diff`: what is otherwise in one pack than in another, as a person would have to be told it.

Longer than other files, for it has a sentence for each part of a pack that can be otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

from pydantic import BaseModel

from evenhand.policy.language.eligibility import Eligibility
from evenhand.policy.language.entries import EntryRule
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.programme import Programme
from evenhand.policy.prose import words
from evenhand.policy.prose.speech import day, market, name, own, say
from evenhand.policy.prose.words import Facts, listed, told
from evenhand.policy.without_words import keys_without_words

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")


@dataclass(frozen=True)
class Change:
    """One thing that is otherwise, and what it is about."""

    about: str
    said: str


def diff(old: Pack, new: Pack) -> list[Change]:
    """What is otherwise in `new`, in the order of the language. Nothing if both decide the same."""
    changes = [*_whom(old, new), *_when(old, new), *_of_measures(old, new)]
    changes += _facts(say("appeals"), "", words.appeals(old.appeals), words.appeals(new.appeals))
    changes += _facts(say("stages"), "", words.stages(old), words.stages(new))
    for key, was, now in paired(old.programmes, new.programmes, _names_before(new.programmes)):
        about = say("programme {programme}", programme=name("programme", key))
        changes += _called_otherwise(about, "", "programme", key, old.programmes, now)
        if was and now:
            changes += _told_or_named(about, _of_programme(about, old, was, new, now), was, now)
        else:
            changes += _new_programme(about, new, now) if now else [Change(about, say("is no more"))]
    for key, was_before, is_now in paired(old.eligibility, new.eligibility, _names_before(new.eligibility)):
        about = say("eligibility for {eligibility}", eligibility=name("programme", key))
        changes += _called_otherwise(about, "", "programme", key, old.eligibility, is_now)
        if was_before and is_now:
            changes += _told_or_named(about, _of_eligibility(about, old, was_before, new, is_now), was_before, is_now)
        else:
            changes += _new_eligibility(about, new, is_now) if is_now else [Change(about, say("is no more"))]
    for key, paid_was, paid_now in paired(old.bonuses, new.bonuses, _names_before(new.bonuses)):
        about = say("bonus {bonus}", bonus=name("measure", key))
        changes += _called_otherwise(about, "", "measure", key, old.bonuses, paid_now)
        if paid_was and paid_now:
            changes += _facts(about, "", words.bonus(paid_was, old), words.bonus(paid_now, new))
        elif paid_now:
            changes.append(Change(about, say("is new: {facts}", facts=told(words.bonus(paid_now, new)))))
        else:
            changes.append(Change(about, say("is no more")))
    return changes


# --- Who is affected, and from when.


def _whom(old: Pack, new: Pack) -> Iterator[Change]:
    about = say("who is affected")
    # The first of them is the default in examples only; their order tells nobody anything.
    for code in sorted(set(new.markets) - set(old.markets)):
        yield Change(about, say("the market {market} is new", market=market(code)))
    for code in sorted(set(old.markets) - set(new.markets)):
        yield Change(about, say("the market {market} is no longer in it", market=market(code)))
    for kind in sorted(set(new.applies_to) - set(old.applies_to)):
        yield Change(about, say("the kind of account {kind} is new", kind=words.kind(kind)))
    for kind in sorted(set(old.applies_to) - set(new.applies_to)):
        yield Change(about, say("the kind of account {kind} is no longer in it", kind=words.kind(kind)))


def _when(old: Pack, new: Pack) -> Iterator[Change]:
    about = say("from when")
    if old.effective_from != new.effective_from:
        text = "it judges what is decided from {now} on, not from {before}"
        yield Change(about, say(text, now=day(new.effective_from), before=day(old.effective_from)))
        if old.version < new.version and old.effective_until:
            gap = (new.effective_from - old.effective_until).days - 1
            if gap > 0:
                first, last = old.effective_until + timedelta(days=1), new.effective_from - timedelta(days=1)
                yield Change(
                    about, say("nothing is judged from {first} until {last}", first=day(first), last=day(last))
                )
    elif old.effective_until != new.effective_until:
        text = "it is in force {now} instead of {before}"
        yield Change(about, say(text, now=_end(new), before=_end(old)))
    if old.timezone != new.timezone:
        zones = {"now": new.timezone or say("none of its own"), "before": old.timezone or say("none of its own")}
        yield Change(about, say("the time zone of its days is {now} (before: {before})", **zones))
    for pack in new.continues:
        if pack not in old.continues:
            yield Change(about, say("it goes on with what the pack {pack} had", pack=pack))
    if old.appeal_route != new.appeal_route:
        yield Change(say("appeals"), say("the way to appeal is now: {route}", route=own(new.appeal_route)))


def _end(pack: Pack) -> str:
    return say("until {day}", day=day(pack.effective_until)) if pack.effective_until else say("without an end")


def _of_measures(old: Pack, new: Pack) -> Iterator[Change]:
    about = say("measures")
    for measure in new.measures:
        if measure not in old.measures:
            yield Change(about, say("{measure} is new", measure=name("measure", measure)))
    for measure in old.measures:
        if measure not in new.measures:
            yield Change(about, say("{measure} is no more", measure=name("measure", measure)))
    both = [measure for measure in new.measures if measure in old.measures]
    if both != [measure for measure in old.measures if measure in new.measures]:
        order = listed(name("measure", each) for each in new.measures)
        yield Change(about, say("from the mildest to the strictest they are now {measures}", measures=order))
    for measure in new.ends_running:
        if measure not in old.ends_running or old.effective_from != new.effective_from:
            called, on = name("measure", measure), day(new.effective_from)
            yield Change(about, say("{measure} that is running ends on {day}", measure=called, day=on))
    for measure in old.ends_running:
        if measure not in new.ends_running and old.effective_from == new.effective_from:
            yield Change(about, say("{measure} that is running goes on", measure=name("measure", measure)))


# --- Programmes.


def _of_programme(about: str, old: Pack, was: Programme, new: Pack, now: Programme) -> Iterator[Change]:
    yield from _facts(about, "", words.programme(was, old), words.programme(now, new))
    rules, before = _rules(now), _rules(was)
    for key, rule_was, rule_now in paired(before, rules, {at: (rule.was, at[1]) for at, rule in rules.items()}):
        called = say("rule {rule}", rule=name("rule", key[0]))
        yield from _called_otherwise(about, called, "rule", key[0], {each for each, _ in before}, rule_now)
        if rule_was and rule_now:
            facts = words.rule(rule_was, old, was.unit), words.rule(rule_now, new, now.unit)
            yield from _facts(about, called, *facts)
        elif rule_now:
            facts_now = told(words.rule(rule_now, new, now.unit))
            yield Change(about, say("{part} is new: {facts}", part=called, facts=facts_now))
        else:
            yield Change(about, say("{part} is no more", part=called))
    yield from _of_zones(about, old, was, new, now)
    gained, lost = _rewards(now), _rewards(was)
    yield from _facts(about, say("rewards"), lost, gained)


def _of_zones(about: str, old: Pack, was: Programme, new: Pack, now: Programme) -> Iterator[Change]:
    positions_was = {zone.zone: position for position, zone in enumerate(was.zones)}
    positions_now = {zone.zone: position for position, zone in enumerate(now.zones)}
    for key, at_was, at_now in paired(positions_was, positions_now, {each.zone: each.was for each in now.zones}):
        zone = say("zone {zone}", zone=name("zone", key))
        is_now = None if at_now is None else now.zones[at_now]
        yield from _called_otherwise(about, zone, "zone", key, positions_was, is_now)
        if at_was is None and at_now is not None:
            brings = told(_effects(now, at_now, new)) or say("brings nothing")
            band = words.band(now, at_now)
            yield Change(about, say("{part} is new, for {band}: {facts}", part=zone, band=band, facts=brings))
        elif at_was is not None and at_now is None:
            yield Change(about, say("{part} is no more", part=zone))
        elif at_was is not None and at_now is not None:
            yield from _facts(about, zone, _bound(was, at_was, old), _bound(now, at_now, new))


def _bound(programme: Programme, position: int, pack: Pack) -> Facts:
    zone = programme.zones[position]
    begins = {say("holds"): words.bound(zone, programme.unit)} if zone.comparison else {}
    if zone.warned_within:
        begins[say("is near")] = say("within {number} of it", number=words.number(zone.warned_within))
    return {**begins, **_effects(programme, position, pack)}


def _effects(programme: Programme, position: int, pack: Pack) -> Facts:
    return {
        say("brings {measure}", measure=words.brought(each)): words.effect(each, pack)
        for each in programme.zones[position].measures
    }


def _rules(programme: Programme) -> dict[tuple[str, int], EntryRule]:
    # A rule may stand several times for different days; the first is compared with the first.
    names = [rule.rule for rule in programme.entries]
    return {(rule.rule, names[:i].count(rule.rule)): rule for i, rule in enumerate(programme.entries)}


def _rewards(programme: Programme) -> Facts:
    return {
        say("bring {reward}", reward=words.on(each.reward, each.scope)): say(
            "in zone {zones}", zones=listed((name("zone", zone) for zone in each.zones), "or")
        )
        for each in programme.rewards
    }


def _new_programme(about: str, pack: Pack, programme: Programme) -> Iterator[Change]:
    yield Change(about, say("is new: {facts}", facts=told(words.programme(programme, pack))))
    for rule in programme.entries:
        called = say("rule {rule}", rule=name("rule", rule.rule))
        facts = told(words.rule(rule, pack, programme.unit))
        yield Change(about, say("{part}: {facts}", part=called, facts=facts))
    for position, zone in enumerate(programme.zones):
        brings = told(_effects(programme, position, pack)) or say("brings nothing")
        called, band = say("zone {zone}", zone=name("zone", zone.zone)), words.band(programme, position)
        yield Change(about, say("{part}, for {band}: {facts}", part=called, band=band, facts=brings))
    for what, zones in _rewards(programme).items():
        yield Change(about, say("rewards {what} {zones}", what=what, zones=zones))


# --- Eligibility.


def _of_eligibility(about: str, old: Pack, was: Eligibility, new: Pack, now: Eligibility) -> Iterator[Change]:
    yield from _facts(about, "", words.eligibility(was), words.eligibility(now))
    names = {each.was: each.condition for each in now.conditions if each.was}
    for each in now.conditions:
        there = {condition.condition for condition in was.conditions}
        called = say("condition {condition}", condition=name("condition", each.condition))
        yield from _called_otherwise(about, called, "condition", each.condition, there, each)
    yield from _facts(about, say("condition"), _conditions(was, old, names), _conditions(now, new))
    yield from _facts(about, "", _while(was), _while(now))


def _new_eligibility(about: str, pack: Pack, eligibility: Eligibility) -> Iterator[Change]:
    facts = told({**words.eligibility(eligibility), **_while(eligibility)})
    yield Change(about, say("is new: {facts}", facts=facts) if facts else say("is new"))
    for what, how in _conditions(eligibility, pack).items():
        yield Change(about, say("condition {what} {how}", what=what, how=how))


def _conditions(eligibility: Eligibility, pack: Pack, called: Mapping[str, str] | None = None) -> Facts:
    names = [(called or {}).get(each.condition, each.condition) for each in eligibility.conditions]
    facts = {}
    for i, each in enumerate(eligibility.conditions):
        condition = name("condition", names[i])
        # The same condition may be asked otherwise on other days.
        if names[i] in names[:i]:
            since = "None" if each.effective_from is None else day(each.effective_from)
            what = say("{condition} (from {day}):", condition=condition, day=since)
        else:
            what = say("{condition}:", condition=condition)
        facts[what] = words.condition(each, pack)
    return facts


def _while(eligibility: Eligibility) -> Facts:
    sides = (("while eligible", eligibility.while_eligible), ("while not eligible", eligibility.while_not_eligible))
    return {
        say("brings {measure}", measure=words.on(each.reward or each.measure or "", each.scope)): say(when)
        for when, effects in sides
        for each in effects
    }


# --- Facts against facts.


def _facts(about: str, what: str, was: Facts, now: Facts) -> Iterator[Change]:
    """What is otherwise in the facts of a part."""

    def fact(label: str, how: str) -> str:
        said = say("{what} {how}", what=label, how=how)
        return say("{part}: {facts}", part=what, facts=said) if what else said

    for label, told_was, told_now in paired(was, now):
        if told_was is None:
            yield Change(about, say("new: {fact}", fact=fact(label, told_now or "")))
        elif told_now is None:
            yield Change(about, say("no longer: {fact}", fact=fact(label, told_was)))
        elif told_was != told_now:
            yield Change(about, say("{fact} (before: {before})", fact=fact(label, told_now), before=told_was))


def _told_or_named(about: str, changes: Iterable[Change], was: BaseModel, now: BaseModel) -> list[Change]:
    """The changes, and the keys that are otherwise in what there are no words for."""
    found = list(changes)
    keys = list(keys_without_words(was, now))
    if not found and not keys:
        keys = [key for key in type(now).model_fields if getattr(was, key) != getattr(now, key)]
    if keys:
        found.append(Change(about, say("is otherwise in {keys}", keys=listed(keys))))
    return found


class _Named(Protocol):
    """A part that may have had another name."""

    @property
    def was(self) -> str | None: ...


def _names_before(parts: Mapping[str, _Named]) -> Mapping[str, str | None]:
    return {name: part.was for name, part in parts.items()}


def _called_otherwise(
    about: str, what: str, kind: str, key: str, old: Collection[str], now: _Named | None
) -> Iterator[Change]:
    """That a part goes on under another name."""
    if now and now.was and now.was in old and key not in old:
        before = name(kind, now.was)
        if what:
            text = "{part} was called {before}, and goes on with what that had"
            yield Change(about, say(text, part=what, before=before))
        else:
            yield Change(about, say("was called {before}, and goes on with what that had", before=before))


def paired(
    old: Mapping[Key, Item], new: Mapping[Key, Item], was: Mapping[Key, object] | None = None
) -> Iterator[tuple[Key, Item | None, Item | None]]:
    """What has one name in both, or had that of the old before, in the order of the new; then what is no more."""
    by_key: dict[object, Item] = {}
    by_key.update(old.items())
    goes_on: set[object] = set()
    for key, item in new.items():
        before = (was or {}).get(key)
        name: object = key if key in old or before not in by_key else before
        goes_on.add(name)
        yield key, by_key.get(name), item
    for key, item in old.items():
        if key not in goes_on:
            yield key, item, None
