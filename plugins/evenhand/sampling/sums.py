"""What reviews of a sample come to: all that estimates and intervals need of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sums:
    """The sums of one sample, or of many at once: every field is an array with a place for each.

    Weights are scaled, so that those of a sample have a mean of 1; what they were before doesn't matter.

    Attributes:
        reviews: how many items were reviewed.
        found: the weights of those in breach.
        found_squared: their squares.
        squared: the squares of all weights: `squared / reviews` is Kish's design effect, 1 where all weigh the same.
    """

    reviews: Floats
    found: Floats
    found_squared: Floats
    squared: Floats

    @property
    def share(self) -> Floats:
        """The share found in breach, as reviewers see it: Hájek's estimate, the ratio of two Horvitz-Thompson sums."""
        return self.found / self.reviews

    def variance(self) -> Floats:
        """The variance of the share, as if the items had been drawn with replacement (Hansen and Hurwitz)."""
        share = self.share
        return (self.found_squared * (1 - 2 * share) + share**2 * self.squared) / self.reviews**2


def sums(weights: ArrayLike, in_breach: ArrayLike) -> Sums:
    """The sums of reviews; of a table, each row is a sample.

    Args:
        weights: what each reviewed item stands for: one over its inclusion probability, times its views where the
            share is one of views. Above zero.
        in_breach: what its reviewer said.

    Raises:
        ValueError: there is no review, or a weight that stands for nothing.
    """
    weigh, said = np.atleast_2d(np.asarray(weights, float)), np.atleast_2d(np.asarray(in_breach, bool))
    if not weigh.shape[1] or not (weigh > 0).all():
        raise ValueError("A sample needs one review at least, and each a weight above zero")
    scaled = weigh / weigh.mean(axis=1, keepdims=True)
    return Sums(
        np.full(len(scaled), float(scaled.shape[1])),
        (scaled * said).sum(axis=1),
        (scaled**2 * said).sum(axis=1),
        (scaled**2).sum(axis=1),
    )


@dataclass(frozen=True)
class Golden:
    """What reviewers said of items whose truth is known; as `Sums`, one or many at once.

    Attributes:
        violating: golden items that are in breach.
        recognised: those of them that reviewers found in breach: the share is their sensitivity.
        clean: golden items that aren't in breach.
        passed: those of them that reviewers found nothing in: the share is their specificity.
    """

    violating: Floats
    recognised: Floats
    clean: Floats
    passed: Floats


def golden(violating: ArrayLike, recognised: ArrayLike, clean: ArrayLike, passed: ArrayLike) -> Golden:
    """Golden items by their counts.

    Raises:
        ValueError: more were recognised or passed than there are.
    """
    counts = [np.atleast_1d(np.asarray(each, float)) for each in (violating, recognised, clean, passed)]
    if not ((counts[1] >= 0) & (counts[1] <= counts[0]) & (counts[3] >= 0) & (counts[3] <= counts[2])).all():
        raise ValueError("Reviewers can't be right about more golden items than there are")
    return Golden(*counts)
