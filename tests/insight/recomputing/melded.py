"""The ends of melded intervals once more, added up as Gauss and Jacobi do, whose weights are those of Betas."""

from __future__ import annotations

from scipy.optimize import bisect
from scipy.special import roots_jacobi
from scipy.stats import beta

# A Beta by its two numbers.
Told = tuple[float, float]


def melded(share: Told, alarms: Told, sense: Told, quantile: float) -> float:
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
    return 1.0 if above(1) <= 0 else float(bisect(above, 0, 1, xtol=1e-9))
