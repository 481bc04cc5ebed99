"""Estimates of what reviewers said, with their intervals once more.

The share found in breach is exact. Ends are by scipy's Betas, and those that carry reviewers' errors are added up as
Gauss and Jacobi do, whose weights are those of Betas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb, sqrt
from statistics import NormalDist

from scipy.optimize import brentq
from scipy.special import roots_jacobi
from scipy.stats import beta

# A Beta by its two numbers.
Beta = tuple[float, float]
TAIL = 0.025


@dataclass(frozen=True)
class Told:
    """A figure, its interval and how many reviews it is from; of a share, what those stand for, too."""

    figure: Fraction | None
    low: float | None
    high: float | None
    reviews: int
    stands_for: Fraction = Fraction(0)

    def rest(self) -> Told:
        """What is left of the whole."""
        assert self.low is not None and self.high is not None
        figure = None if self.figure is None else 1 - self.figure
        return replace(self, figure=figure, low=1 - self.high, high=1 - self.low)


@dataclass(frozen=True)
class Known:
    """Golden items in breach and how many of them were recognised, clean ones and how many of those were passed."""

    violating: Fraction
    recognised: Fraction
    clean: Fraction
    passed: Fraction

    def turned(self) -> Known:
        """Of reviewers who look for what is clean."""
        return Known(self.clean, self.passed, self.violating, self.recognised)

    def of_several(self, penalties: Sequence[tuple[Fraction, int]]) -> Known:
        """Of reviewers of penalties, each with its weight and the decisions that it needs: what looks wrong is sought.

        All decisions of a right one have to be recognised. Of a wrong one, one is clean and is seen to be, or another
        isn't recognised. As many items are known as leave these shares as uncertain as they are (delta method).
        """
        seen, passed = self.recognised / self.violating, self.passed / self.clean
        of_seen, of_passed = seen * (1 - seen) / self.violating, passed * (1 - passed) / self.clean
        total = sum(weight for weight, _ in penalties)

        def mean(terms: Sequence[Fraction]) -> Fraction:
            return sum((weight * term for (weight, _), term in zip(penalties, terms, strict=True)), Fraction(0)) / total

        needed = [decisions for _, decisions in penalties]
        right = mean([seen**each for each in needed])
        by_seen = mean([each * seen ** (each - 1) for each in needed])
        others = mean([seen ** (each - 1) for each in needed])
        by_others = mean([(each - 1) * seen ** (each - 2) if each > 1 else Fraction(0) for each in needed])
        wrong = 1 - (1 - passed) * others
        many = wrong * (1 - wrong) / (others**2 * of_passed + ((1 - passed) * by_others) ** 2 * of_seen)
        several = right * (1 - right) / (by_seen**2 * of_seen)
        return Known(many, many * wrong, several, several * right)


def ends(reviews: Sequence[tuple[Fraction, bool]], known: Known | None) -> Told:
    """The share in breach of what reviews stand for, less reviewers' errors if they are known, and its interval."""
    whole = sum((weight for weight, _ in reviews), Fraction(0))
    share = sum((weight for weight, said in reviews if said), Fraction(0)) / whole
    figure: Fraction | None = share
    if known:
        alarms = 1 - known.passed / known.clean
        better = known.recognised / known.violating - alarms
        figure = min(max((share - alarms) / better, Fraction(0)), Fraction(1)) if better > 0 else None
    low, high = _ends([(float(weight * len(reviews) / whole), said) for weight, said in reviews], known)
    # The figure is in its interval, which ends at 0 or 1 only where nothing or everything was found.
    inside = low if figure is None else float(figure)
    return Told(
        figure,
        min(low, inside) if share else 0.0,
        max(high, inside) if share < 1 else 1.0,
        len(reviews),
        whole,
    )


def _ends(reviews: Sequence[tuple[float, bool]], known: Known | None) -> tuple[float, float]:
    """Korn and Graubard's: as many equal reviews as leave the share as uncertain as these, with 3/4 of one more."""
    number = len(reviews)
    found = sum(weight for weight, said in reviews if said)
    squares = sum(weight**2 for weight, said in reviews if said)
    all_squares = sum(weight**2 for weight, _ in reviews)
    one = (squares + all_squares / number) / (found + 1)

    def design(breaches: float, squared: float) -> float:
        share = breaches / number
        if share <= 0 or share >= 1 - 1e-6:
            return all_squares / number
        return (squared * (1 - 2 * share) + share**2 * all_squares) / (number * share * (1 - share))

    effect = design(found, squares)
    lower = (found / effect + 0.25, (number - found) / effect + 0.75)
    more, effect = found + 0.75 * one, design(found + 0.75 * one, squares + 0.75 * one**2)
    upper = (more / effect, (number - more) / effect + 0.25)
    if known is None:
        return float(beta.ppf(TAIL, *lower)), float(beta.ppf(1 - TAIL, *upper))
    violating, recognised, clean, passed = (
        float(each) for each in (known.violating, known.recognised, known.clean, known.passed)
    )
    alarms, missed = clean - passed, violating - recognised
    low = melded(lower, (alarms + 0.75, passed + 0.25), (recognised + 0.75, missed + 0.25), TAIL)
    high = melded(upper, (alarms + 0.25, passed + 0.75), (recognised + 0.25, missed + 0.75), 1 - TAIL)
    # Nobody who is sometimes wrong can say more than who never is: of as many reviews without, or all, in breach.
    return min(low, TAIL ** (1 / number)), max(high, 1 - TAIL ** (1 / number))


def melded(share: Beta, alarms: Beta, sense: Beta, quantile: float) -> float:
    """The quantile of (share - alarms) / (sense - alarms), within 0 and 1.

    Where sense isn't above alarms anything may be true: 0 for the lower end, 1 for the upper.
    """
    at, weight = roots_jacobi(250, alarms[1] - 1, alarms[0] - 1)
    alarm, weight = (at + 1) / 2, weight / weight.sum()
    # Of a sensitivity between an alarm and 1, with what makes its density infinite at 1 in the weights.
    at, part = roots_jacobi(150, sense[1] - 1, 0)
    seen = alarm[:, None] + (1 - alarm[:, None]) * (at + 1) / 2
    dense = beta.pdf(seen, *sense) / (1 - seen) ** (sense[1] - 1)
    chance = dense * part * ((1 - alarm[:, None]) / 2) ** sense[1]
    nothing_told = float(weight @ beta.cdf(alarm, *sense)) * (quantile < 0.5)

    def above(value: float) -> float:
        likely = beta.cdf(alarm[:, None] + value * (seen - alarm[:, None]), *share)
        return float(weight @ (likely * chance).sum(axis=1)) + nothing_told - quantile

    if above(0) >= 0:
        return 0.0
    return 1.0 if above(1) <= 0 else float(brentq(above, 0, 1, xtol=1e-9))


def jackknifed(items: Sequence[Sequence[bool]]) -> Told:
    """Krippendorff's alpha of what was said of each item, and the interval of leaving out one item at a time."""
    whole = _alpha(items)
    if whole is None:
        return Told(None, None, None, len(items))
    # Without one or another of which the same was said, the same is left.
    places = {tuple(said): at for at, said in enumerate(items)}
    left = {said: _alpha([*items[:at], *items[at + 1 :]]) for said, at in places.items()}
    without = [left[tuple(said)] for said in items]
    # Without the only one that differs, or that is in breach, it is as if they agreed.
    alphas = [1.0 if each is None else float(each) for each in without]
    mean, number = sum(alphas) / len(items), len(items)
    reach = NormalDist().inv_cdf(1 - TAIL) * sqrt((number - 1) / number * sum((each - mean) ** 2 for each in alphas))
    differ, chance = _differ(items)
    often, seldom = float(differ) * number, float(1 - differ) * number
    most = beta.ppf(1 - TAIL, often + 1, max(seldom, 1e-9))
    least = beta.ppf(TAIL, often, seldom + 1) if often else 0.0
    low = max(-1.0, min(float(whole) - reach, 1 - most / float(chance)))
    return Told(whole, low, min(1.0, max(float(whole) + reach, 1 - least / float(chance))), number)


def _alpha(items: Sequence[Sequence[bool]]) -> Fraction | None:
    differ, chance = _differ(items)
    return 1 - differ / chance if chance else None


def _differ(items: Sequence[Sequence[bool]]) -> tuple[Fraction, Fraction]:
    """How often two reviews of one item differ, each review counted once, and how often any two do."""
    reviews = sum(len(said) for said in items)
    yes = sum(sum(said) for said in items)
    pairs = sum((Fraction(2 * sum(said) * (len(said) - sum(said)), len(said) - 1) for said in items), Fraction(0))
    return pairs / max(reviews, 1), Fraction(yes * (reviews - yes), comb(reviews, 2)) if reviews > 1 else Fraction(0)


def together(markets: Sequence[Told]) -> Told:
    """One share of several markets, by what their reviews stand for; its ends are as far as the root of the squares."""
    whole = sum((each.stands_for for each in markets), Fraction(0))
    parts = [(each.stands_for / whole, each) for each in markets]
    reviews = sum(each.reviews for each in markets)
    lows = [(float(part), each.low or 0.0) for part, each in parts]
    highs = [(float(part), 1.0 if each.high is None else each.high) for part, each in parts]
    if len(markets) == 1:
        return markets[0]
    if any(each.figure is None for each in markets):
        low, high = (sum(part * end for part, end in of) for of in (lows, highs))
        return Told(None, low, high, reviews)
    figures = [each.figure or Fraction(0) for each in markets]
    figure = sum((part * value for (part, _), value in zip(parts, figures, strict=True)), Fraction(0))
    down, up = (
        sqrt(sum((part * (end - float(value))) ** 2 for (part, end), value in zip(of, figures, strict=True)))
        for of in (lows, highs)
    )
    return Told(figure, float(figure) - down, float(figure) + up, reviews)
