"""Examples on both sides of each bound of a pack that changed: what a value brings now, and what it brought."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from evenhand.policy.diff import paired
from evenhand.policy.language.eligibility import Condition, Eligibility, Test
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Comparison
from evenhand.policy.language.programme import Programme, compares
from evenhand.policy.prose import words
from evenhand.policy.prose.neighbours import unit_read
from evenhand.policy.prose.other_bounds import other_bounds
from evenhand.policy.prose.speech import name, say
from evenhand.policy.prose.words import capital, converted, counted, joined, listed, money, number

# So many examples are remembered; more are read by nobody.
MOST_EXAMPLES = 10
# How a value is compared with a bound, and the bound.
Bound = tuple[str, Decimal]


@dataclass(frozen=True)
class Example:
    """A value beside a bound that changed.

    Attributes:
        of: what it is a value of.
        value: with its unit.
        said: what it brings now and brought, as a sentence.
    """

    of: str
    value: str
    said: str


def examples(old: Pack, new: Pack) -> tuple[list[str], str]:
    """So many examples as are remembered, and which values beside changed bounds are left out; empty if none is."""
    found = list(at_bounds(old, new))
    shown, more = found[:MOST_EXAMPLES], found[MOST_EXAMPLES:]
    left_out: dict[str, list[str]] = {}
    for each in more:
        left_out.setdefault(each.of, []).append(each.value)
    said = joined(
        say("{what} ({values})", what=of, values=listed(dict.fromkeys(values))) for of, values in left_out.items()
    )
    return [each.said for each in shown], say("Not shown for length: {values}.", values=said) if more else ""


def at_bounds(old: Pack, new: Pack) -> Iterator[Example]:
    """What a value at each bound that changed, and the value next to it on the other side, brings now and brought."""
    for key, was, now in paired(
        old.programmes, new.programmes, {key: each.was for key, each in new.programmes.items()}
    ):
        if was and now:
            yield from _of_zones(key, was, now)
    for key, before, eligibility in paired(
        old.eligibility, new.eligibility, {key: each.was for key, each in new.eligibility.items()}
    ):
        if before and eligibility:
            yield from _of_conditions(key, old, before, new, eligibility)
    yield from _of_others(old, new)


def _of_zones(key: str, was: Programme, now: Programme) -> Iterator[Example]:
    bounds = {each.comparison for each in now.zones if each.comparison}
    before = _as_counted_now({each.comparison for each in was.zones if each.comparison}, was.unit, now.unit)
    for value in _beside(bounds if before is None else before ^ bounds):
        zone = now.zones[_zone(now, value)]
        of, told = capital(name("programme", key)), counted(value, now.unit)
        said = say("{programme} of {value}: zone {zone}", programme=of, value=told, zone=name("zone", zone.zone))
        if zone.measures:
            measures = listed([words.brought(each) for each in zone.measures])
            said = say("{said}, which brings {measures}", said=said, measures=measures)
        then = _as_counted_now({("", value)}, now.unit, was.unit)
        if then is None:
            said = _was_counted_in(said, was.unit)
        else:
            zone_then = was.zones[_zone(was, next(bound for _, bound in then))].zone
            if zone_then in (zone.zone, zone.was):
                said = say("{said}, as before.", said=said)
            else:
                said = say("{said}; before, zone {zone}.", said=said, zone=name("zone", zone_then))
        yield Example(of, told, said)


def _zone(programme: Programme, value: Decimal) -> int:
    """The strictest zone whose bound a value is within; the first has none."""
    return max(position for position, zone in enumerate(programme.zones) if not position or _holds(zone, value))


def _holds(part: Comparison, value: Decimal) -> bool:
    return bool(part.comparison and compares(value, *part.comparison))


def _was_counted_in(said: str, unit: str) -> str:
    units = name("units", words.plural(unit))
    return say("{said}; before, it was counted in {units}.", said=said, units=units)


# --- Conditions.


# What a condition makes of a value now, and what it made of it.
_NOW = {
    "holds": "{programme} of {value}: {condition} for {eligibility} holds",
    "fails": "{programme} of {value}: {condition} for {eligibility} fails",
    "other": "{programme} of {value}: {condition} for {eligibility} holds only by another of its tests",
    "unasked": "{programme} of {value}: {condition} for {eligibility} doesn't ask for it",
}
_BEFORE = {
    "holds": "{said}; before, it held.",
    "fails": "{said}; before, it failed.",
    "other": "{said}; before, it held only by another of its tests.",
    "unasked": "{said}; before, it was not asked.",
}


def _of_conditions(key: str, old: Pack, before: Eligibility, new: Pack, now: Eligibility) -> Iterator[Example]:
    asked, were = _conditions(now), _conditions(before)
    called = {at: (each.was, at[1]) for at, each in asked.items()}
    # What a programme was called in the old pack.
    names = {
        each: programme.was
        for each, programme in new.programmes.items()
        if programme.was in old.programmes and each not in old.programmes
    }
    for (condition, _), was, is_now in paired(were, asked, called):
        tests_now, tests_was = _tests(is_now), _tests(was)
        renamed = {(then, ""): (each, "") for each, then in names.items()}
        tests_was = {renamed.get(of, of): tests for of, tests in tests_was.items()}
        for of in dict.fromkeys([*tests_now, *tests_was]):
            unit, unit_was = (
                next((unit_read(each, pack, since.effective_from if since else None) for each in tests.get(of, ())), "")
                for tests, pack, since in ((tests_now, new, is_now), (tests_was, old, was))
            )
            # One that isn't known is taken for the other: it says nothing of a change.
            shown = unit or unit_was or ""
            compared, compared_then = (
                [each.comparison for each in tests.get(of, ()) if each.comparison] for tests in (tests_now, tests_was)
            )
            bounds, others = set(compared), _tests_beside(is_now, compared)
            then, others_then = (
                _as_counted_now(compared_then, unit_was or shown, shown),
                _tests_beside(was, compared_then),
            )
            for value in _beside(bounds if then is None else then ^ bounds):
                programme = capital(name("programme", of[0]))
                state_now = _state(bounds, others, value)
                told = counted(value, shown) if shown else number(value)
                said = say(
                    _NOW[state_now],
                    programme=programme,
                    value=told,
                    condition=name("condition", condition),
                    eligibility=name("programme", key),
                )
                if then is None:
                    said = _was_counted_in(said, unit_was)
                elif (state := _state(then, others_then, value)) == state_now:
                    said = say("{said}, as before.", said=said)
                else:
                    said = say(_BEFORE[state], said=said)
                yield Example(programme, told, said)


def _conditions(eligibility: Eligibility) -> dict[tuple[str, int], Condition]:
    # The same may be asked otherwise on other days; the first is compared with the first.
    names = [each.condition for each in eligibility.conditions]
    return {(each.condition, names[:i].count(each.condition)): each for i, each in enumerate(eligibility.conditions)}


def _tests(condition: Condition | None) -> Mapping[tuple[str, str], Sequence[Test]]:
    """The tests of each programme; what a condition asks of one, it may ask in several."""
    found: dict[tuple[str, str], list[Test]] = {}
    for each in condition.tests() if condition else ():
        if each.programme:
            found.setdefault((each.programme, each.of_pack or ""), []).append(each)
    return found


def _tests_beside(condition: Condition | None, compared: Sequence[Bound]) -> int:
    """How many tests a condition has beside these, among which one may stand twice."""
    return len(condition.tests()) - len(compared) if condition else 0


def _state(bounds: Collection[Bound], others: int, value: Decimal) -> str:
    if not bounds:
        return "unasked"
    if any(compares(value, *each) for each in bounds):
        return "holds"
    return "other" if others else "fails"


# --- Whatever else has a bound.


_WITHIN = {
    True: "{part}, {what}: {value} is within the bound",
    False: "{part}, {what}: {value} is beyond the bound",
    None: "{part}, {what}: {value} has no bound",
}
_WAS_WITHIN = {
    True: "{said}; before, it was within.",
    False: "{said}; before, it was beyond.",
    None: "{said}; before, there was no bound.",
}


# Of a length, a day of it.
_RUNS = {
    True: "{part}, {what}: on day {value} it goes on",
    False: "{part}, {what}: on day {value} it is over",
    None: "{part}, {what}: on day {value} no number of days ends it",
}
_RAN = {
    True: "{said}; before, it went on.",
    False: "{said}; before, it was over.",
    None: "{said}; before, no number of days ended it.",
}


def _of_others(old: Pack, new: Pack) -> Iterator[Example]:
    for _, was, now in paired(other_bounds(old, new), other_bounds(new)):
        limit = now or was
        if limit is None:
            continue
        bounds, before = ({each.comparison} if each else set() for each in (now, was))
        then = _as_counted_now(before, was.unit if was else limit.unit, limit.unit)
        for value in _beside(bounds if then is None else then ^ bounds):
            told = counted(value, limit.unit) if limit.unit else number(value)
            told = told if limit.currency is None else money(value, limit.currency)
            is_within = _within(bounds, value)
            if limit.lasts:
                said = say(_RUNS[is_within], part=capital(limit.part), what=limit.what, value=number(value))
            else:
                said = say(_WITHIN[is_within], part=capital(limit.part), what=limit.what, value=told)
            if then is None and was:
                said = _was_counted_in(said, was.unit)
            elif (was_within := _within(then or (), value)) == is_within:
                said = say("{said}, as before.", said=said)
            else:
                said = say((_RAN if limit.lasts else _WAS_WITHIN)[was_within], said=said)
            yield Example(say("{part}, {what}", part=capital(limit.part), what=limit.what), told, said)


def _within(bounds: Iterable[Bound], value: Decimal) -> bool | None:
    return next((compares(value, *each) for each in bounds), None)


# --- Values.


def _as_counted_now(bounds: Collection[Bound], unit: str, now: str) -> set[Bound] | None:
    """Bounds in another unit; None where what is counted in one isn't counted in the other."""
    there = {(how, converted(bound, unit, now)) for how, bound in bounds}
    known = {(how, bound) for how, bound in there if bound is not None}
    return known if len(known) == len(there) else None


def _beside(bounds: Iterable[Bound]) -> Sequence[Decimal]:
    """The values on both sides of each bound, in their order."""
    return sorted({value for how, bound in bounds for value in _sides(how, bound)})


def _sides(how: str, bound: Decimal) -> tuple[Decimal, Decimal]:
    """The bound, and the nearest value on the side of it where it isn't."""
    exponent = bound.normalize().as_tuple().exponent
    step = Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))
    return bound, bound - step if how in ("at_least", "less_than") else bound + step
