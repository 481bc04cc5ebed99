"""Shares of what reviews found, of each market and its parts, and of all markets together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.sampling.estimated import ALL_MARKETS, Estimate, Part, by_itself
from evenhand.sampling.prevalence import prevalence
from evenhand.sampling.sums import Golden, Sums, sums


@dataclass(frozen=True)
class Sample:
    """The reviews of a part.

    Attributes:
        sums: what they come to.
        stands_for: how many units they stand for together.
    """

    sums: Sums
    stands_for: float


def samples(name: str, reviews: Mapping[Part, Iterable[tuple[float, bool]]]) -> dict[Part, Sample]:
    """What the reviews of each part come to.

    Args:
        name: of what is estimated.
        reviews: what each stands for, and whether it found something.
    """
    found = {}
    for part, of in sorted(reviews.items()):
        with by_itself(name, *part):
            # In one order, for sums of floats differ by it.
            weights, said = zip(*sorted(of), strict=True)
            found[part] = Sample(sums(weights, said), math.fsum(weights))
    return found


def shares(
    name: str, of: Mapping[Part, Sample], known: Mapping[Part, Golden], reviewed: Mapping[str, int]
) -> list[Estimate]:
    """The share of each part, and of each part over all markets.

    Args:
        name: of what is estimated.
        known: by which golden items reviewers' errors are known; of parts without, they are never wrong.
        reviewed: how many golden items that is in each market.
    """
    found: list[Estimate] = []
    everywhere: dict[tuple[str, str], list[tuple[Estimate, float]]] = defaultdict(list)
    for part, sample in sorted(of.items()):
        with by_itself(name, *part):
            ours = prevalence(sample.sums, known.get(part))
            value, low, high = (float(each[0]) for each in (ours.value, ours.low, ours.high))
            one = Estimate(
                name, *part, None if np.isnan(value) else value, low, high,
                int(sample.sums.reviews[0]), reviewed.get(part[0], 0) if part in known else 0,
            )  # fmt: skip
            found.append(one)
            everywhere[part[1:]].append((one, sample.stands_for))
    return [*found, *(_together(each) for each in everywhere.values())]


def _together(markets: Sequence[tuple[Estimate, float]]) -> Estimate:
    """One share of several markets, each by what its reviews stand for.

    Its interval is made of theirs, by the squares of how far their ends are from their figures (MOVER, Zou and Donner
    2008). Where nothing can be said of one of them, nothing can of all, but for the ends.
    """
    whole = math.fsum(weight for _, weight in markets)
    parts = [(each, weight / whole) for each, weight in markets]
    of_all = replace(
        markets[0][0],
        market=ALL_MARKETS,
        reviews=sum(each.reviews for each, _ in markets),
        golden_reviews=sum(each.golden_reviews for each, _ in markets),
    )
    if len(parts) == 1:
        return of_all

    def mean(ends: Iterable[float]) -> float:
        return math.fsum(part * end for (_, part), end in zip(parts, ends, strict=True))

    lows = [each.interval_low or 0.0 for each, _ in parts]
    highs = [1.0 if each.interval_high is None else each.interval_high for each, _ in parts]
    values = [each.value for each, _ in parts if each.value is not None]
    if len(values) < len(parts):
        return replace(of_all, value=None, interval_low=mean(lows), interval_high=mean(highs))
    value = mean(values)

    def reach(ends: Sequence[float]) -> float:
        return math.sqrt(
            math.fsum((part * (end - one)) ** 2 for (_, part), end, one in zip(parts, ends, values, strict=True))
        )

    return replace(of_all, value=value, interval_low=value - reach(lows), interval_high=value + reach(highs))
