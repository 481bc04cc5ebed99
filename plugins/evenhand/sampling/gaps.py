"""Whether markets differ in how much is wrong: every pair of them, judged together (Holm 1979)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from evenhand.sampling.prevalence import rogan_gladen
from evenhand.sampling.sums import Floats, Golden, Sums


@dataclass(frozen=True)
class Gap:
    """By how much a share is higher in one market than in another.

    Attributes:
        gap: the difference of the two estimates.
        low, high: its interval, of this pair alone.
        likely: how likely so large a gap, or a larger one, is between equal markets, for all pairs together.
        is_found: whether the markets differ, as far as at most 5 % of such comparisons say so by chance.
    """

    market: str
    other: str
    gap: float
    low: float
    high: float
    likely: float
    is_found: bool


@dataclass(frozen=True)
class Measured:
    """A share as a test uses it: moved a little to the middle, with the variance of that."""

    share: Floats
    variance: Floats


def measured(found: Sums, known: Golden | None = None) -> Measured:
    """The share with the variance of the reviews and of the golden items, as of one breach and one clean item more.

    Agresti and Caffo (2000) add these to each sample: without them, small samples say too often that they differ.
    """
    more = Sums(found.reviews + 2, found.found + 1, found.found_squared + 1, found.squared + 2)
    share, variance = more.share, more.variance()
    if known is None:
        return Measured(share, variance)
    seen = (known.recognised + 1) / (known.violating + 2)
    alarms = (known.clean - known.passed + 1) / (known.clean + 2)
    better = seen - alarms
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(better > 0, (share - alarms) / better, np.nan)
        inside = np.clip(value, 0, 1)
        of_golden = (
            inside**2 * seen * (1 - seen) / (known.violating + 3)
            + (1 - inside) ** 2 * alarms * (1 - alarms) / (known.clean + 3)
        )  # fmt: skip
        return Measured(value, (variance + of_golden) / better**2)


def holm(likely: ArrayLike) -> Floats:
    """The likelihoods of comparisons that are made together, the last axis, each as it is beside the others."""
    each = np.asarray(likely, float)
    order = np.argsort(each, axis=-1, kind="stable")
    times = np.arange(each.shape[-1], 0, -1)
    raised = np.minimum(np.maximum.accumulate(np.take_along_axis(each, order, -1) * times, axis=-1), 1)
    together = np.empty_like(each)
    np.put_along_axis(together, order, raised, -1)
    return together


def differ(one: Measured, other: Measured) -> Floats:
    """How likely two equal shares are so far apart or further; 1 where nothing can be said."""
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.abs(one.share - other.share) / np.sqrt(one.variance + other.variance)
    return np.asarray(np.where(np.isnan(apart), 1.0, 2 * ndtr(-apart)), float)


def gaps(markets: Mapping[str, tuple[Sums, Golden | None]], level: float = 0.95) -> Sequence[Gap]:
    """Every pair of markets, by name; none where reviewers of one of them are no better than chance.

    Args:
        markets: what the reviews of each come to, and its golden items.
        level: of the interval; the rest of it is how often markets that are equal are said to differ.
    """
    values, tested = {}, {}
    for market, (found, known) in markets.items():
        values[market] = float((found.share if known is None else rogan_gladen(found.share, known))[0])
        tested[market] = measured(found, known)
    pairs = [
        (one, other)
        for one, other in combinations(sorted(markets), 2)
        if not np.isnan([values[one], values[other], tested[one].share[0], tested[other].share[0]]).any()
    ]
    if not pairs:
        return []
    together = holm([differ(tested[one], tested[other])[0] for one, other in pairs])
    far = float(ndtri((1 + level) / 2))
    found_gaps = []
    for (one, other), likely in zip(pairs, together, strict=True):
        middle = float(tested[one].share[0] - tested[other].share[0])
        reach = far * float(np.sqrt(tested[one].variance[0] + tested[other].variance[0]))
        gap = values[one] - values[other]
        low, high = max(-1.0, min(middle - reach, gap)), min(1.0, max(middle + reach, gap))
        found_gaps.append(Gap(one, other, gap, low, high, float(likely), bool(likely <= 1 - level)))
    return found_gaps
