"""Numbers of a unit, and what a metric is to come to, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from evenhand.explain.labels import Labels
from evenhand.policy.prose.words import COMPARATORS, SHARE, plural, spoken
from evenhand.policy.targets import Goal, Target
from evenhand.reports.formats import Formats

# What the reader's language has for an English word, or the same.
Words = Callable[[str], str]


def of_unit(labels: Labels, words: Words, value: Decimal | int, unit: str, count: str, share: str) -> str:
    """A number of a unit: 1 point, 3 points, 20 %; the number alone without a unit.

    Args:
        count, share: the number, and a hundred times it, as the language writes them.
    """
    if unit == SHARE:
        return f"{share}\u00a0%"
    if not unit:
        return count
    if said := labels.of_unit(value, unit, count):
        return said
    one, many = spoken(unit), plural(spoken(unit))
    # What there is no word for is in English, in the plural or not.
    word = one if words(many) == many and abs(value) == 1 else words(many)
    return f"{count} {word}"


def bound(writes: Formats, words: Words, wanted: Target | Goal, unit: str) -> str:
    """What a metric is to come to: at most 3 days.

    Args:
        unit: the metric's; a bound's own counts first.
    """
    how, value = wanted.comparison or ("at_most", Decimal(0))
    return f"{words(COMPARATORS[how])} {writes.figure(value, wanted.unit or unit, wanted.market)}"
