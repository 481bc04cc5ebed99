"""Samples that are drawn, reviewed and estimated many times over: whether the intervals hold the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from itertools import combinations

import numpy as np
from scipy.stats import norm

from evenhand.sampling.gaps import Measured, differ, holm, measured
from evenhand.sampling.prevalence import Estimates, prevalence, rogan_gladen
from evenhand.sampling.several import of_several
from evenhand.sampling.sizes import SIMPLE, sizes
from evenhand.sampling.sums import Floats, Golden, Sums, golden, sums

SENSITIVITY, SPECIFICITY = 0.85, 0.95
# Half of 100 golden items are in breach.
GOLDEN_OF_EACH = 50
# Of the score by which risk is known: how often a view in breach has the higher one.
AUC = 0.9
MARKETS, LABELS, WRONG = 8, 2_000, 0.05
_BINS = 400
# Of penalties: how many need one decision, two and three; the spread of views in the sample that goes by them.
NEEDED, SPREAD = (0.5, 0.3, 0.2), 0.8

Design = Callable[[np.random.Generator, int, int, float], tuple[Floats, np.ndarray]]


@dataclass(frozen=True)
class Held:
    """What became of the intervals of one cell.

    Attributes:
        held: the share of them that held the truth.
        naive: the same of the naive rival.
        empty: how many had no width.
        half_width: half of what they were wide, on average.
    """

    held: float
    naive: float
    empty: int
    half_width: float


def simple(random: np.random.Generator, runs: int, reviews: int, share: float) -> tuple[Floats, np.ndarray]:
    """Views at random: a weight and the truth of each, a row for each run."""
    return np.ones((runs, reviews)), random.random((runs, reviews)) < share


def weighted(
    random: np.random.Generator, runs: int, reviews: int, share: float, part: float = SIMPLE
) -> tuple[Floats, np.ndarray]:
    """Views by √risk with the simple part, where risk is what a binormal score says of them."""
    score, mass, risk = _scores(share)
    chance = _chances(mass, risk, part)
    drawn = np.searchsorted(np.cumsum(chance * mass)[:-1], random.random((runs, reviews)))
    return 1 / chance[drawn], drawn >= len(score) // 2


def misled(
    random: np.random.Generator, runs: int, reviews: int, share: float, part: float = SIMPLE
) -> tuple[Floats, np.ndarray]:
    """The same, where the score says nothing of the truth."""
    _, mass, risk = _scores(share)
    chance = _chances(mass, risk, part)
    drawn = np.searchsorted(np.cumsum(chance * mass)[:-1], random.random((runs, reviews)))
    return 1 / chance[drawn], random.random((runs, reviews)) < share


def _scores(share: float) -> tuple[Floats, Floats, Floats]:
    """Scores of clean views and then of those in breach, how many of all views each is, and the risk it stands for."""
    apart = np.sqrt(2) * norm.ppf(AUC)
    clean = norm.ppf((np.arange(_BINS) + 0.5) / _BINS)
    score = np.concatenate([clean, clean + apart])
    mass = np.repeat([(1 - share) / _BINS, share / _BINS], _BINS)
    breach = share * norm.pdf(score - apart)
    return score, mass, breach / (breach + (1 - share) * norm.pdf(score))


def _chances(mass: Floats, risk: Floats, part: float) -> Floats:
    """How many times as likely as at random a view of each score is drawn, where a part is drawn by views alone."""
    size = sizes(mass, risk) / mass
    return np.asarray((1 - part) * size / (size * mass).sum() + part, float)


def gain(share: float, part: float = SIMPLE) -> float:
    """The standard error of the weighted design over that of a simple sample of as many views."""
    _, mass, risk = _scores(share)
    breach = np.arange(len(mass)) >= len(mass) // 2
    variance = (mass / _chances(mass, risk, part) * (breach - share) ** 2).sum()
    return float(np.sqrt(variance / (share * (1 - share))))


def cell(
    design: Design, runs: int, reviews: int, share: float, seed: int, *, errors: bool = True, believed: bool = False
) -> Held:
    """One cell: so many runs of so many reviews of views of which a share is in breach.

    Args:
        believed: whether intervals take the score's word for how uncertain the design leaves the share.
    """
    random = np.random.default_rng([seed, reviews, round(share * 1_000), errors])
    weights, truth = design(random, runs, reviews, share)
    known = None
    said = truth
    if errors:
        right = random.random(truth.shape) < np.where(truth, SENSITIVITY, SPECIFICITY)
        said = truth == right
        known = _golden(random, runs)
    found = sums(weights, said)
    if believed:
        # As many reviews of views at random as would leave it as uncertain.
        equal = found.reviews / gain(share) ** 2
        found = Sums(equal, found.share * equal, found.share * equal, equal)
    return _held(found, known, share)


def wrong_penalties(runs: int, reviews: int, share: float, seed: int, spread: float) -> Held:
    """One cell of penalties: each needs one to three decisions, of a wrong one one is no violation; reviewers err.

    Args:
        spread: of the logarithm of what chances are proportional to; with 0 all are alike.
    """
    random = np.random.default_rng([seed, reviews, round(share * 1_000), round(spread * 10)])
    needed = random.choice(len(NEEDED), (runs, reviews), p=NEEDED) + 1
    # What is likely to be drawn is drawn more often: of what is log-normal, that is as much as a spread's square more.
    weights = np.exp(-(spread * random.standard_normal((runs, reviews)) + spread**2))
    wrong = random.random((runs, reviews)) < share
    recognised = SENSITIVITY ** (needed - wrong)
    said = random.random((runs, reviews)) >= np.where(wrong, (1 - SPECIFICITY) * recognised, recognised)
    of_one = _golden(random, runs)
    each = [
        of_several(golden(*(count[run : run + 1] for count in astuple(of_one))), needed[run], weights[run])
        for run in range(runs)
    ]
    known = Golden(*(np.concatenate(counts) for counts in zip(*(astuple(one) for one in each), strict=True)))
    return _held(sums(weights, said), known, share)


def _held(found: Sums, known: Golden | None, share: float) -> Held:
    ours, rival = prevalence(found, known), naive(found, known)
    return Held(
        float(_holds(ours, share).mean()),
        float(_holds(rival, share).mean()),
        int((ours.high <= ours.low).sum()),
        float((ours.high - ours.low).mean() / 2),
    )


def naive(found: Sums, known: Golden | None) -> Estimates:
    """The rival: 1.96 standard errors of the reviews, which takes what golden items say for certain."""
    reach = 1.959964 * np.sqrt(found.variance())
    if known is None:
        return Estimates(found.share, found.share - reach, found.share + reach)
    better = known.recognised / known.violating - (1 - known.passed / known.clean)
    value = rogan_gladen(found.share, known)
    return Estimates(value, np.maximum(value - reach / better, 0), np.minimum(value + reach / better, 1))


def _holds(ours: Estimates, share: float) -> np.ndarray:
    return (ours.low <= share) & (share <= ours.high)


def _golden(random: np.random.Generator, runs: int) -> Golden:
    recognised = random.binomial(GOLDEN_OF_EACH, SENSITIVITY, runs)
    passed = random.binomial(GOLDEN_OF_EACH, SPECIFICITY, runs)
    return golden(np.full(runs, GOLDEN_OF_EACH), recognised, np.full(runs, GOLDEN_OF_EACH), passed)


@dataclass(frozen=True)
class Told:
    """What became of comparisons of markets.

    Attributes:
        power: the share of pairs with a gap of which it was found.
        false_alarms: the share of runs in which a pair without a gap was said to have one.
    """

    power: float
    false_alarms: float


def compared(runs: int, gap: float, seed: int, *, errors: bool = False) -> Told:
    """Eight markets, of which one has more wrong penalties: all 28 pairs, together."""
    random = np.random.default_rng([seed, round(gap * 1_000), errors])
    rates = [WRONG + gap] + [WRONG] * (MARKETS - 1)
    each = [_reviewed(random, runs, rate, errors) for rate in rates]
    pairs = list(combinations(range(MARKETS), 2))
    together = holm(np.stack([differ(each[one], each[other]) for one, other in pairs], axis=-1)) <= 0.05
    has_gap = np.array([0 in pair for pair in pairs]) & (gap > 0)
    return Told(
        float(together[:, has_gap].mean()) if has_gap.any() else float("nan"),
        float(together[:, ~has_gap].any(axis=1).mean()),
    )


def _reviewed(random: np.random.Generator, runs: int, rate: float, errors: bool) -> Measured:
    share = rate * SENSITIVITY + (1 - rate) * (1 - SPECIFICITY) if errors else rate
    wrong = random.binomial(LABELS, share, runs).astype(float)
    full = np.full(runs, float(LABELS))
    return measured(Sums(full, wrong, wrong, full), _golden(random, runs) if errors else None)


def smallest_gap(runs: int, seed: int) -> tuple[float, float]:
    """The smallest gap, in whole points, that is found with a power of 0.95 by reviewers who err; and its power."""
    for points in range(5, 80):
        told = compared(runs, points / 100, seed, errors=True)
        if told.power >= 0.95:
            return points / 100, told.power
    raise ValueError("No gap is found with a power of 0.95")
