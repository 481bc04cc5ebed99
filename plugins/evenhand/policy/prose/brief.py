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
from evenhand.policy.prose.words import capital, counted, listed, spoken

# So many examples are remembered; more are read by nobody.
MOST_EXAMPLES = 10
_HOLDS = {
    "at_least": Decimal.__ge__,
    "more_than": Decimal.__gt__,
    "at_most": Decimal.__le__,
    "less_than": Decimal.__lt__,
}


def brief(old: Pack, new: Pack) -> str:
    """What is otherwise in `new`, as Markdown: for reviewers, for operations, for creators, and at the bounds."""
    changes = diff(old, new)
    lines = [f"# From {words.edition(old)} to {words.edition(new)}", ""]
    if not changes:
        return "\n".join([*lines, "Both decide the same.", ""])
    for title, concerned in (
        ("For reviewers", _reviewers),
        ("For operations", _operations),
        ("For creators", _creators),
    ):
        said = [f"- {capital(each.about)}: {each.said}." for each in changes if concerned(each)]
        lines += [f"## {title}", "", *(said or ["- Nothing changes for them."]), ""]
    examples = list(islice(at_bounds(old, new), MOST_EXAMPLES))
    if examples:
        lines += ["## On both sides of what changed", "", *(f"- {each}" for each in examples), ""]
    return "\n".join(lines)


def at_bounds(old: Pack, new: Pack) -> Iterator[str]:
    """What a value at each bound that changed, and the value next to it on the other side, brings now and brought."""
    for name, now in new.programmes.items():
        was = old.programmes.get(name)
        if was is None or was.unit != now.unit:
            continue
        for value in _beside_bounds(_bounds(was), _bounds(now)):
            yield _at(name, value, was, now)
    for name, eligibility in new.eligibility.items():
        before = old.eligibility.get(name)
        if before is None:
            continue
        tests = {each.condition: each for each in before.conditions}
        for condition in eligibility.conditions:
            test = tests.get(condition.condition)
            if test is None or not condition.programme or test.programme != condition.programme:
                continue
            unit = new.programmes[condition.programme].unit
            for value in _beside_bounds({test.comparison}, {condition.comparison}):
                holds, held = _holds(condition, value), _holds(test, value)
                how = "holds" if holds else "fails"
                yield (
                    f"{capital(spoken(condition.programme))} of {counted(value, unit)}: {spoken(condition.condition)}"
                    f" for {spoken(name)} {how}{', as before' if holds == held else ' now; before it did not'}."
                )


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


def _at(name: str, value: Decimal, was: Programme, now: Programme) -> str:
    zone, before = _zone(now, value), _zone(was, value)
    about = f"{capital(spoken(name))} of {counted(value, now.unit)}: zone {spoken(now.zones[zone].zone)}"
    brings = [f"{words.brought(each)}" for each in now.zones[zone].measures]
    brings_said = f", which brings {listed(brings)}" if brings else ""
    same = now.zones[zone].zone == was.zones[before].zone
    return f"{about}{brings_said}{', as before' if same else f'; before, zone {spoken(was.zones[before].zone)}'}."


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
