"""How often reviewers are wrong about a penalty that needs several decisions, by how often they are about one."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from evenhand.sampling.sums import Golden, golden


def of_several(known: Golden, decisions: ArrayLike, weights: ArrayLike) -> Golden:
    """Golden items, as if penalties had been reviewed and not decisions.

    A penalty is found wrong where one of its decisions is found to be no violation. Of a right one, every decision has
    to be recognised as one; of a wrong one it is taken that one decision is wrong, and that each of them is needed. The
    golden items that come out are as many as leave those shares as uncertain as they are (the delta method); of
    penalties that need one decision each they are the golden items as they were. Where a share is so near to 0 or 1
    that no number says how uncertain it is, nothing is known of it: there are none.

    Args:
        decisions: how many each penalty needs, at least one.
        weights: what each stands for.
    """
    needed, weigh = np.asarray(decisions, float), np.asarray(weights, float)
    # At 0 and 1 no uncertainty would be left to be told by.
    seen, passed = (
        np.clip(right / of, 1e-6, 1 - 1e-9)
        for right, of in ((known.recognised[0], known.violating[0]), (known.passed[0], known.clean[0]))
    )

    def mean(of: ArrayLike) -> float:
        return float(np.average(np.asarray(of, float), weights=weigh))

    of_seen = seen * (1 - seen) / known.violating[0]
    right = mean(seen**needed)
    of_right = mean(needed * seen ** (needed - 1)) ** 2 * of_seen
    others = mean(seen ** (needed - 1))
    wrong = 1 - (1 - passed) * others
    of_wrong = (
        others**2 * passed * (1 - passed) / known.clean[0]
        + ((1 - passed) * mean((needed - 1) * seen ** (needed - 2))) ** 2 * of_seen
    )
    return golden(*_known_by(wrong, float(of_wrong)), *_known_by(right, float(of_right)))


def _known_by(share: float, variance: float) -> tuple[float, float]:
    """How many golden items leave a share as uncertain as it is, and how many of them it is of."""
    # Means of floats can be a little beyond 0 and 1, and so can a share of a whole.
    share = min(1.0, max(0.0, share))
    items = share * (1 - share) / variance if variance > 0 else 0.0
    return (items, min(items, share * items)) if math.isfinite(items) else (0.0, 0.0)
