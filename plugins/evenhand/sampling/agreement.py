"""Whether reviewers mean the same: Krippendorff's alpha, 1 where they always agree and 0 where by chance alone.

The packages that compute it are under the GPL or no longer kept, so that it is computed here; the formula is of
Krippendorff, Content Analysis (2004), chapter 11, for yes and no.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, ndtri

from evenhand.sampling.sums import Floats
from evenhand.sampling.told import UNCLEAR_BELOW


@dataclass(frozen=True)
class Agreement:
    """How far reviewers agreed.

    Attributes:
        items: how many items at least two reviewed.
        alpha: nothing where every review says the same, for then nothing can be said.
        low, high: its interval.
    """

    items: int
    alpha: float | None
    low: float | None
    high: float | None

    @property
    def is_unclear(self) -> bool:
        """Whether what is reviewed is unclear: reviewers agree too little for a conclusion."""
        return self.alpha is not None and self.alpha < UNCLEAR_BELOW


def agreement(items: Iterable[Sequence[bool]], level: float = 0.95) -> Agreement:
    """How far reviewers agreed on items, each with what its reviewers said; those of one reviewer are left out.

    The interval is of leaving out one item at a time (a jackknife), and at least that of how often two reviewers
    differed: where they never did, the first would have no width.
    """
    said = [list(each) for each in items if len(each) > 1]
    reviews = np.array([len(each) for each in said], float)
    yes = np.array([sum(each) for each in said], float)
    # Of an item: its ordered pairs of reviews that differ, over how many others each review has.
    differing = 2 * yes * (reviews - yes) / (reviews - 1)
    whole = _alpha(differing.sum(), yes.sum(), reviews.sum())
    if not len(said) or np.isnan(whole):
        return Agreement(len(said), None, None, None)
    tail = (1 - level) / 2
    number = len(said)
    without = _alpha(differing.sum() - differing, yes.sum() - yes, reviews.sum() - reviews)
    # Without its only disagreement or its only yes, nothing can be said of the rest: it is as if they agreed.
    without = np.where(np.isnan(without), 1.0, without)
    reach = float(ndtri(1 - tail)) * np.sqrt((number - 1) / number * ((without - without.mean()) ** 2).sum())
    observed = float(differing.sum() / reviews.sum())
    expected = observed / (1 - whole) if whole < 1 else _expected(yes.sum(), reviews.sum())
    often, seldom = number * observed, number * (1 - observed)
    most = float(betaincinv(often + 1, max(seldom, 1e-9), 1 - tail))
    least = float(betaincinv(often, seldom + 1, tail)) if often > 0 else 0.0
    low = max(-1.0, min(whole - reach, 1 - most / expected))
    return Agreement(number, float(whole), float(low), float(min(1.0, max(whole + reach, 1 - least / expected))))


def _expected(yes: Floats | float, reviews: Floats | float) -> Floats | float:
    """How often two reviews differ that are put together by chance."""
    return 2 * yes * (reviews - yes) / (reviews * (reviews - 1))


def _alpha(differing: Floats | float, yes: Floats | float, reviews: Floats | float) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1 - (differing / reviews) / _expected(yes, reviews), float)
