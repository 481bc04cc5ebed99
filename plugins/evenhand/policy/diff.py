"""`evenhand policy diff`: what is otherwise in one pack than in another, as a person would have to be told it."""

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
from evenhand.policy.prose.words import Facts, listed, spoken, told

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
    changes += _facts("appeals", "", words.appeals(old.appeals), words.appeals(new.appeals))
    changes += _facts("stages", "", words.stages(old), words.stages(new))
    for name, was, now in _paired(old.programmes, new.programmes, _names_before(new.programmes)):
        about = f"programme {spoken(name)}"
        changes += _called_otherwise(about, "", name, old.programmes, now)
        if was and now:
            changes += _told_or_named(about, _of_programme(about, old, was, new, now), was, now)
        else:
            changes += _new_programme(about, new, now) if now else [Change(about, "is no more")]
    for name, was_before, is_now in _paired(old.eligibility, new.eligibility, _names_before(new.eligibility)):
        about = f"eligibility for {spoken(name)}"
        changes += _called_otherwise(about, "", name, old.eligibility, is_now)
        if was_before and is_now:
            changes += _told_or_named(about, _of_eligibility(about, old, was_before, new, is_now), was_before, is_now)
        else:
            changes += _new_eligibility(about, new, is_now) if is_now else [Change(about, "is no more")]
    for name, paid_was, paid_now in _paired(old.bonuses, new.bonuses, _names_before(new.bonuses)):
        about = f"bonus {spoken(name)}"
        changes += _called_otherwise(about, "", name, old.bonuses, paid_now)
        if paid_was and paid_now:
            changes += _facts(about, "", words.bonus(paid_was, old), words.bonus(paid_now, new))
        else:
            changes.append(Change(about, f"is new: {told(words.bonus(paid_now, new))}" if paid_now else "is no more"))
    return changes


# --- Who is affected, and from when.


def _whom(old: Pack, new: Pack) -> Iterator[Change]:
    for what, was, now in (
        ("market", old.markets, new.markets),
        ("kind of account", old.applies_to, new.applies_to),
    ):
        # The first of them is the default in examples only; their order tells nobody anything.
        for name in sorted(set(now) - set(was)):
            yield Change("who is affected", f"the {what} {name} is new")
        for name in sorted(set(was) - set(now)):
            yield Change("who is affected", f"the {what} {name} is no longer in it")


def _when(old: Pack, new: Pack) -> Iterator[Change]:
    if old.effective_from != new.effective_from:
        said = f"it judges what is decided from {new.effective_from} on, not from {old.effective_from}"
        yield Change("from when", said)
        if old.version < new.version and old.effective_until:
            gap = (new.effective_from - old.effective_until).days - 1
            if gap > 0:
                first, last = old.effective_until + timedelta(days=1), new.effective_from - timedelta(days=1)
                yield Change("from when", f"nothing is judged from {first} until {last}")
    elif old.effective_until != new.effective_until:
        until = f"until {new.effective_until}" if new.effective_until else "without an end"
        before = f"until {old.effective_until}" if old.effective_until else "without an end"
        yield Change("from when", f"it is in force {until} instead of {before}")
    for name in new.continues:
        if name not in old.continues:
            yield Change("from when", f"it goes on with what the pack {name} had")
    if old.appeal_route != new.appeal_route:
        yield Change("appeals", f"the way to appeal is now: {new.appeal_route}")


def _of_measures(old: Pack, new: Pack) -> Iterator[Change]:
    for measure in new.measures:
        if measure not in old.measures:
            yield Change("measures", f"{spoken(measure)} is new")
    for measure in old.measures:
        if measure not in new.measures:
            yield Change("measures", f"{spoken(measure)} is no more")
    both = [measure for measure in new.measures if measure in old.measures]
    if both != [measure for measure in old.measures if measure in new.measures]:
        order = listed(spoken(each) for each in new.measures)
        yield Change("measures", f"from the mildest to the strictest they are now {order}")
    for measure in new.ends_running:
        if measure not in old.ends_running or old.effective_from != new.effective_from:
            yield Change("measures", f"{spoken(measure)} that is running ends on {new.effective_from}")
    for measure in old.ends_running:
        if measure not in new.ends_running and old.effective_from == new.effective_from:
            yield Change("measures", f"{spoken(measure)} that is running goes on")


# --- Programmes.


def _of_programme(about: str, old: Pack, was: Programme, new: Pack, now: Programme) -> Iterator[Change]:
    yield from _facts(about, "", words.programme(was, old), words.programme(now, new))
    rules, before = _rules(now), _rules(was)
    for key, rule_was, rule_now in _paired(before, rules, {at: (rule.was, at[1]) for at, rule in rules.items()}):
        name = f"rule {spoken(key[0])}"
        yield from _called_otherwise(about, name, key[0], {each for each, _ in before}, rule_now)
        if rule_was and rule_now:
            facts = words.rule(rule_was, old, was.unit), words.rule(rule_now, new, now.unit)
            yield from _facts(about, name, *facts)
        else:
            facts_now = words.rule(rule_now, new, now.unit) if rule_now else {}
            yield Change(about, f"{name} is new: {told(facts_now)}" if rule_now else f"{name} is no more")
    yield from _of_zones(about, old, was, new, now)
    gained, lost = _rewards(now), _rewards(was)
    yield from _facts(about, "rewards", lost, gained)


def _of_zones(about: str, old: Pack, was: Programme, new: Pack, now: Programme) -> Iterator[Change]:
    positions_was = {zone.zone: position for position, zone in enumerate(was.zones)}
    positions_now = {zone.zone: position for position, zone in enumerate(now.zones)}
    for name, at_was, at_now in _paired(positions_was, positions_now, {each.zone: each.was for each in now.zones}):
        zone = f"zone {spoken(name)}"
        yield from _called_otherwise(about, zone, name, positions_was, None if at_now is None else now.zones[at_now])
        if at_was is None and at_now is not None:
            brings = told(_effects(now, at_now, new)) or "brings nothing"
            yield Change(about, f"{zone} is new, for {words.band(now, at_now)}: {brings}")
        elif at_was is not None and at_now is None:
            yield Change(about, f"{zone} is no more")
        elif at_was is not None and at_now is not None:
            yield from _facts(about, zone, _bound(was, at_was, old), _bound(now, at_now, new))


def _bound(programme: Programme, position: int, pack: Pack) -> Facts:
    zone = programme.zones[position]
    begins = {"holds": words.bound(zone, programme.unit)} if zone.comparison else {}
    if zone.warned_within:
        begins["is near"] = f"within {words.number(zone.warned_within)} of it"
    return {**begins, **_effects(programme, position, pack)}


def _effects(programme: Programme, position: int, pack: Pack) -> Facts:
    return {f"brings {words.brought(each)}": words.effect(each, pack) for each in programme.zones[position].measures}


def _rules(programme: Programme) -> dict[tuple[str, int], EntryRule]:
    # A rule may stand several times for different days; the first is compared with the first.
    names = [rule.rule for rule in programme.entries]
    return {(rule.rule, names[:i].count(rule.rule)): rule for i, rule in enumerate(programme.entries)}


def _rewards(programme: Programme) -> Facts:
    return {
        f"bring {words.on(each.reward, each.scope)}": (f"in zone {listed((spoken(zone) for zone in each.zones), 'or')}")
        for each in programme.rewards
    }


def _new_programme(about: str, pack: Pack, programme: Programme) -> Iterator[Change]:
    yield Change(about, f"is new: {told(words.programme(programme, pack))}")
    for rule in programme.entries:
        yield Change(about, f"rule {spoken(rule.rule)}: {told(words.rule(rule, pack, programme.unit))}")
    for position, zone in enumerate(programme.zones):
        brings = told(_effects(programme, position, pack)) or "brings nothing"
        yield Change(about, f"zone {spoken(zone.zone)}, for {words.band(programme, position)}: {brings}")
    for what, zones in _rewards(programme).items():
        yield Change(about, f"rewards {what} {zones}")


# --- Eligibility.


def _of_eligibility(about: str, old: Pack, was: Eligibility, new: Pack, now: Eligibility) -> Iterator[Change]:
    yield from _facts(about, "", words.eligibility(was), words.eligibility(now))
    names = {each.was: each.condition for each in now.conditions if each.was}
    for each in now.conditions:
        there = {condition.condition for condition in was.conditions}
        yield from _called_otherwise(about, f"condition {spoken(each.condition)}", each.condition, there, each)
    yield from _facts(about, "condition", _conditions(was, old, names), _conditions(now, new))
    yield from _facts(about, "", _while(was), _while(now))


def _new_eligibility(about: str, pack: Pack, eligibility: Eligibility) -> Iterator[Change]:
    facts = told({**words.eligibility(eligibility), **_while(eligibility)})
    yield Change(about, f"is new{': ' if facts else ''}{facts}")
    yield from (Change(about, f"condition {what} {how}") for what, how in _conditions(eligibility, pack).items())


def _conditions(eligibility: Eligibility, pack: Pack, called: Mapping[str, str] | None = None) -> Facts:
    names = [(called or {}).get(each.condition, each.condition) for each in eligibility.conditions]
    return {
        # The same condition may be asked otherwise on other days.
        f"{spoken(names[i])}{'' if names[:i].count(names[i]) == 0 else f' (from {each.effective_from})'}:":
            words.condition(each, pack)
        for i, each in enumerate(eligibility.conditions)
    }  # fmt: skip


def _while(eligibility: Eligibility) -> Facts:
    sides = (("while eligible", eligibility.while_eligible), ("while not eligible", eligibility.while_not_eligible))
    return {
        f"brings {words.on(each.reward or each.measure or '', each.scope)}": when
        for when, effects in sides
        for each in effects
    }


# --- Facts against facts.


def _facts(about: str, what: str, was: Facts, now: Facts) -> Iterator[Change]:
    """What is otherwise in the facts of a part."""
    subject = f"{what}: " if what else ""
    for label, told_was, told_now in _paired(was, now):
        if told_was is None:
            yield Change(about, f"new: {subject}{label} {told_now}")
        elif told_now is None:
            yield Change(about, f"no longer: {subject}{label} {told_was}")
        elif told_was != told_now:
            yield Change(about, f"{subject}{label} {told_now} (before: {told_was})")


def _told_or_named(about: str, changes: Iterable[Change], was: BaseModel, now: BaseModel) -> list[Change]:
    """The changes; where there are words for none of them, the keys that are otherwise."""
    found = list(changes)
    if not found and was != now:
        keys = [key for key in type(now).model_fields if getattr(was, key) != getattr(now, key)]
        found.append(Change(about, f"is otherwise in {listed(keys)}"))
    return found


class _Named(Protocol):
    """A part that may have had another name."""

    @property
    def was(self) -> str | None: ...


def _names_before(parts: Mapping[str, _Named]) -> Mapping[str, str | None]:
    return {name: part.was for name, part in parts.items()}


def _called_otherwise(about: str, what: str, name: str, old: Collection[str], now: _Named | None) -> Iterator[Change]:
    """That a part goes on under another name."""
    if now and now.was and now.was in old and name not in old:
        yield Change(about, f"{what and f'{what} '}was called {spoken(now.was)}, and goes on with what that had")


def _paired(
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
