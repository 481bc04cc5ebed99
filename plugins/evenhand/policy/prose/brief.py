"""`evenhand policy brief`: what a change of a pack means for those who work with it, with examples at its bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from evenhand.policy.diff import Change, diff
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Comparison
from evenhand.policy.language.programme import Programme
from evenhand.policy.prose import words
from evenhand.policy.prose.speech import Speech, local, name, say, speaking
from evenhand.policy.prose.words import capital, counted, listed, number

# So many examples are remembered; more are read by nobody.
MOST_EXAMPLES = 10
_HOLDS = {
    "at_least": Decimal.__ge__,
    "more_than": Decimal.__gt__,
    "at_most": Decimal.__le__,
    "less_than": Decimal.__lt__,
}


def brief(old: Pack, new: Pack, language: Speech | None = None) -> str:
    """What is otherwise in `new`, as Markdown: for reviewers, for operations, for creators, and at the bounds.

    Args:
        language: that it is in; by default English.
    """
    with speaking(language):
        return "\n".join(local(each) for each in _lines(old, new))


def _lines(old: Pack, new: Pack) -> Iterator[str]:
    changes = diff(old, new)
    yield say("# From {old} to {new}", old=words.edition(old), new=words.edition(new))
    yield ""
    if not changes:
        yield say("Both decide the same.")
        yield ""
        return
    for title, said in for_readers(changes):
        yield title
        yield ""
        yield from said
        yield ""
    examples = list(islice(at_bounds(old, new), MOST_EXAMPLES))
    if examples:
        yield say("## On both sides of what changed")
        yield ""
        for example in examples:
            yield say("- {said}", said=example)
        yield ""


def for_readers(changes: Sequence[Change]) -> Iterator[tuple[str, list[str]]]:
    """The heading for each of those who work with a pack, and what concerns them of its changes, as Markdown."""
    for title, concerned in (
        ("## For reviewers", _reviewers),
        ("## For operations", _operations),
        ("## For creators", _creators),
    ):
        said = [
            say("- {about}: {said}.", about=capital(each.about), said=each.said) for each in changes if concerned(each)
        ]
        yield say(title), said or [say("- Nothing changes for them.")]


def at_bounds(old: Pack, new: Pack) -> Iterator[str]:
    """What a value at each bound that changed, and the value next to it on the other side, brings now and brought."""
    for key, now in new.programmes.items():
        was = old.programmes.get(key)
        if was is None or was.unit != now.unit:
            continue
        for value in _beside_bounds(_bounds(was), _bounds(now)):
            yield _at(key, value, was, now)
    for key, eligibility in new.eligibility.items():
        before = old.eligibility.get(key)
        if before is None:
            continue
        tests = {each.condition: each for each in before.conditions}
        for condition in eligibility.conditions:
            test = tests.get(condition.condition)
            if test is None or not condition.programme or test.programme != condition.programme:
                continue
            # What another pack counts in isn't known here.
            unit = None if condition.of_pack else new.programmes[condition.programme].unit
            for value in _beside_bounds({test.comparison}, {condition.comparison}):
                yield say(
                    _HOW[_holds(condition, value), _holds(test, value)],
                    programme=capital(name("programme", condition.programme)),
                    value=counted(value, unit) if unit else number(value),
                    condition=name("condition", condition.condition),
                    eligibility=name("programme", key),
                )


# Whether a condition holds now, and whether it did before.
_HOW = {
    (True, True): "{programme} of {value}: {condition} for {eligibility} holds, as before.",
    (False, False): "{programme} of {value}: {condition} for {eligibility} fails, as before.",
    (True, False): "{programme} of {value}: {condition} for {eligibility} holds now; before it did not.",
    (False, True): "{programme} of {value}: {condition} for {eligibility} fails now; before it did not.",
}


def _bounds(programme: Programme) -> set[tuple[str, Decimal] | None]:
    return {zone.comparison for zone in programme.zones}


def _beside_bounds(was: set[tuple[str, Decimal] | None], now: set[tuple[str, Decimal] | None]) -> Sequence[Decimal]:
    """The values on both sides of each bound that is in one of them alone, in their order."""
    changed = [each for each in was ^ now if each]
    return sorted({value for how, bound in changed for value in _sides(how, bound)})


def _sides(how: str, bound: Decimal) -> tuple[Decimal, Decimal]:
    """The bound, and the nearest value on the side of it where it isn't."""
    exponent = bound.normalize().as_tuple().exponent
    step = Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))
    return bound, bound - step if how in ("at_least", "less_than") else bound + step


def _at(key: str, value: Decimal, was: Programme, now: Programme) -> str:
    zone, before = now.zones[_zone(now, value)], was.zones[_zone(was, value)]
    said = say(
        "{programme} of {value}: zone {zone}",
        programme=capital(name("programme", key)),
        value=counted(value, now.unit),
        zone=name("zone", zone.zone),
    )
    if zone.measures:
        measures = listed([words.brought(each) for each in zone.measures])
        said = say("{said}, which brings {measures}", said=said, measures=measures)
    if zone.zone == before.zone:
        return say("{said}, as before.", said=said)
    return say("{said}; before, zone {zone}.", said=said, zone=name("zone", before.zone))


def _zone(programme: Programme, value: Decimal) -> int:
    """The strictest zone whose bound a value is within; the first has none."""
    return max(position for position, zone in enumerate(programme.zones) if not position or _holds(zone, value))


def _holds(part: Comparison, value: Decimal) -> bool:
    how, bound = part.comparison or ("at_least", value)
    return bool(_HOLDS[how](value, bound))


def _reviewers(change: Change) -> bool:
    return change.about == "appeals" or "rule " in change.said


def _operations(change: Change) -> bool:
    of_the_whole = change.about in ("who is affected", "from when", "measures", "stages")
    return of_the_whole or change.about.startswith("bonus") or "zone " in change.said


def _creators(change: Change) -> bool:
    return change.about not in ("who is affected", "from when", "measures")
