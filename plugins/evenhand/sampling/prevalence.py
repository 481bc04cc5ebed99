"""How much is in breach, by reviews that can be wrong: an estimate with an interval that carries both errors.

The estimate is Rogan and Gladen's: `(share found - false alarms) / (sensitivity - false alarms)`, within 0 and 1. Its
interval is melded (Fay, Proschan and Brittain 2015): the share, the false alarms and the sensitivity each have a
distribution of confidence for either end, and an end is a quantile of the estimate over all three. The distributions
are Beta's, by an effective sample where reviews weigh differently (Korn and Graubard 1998). Nothing in it is drawn at
random: the same reviews have the same interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc, betaincinv, ndtr

from evenhand.sampling.sums import Floats, Golden, Sums

# Of one more breach, or one less, that an end allows for: 1 is Clopper and Pearson's, 1/2 Jeffreys'. With 1 the melded
# interval covers too often (98.6 %), with 1/2 too seldom (92 % where few golden items are known): docs/sampling.md.
# One more is one of those that were reviewed, and not of one review more: a little wider than theirs.
_ALLOWED = 0.75
# Counts of nothing, to a Beta.
_NOTHING = 1e-9


@dataclass(frozen=True)
class Estimates:
    """A share of one sample, or of many at once, and its interval.

    Attributes:
        value: the estimate; not a number where reviewers are no better than chance, and nothing can be said.
        low: the lower end.
        high: the upper end; always above the lower.
    """

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class _Beta:
    """A distribution of confidence."""

    a: Floats
    b: Floats

    def quantile(self, at: Floats | float) -> Floats:
        return np.asarray(betaincinv(self.a, self.b, at), float)


def prevalence(found: Sums, known: Golden | None = None, level: float = 0.95) -> Estimates:
    """The share in breach.

    Args:
        found: what the reviews come to.
        known: by which golden items the reviewers' errors are known; without, they are never wrong.
        level: of the interval.
    """
    tail = (1 - level) / 2
    lower, upper = _share_low(found), _share_high(found)
    if known is None:
        value, low, high = found.share, lower.quantile(tail), upper.quantile(1 - tail)
    else:
        value = rogan_gladen(found.share, known)
        alarms = known.clean - known.passed
        most = _high(alarms, known.clean), _high(known.recognised, known.violating)
        least = _low(alarms, known.clean), _low(known.recognised, known.violating)
        low, high = _melded(lower, *most, tail), _melded(upper, *least, 1 - tail)
        # Whatever golden items say, reviewers who are never wrong could say no more than this of as many reviews.
        low = np.minimum(low, np.exp(np.log(tail) / found.reviews))
        high = np.maximum(high, -np.expm1(np.log(tail) / found.reviews))
    inside = np.where(np.isnan(value), low, value)
    low = np.where(found.found > 0, np.minimum(low, inside), 0.0)
    return Estimates(value, low, np.where(found.share < 1, np.maximum(high, inside), 1.0))


def rogan_gladen(share: Floats, known: Golden) -> Floats:
    """The share in breach by the share found, within 0 and 1; not a number where golden items tell nothing apart."""
    with np.errstate(divide="ignore", invalid="ignore"):
        false_alarms = (known.clean - known.passed) / known.clean
        better = known.recognised / known.violating - false_alarms
        value = np.where(better > 0, (share - false_alarms) / better, np.nan)
    return np.asarray(np.clip(value, 0, 1), float)


def _share_low(found: Sums) -> _Beta:
    return _effective(found, found.found, found.found_squared, 1 - _ALLOWED)


def _share_high(found: Sums) -> _Beta:
    """One more breach weighs what those found do, and before any is found, what any would if risk said nothing."""
    weight = (found.found_squared + found.squared / found.reviews) / (found.found + 1)
    return _effective(
        found, found.found + _ALLOWED * weight, found.found_squared + _ALLOWED * weight**2, 0.0, left=1 - _ALLOWED
    )


def _effective(found: Sums, breaches: Floats, squared: Floats, more: float, left: float = _ALLOWED) -> _Beta:
    """The Beta of so many reviews of equal weight as would leave the share as uncertain as it is."""
    share = np.clip(breaches / found.reviews, _NOTHING, 1 - _NOTHING)
    variance = np.maximum(squared, _NOTHING) * (1 - 2 * share) + share**2 * found.squared
    kish = found.squared / found.reviews
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = variance / (found.reviews * share * (1 - share))
    # Where nothing was found, or all was in breach, the reviews don't say how uncertain the share is.
    effect = np.where((breaches <= 0) | (breaches >= found.reviews * (1 - 1e-6)), kish, effect)
    fewer = found.reviews / np.maximum(effect, _NOTHING)
    return _Beta(
        np.maximum(breaches / np.maximum(effect, _NOTHING) + more, _NOTHING),
        np.maximum(fewer * (1 - breaches / found.reviews) + left, _NOTHING),
    )


def _low(right: Floats, of: Floats) -> _Beta:
    return _Beta(np.maximum(right + 1 - _ALLOWED, _NOTHING), of - right + _ALLOWED)


def _high(right: Floats, of: Floats) -> _Beta:
    return _Beta(right + _ALLOWED, np.maximum(of - right + 1 - _ALLOWED, _NOTHING))


# So far from the middle a normal score is looked at: beyond lies less than a part in ten million.
_REACH = 5.3
# Between two scores that are looked at, of the width within which what is summed changes (the trapezoid rule). By this
# an end is right to 1e-6: tests/sampling/test_prevalence.py.
_STEP, _LEAST_STEP = 0.9, 0.03


def _nodes(step: float) -> tuple[Floats, Floats]:
    """Where in (0, 1) a function is looked at so that its weighted sum is its mean: at steps of a normal score."""
    number = math.ceil(_REACH / step)
    score = np.linspace(-_REACH, _REACH, 2 * number + 1)
    weight = np.exp(-(score**2) / 2)
    return ndtr(score), weight / weight.sum()


def _melded(share: _Beta, alarms: _Beta, sense: _Beta, quantile: float) -> Floats:
    """The quantile of the estimate where share, false alarms and sensitivity are of these distributions."""
    rows = np.broadcast_arrays(share.a, share.b, alarms.a, alarms.b, sense.a, sense.b)
    return np.array([_quantile(row[:2], row[2:4], row[4:], quantile) for row in np.stack(rows, axis=1)], float)


def _quantile(share: Floats, alarms: Floats, sense: Floats, quantile: float) -> float:
    """The same of one, each distribution by its two numbers.

    The chance that the estimate is at most a value is that of the share, at each of many false alarms and
    sensitivities above them. The surer the share is beside these, the more of them it takes.
    """
    if share[0] <= _NOTHING:
        return 0.0
    fewest, most = (float(betaincinv(*alarms, 1e-4)), float(betaincinv(*share, 1 - 1e-4)))
    least = float(betaincinv(*sense, 1e-4))
    # At most so much of the sensitivity's uncertainty is in what is compared with the share.
    part = min(1.0, max(0.0, (most - fewest) / (least - fewest))) if least > fewest else 1.0
    at, weight = _nodes(_step(share, alarms, 1.0))
    ranks, of_rank = _nodes(_step(share, sense, part))
    alarm = betaincinv(*alarms, at)
    # Where reviewers tell nothing apart, anything may be true: 0 for the lower end, 1 for the upper.
    chance = betainc(*sense, alarm)
    never_above = float((weight * chance).sum()) * (quantile < 0.5)
    seen = betaincinv(*sense, chance[:, None] + (1 - chance[:, None]) * ranks)
    better = np.maximum(seen - alarm[:, None], 0.0)

    def above(value: float) -> float:
        """How likely the estimate is at most a value, less the quantile."""
        likely = betainc(*share, np.minimum(alarm[:, None] + value * better, 1.0))
        return float((weight * (1 - chance)) @ (likely @ of_rank)) + never_above - quantile

    if above(0.0) >= 0:
        return 0.0
    return 1.0 if above(1.0) <= 0 else float(brentq(above, 0.0, 1.0, xtol=1e-9))


def _step(share: Floats, other: Floats, part: float) -> float:
    """Between two scores of another distribution, by how wide the share's is beside it."""
    wide = _spread(*share) / max(part * _spread(*other), _NOTHING)
    return max(float(_STEP * wide / np.hypot(1, wide)), _LEAST_STEP)


def _spread(a: float, b: float) -> float:
    """The standard deviation of a Beta."""
    return math.sqrt(a * b / (a + b + 1)) / (a + b)
