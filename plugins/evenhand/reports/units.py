"""What a metric is to come to, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from evenhand.policy.prose.words import COMPARATORS
from evenhand.policy.targets import Goal, Target
from evenhand.reports.formats import Formats

# What the reader's language has for an English word, or the same.
Words = Callable[[str], str]


def bound(writes: Formats, words: Words, wanted: Target | Goal, unit: str) -> str:
    """What a metric is to come to: at most 3 days.

    Args:
        unit: the metric's; a bound's own counts first.
    """
    how, value = wanted.comparison or ("at_most", Decimal(0))
    return f"{words(COMPARATORS[how])} {writes.figure(value, wanted.unit or unit, wanted.market)}"
