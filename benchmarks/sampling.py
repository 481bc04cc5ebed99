"""Whether intervals of quality samples hold what they say: the tables of docs/sampling.md.

    python -m benchmarks.sampling --table docs/sampling.md [--runs 1000] [--seed 1]

Each run draws a sample of views, has it reviewed by people who are wrong as often as is said, and looks whether the
interval holds the truth. Long: some ten minutes; tests/sampling has a short form.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.stats import norm

from evenhand.reference.tables import put_table
from evenhand.sampling.gaps import Measured, differ, holm, measured
from evenhand.sampling.prevalence import Estimates, prevalence, rogan_gladen
from evenhand.sampling.sizes import SIMPLE, sizes
from evenhand.sampling.sums import Floats, Golden, Sums, golden, sums

REVIEWS = (50, 100, 200, 500, 1_000, 2_000)
SHARES = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
SENSITIVITY, SPECIFICITY = 0.85, 0.95
# Half of 100 golden items are in breach.
GOLDEN_OF_EACH = 50
# Of the score by which risk is known: how often a view in breach has the higher one.
AUC = 0.9
MARKETS, LABELS, WRONG, GAP = 8, 2_000, 0.05, 0.05
_BINS = 400

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


def weighted(random: np.random.Generator, runs: int, reviews: int, share: float) -> tuple[Floats, np.ndarray]:
    """Views by √risk with the simple part, where risk is what a binormal score says of them."""
    score, mass, risk = _scores(share)
    chance = _chances(mass, risk)
    drawn = np.searchsorted(np.cumsum(chance * mass)[:-1], random.random((runs, reviews)))
    return 1 / chance[drawn], drawn >= len(score) // 2


def misled(random: np.random.Generator, runs: int, reviews: int, share: float) -> tuple[Floats, np.ndarray]:
    """The same, where the score says nothing of the truth."""
    _, mass, risk = _scores(share)
    chance = _chances(mass, risk)
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


def _chances(mass: Floats, risk: Floats) -> Floats:
    """How many times as likely as at random a view of each score is drawn."""
    size = sizes(mass, risk) / mass
    return np.asarray((1 - SIMPLE) * size / (size * mass).sum() + SIMPLE, float)


def gain(share: float) -> float:
    """The standard error of the weighted design over that of a simple sample of as many views."""
    _, mass, risk = _scores(share)
    breach = np.arange(len(mass)) >= len(mass) // 2
    variance = (mass / _chances(mass, risk) * (breach - share) ** 2).sum()
    return float(np.sqrt(variance / (share * (1 - share))))


def cell(design: Design, runs: int, reviews: int, share: float, seed: int, *, errors: bool = True) -> Held:
    """One cell: so many runs of so many reviews of views of which a share is in breach."""
    random = np.random.default_rng([seed, reviews, round(share * 1_000), errors])
    weights, truth = design(random, runs, reviews, share)
    known = None
    said = truth
    if errors:
        right = random.random(truth.shape) < np.where(truth, SENSITIVITY, SPECIFICITY)
        said = truth == right
        known = _golden(random, runs)
    found = sums(weights, said)
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


def main() -> None:
    """Run all of it, and write or print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    text = "\n".join(_report(asked.runs, asked.seed))
    if asked.table:
        put_table(asked.table, "python -m benchmarks.sampling", text + "\n")
    else:
        print(text)


def _report(runs: int, seed: int) -> Sequence[str]:
    lines = [f"{runs:,} runs a cell, seed {seed}.", ""]
    for title, design in (
        ("Views at random", simple),
        ("The weighted sample, of a score with an AUC of 0.9", weighted),
        ("The weighted sample, of a score that says nothing", misled),
    ):
        lines += [f"{title}; reviewers who err:", "", *_coverage(design, runs, seed, errors=True), ""]
    for title, design in (
        ("The weighted sample, of a score with an AUC of 0.9", weighted),
        ("The weighted sample, of a score that says nothing", misled),
    ):
        lines += [f"{title}; reviewers who never err:", "", *_coverage(design, runs, seed, errors=False), ""]
    lines += ["Half of the interval's width over that of views at random; reviewers who never err:", ""]
    lines += [*_widths(runs, seed), ""]
    lines += ["Gaps between eight markets, 28 pairs, 2,000 reviewed penalties each; one market differs:", ""]
    return [*lines, *_gaps(runs, seed)]


def _coverage(design: Design, runs: int, seed: int, *, errors: bool) -> Sequence[str]:
    heads = " | ".join(f"{reviews:,} reviews" for reviews in REVIEWS)
    lines = [f"| in breach | {heads} |", "| ---: |" + " ---: |" * len(REVIEWS)]
    every = []
    for share in SHARES:
        cells = [cell(design, runs, reviews, share, seed, errors=errors) for reviews in REVIEWS]
        every += cells
        lines.append(f"| {share:.1%} | " + " | ".join(f"{one.held:.1%} ({one.naive:.1%})" for one in cells) + " |")
    held, rival = np.array([one.held for one in every]), np.array([one.naive for one in every])
    return [
        *lines,
        "",
        f"On average {held.mean():.1%}, at least {held.min():.1%}; the naive interval {rival.mean():.1%} and"
        f" {rival.min():.1%}. Without any width: {sum(one.empty for one in every)} of {runs * len(every):,}.",
    ]


def _widths(runs: int, seed: int) -> Sequence[str]:
    heads = " | ".join(f"{reviews:,} reviews" for reviews in REVIEWS)
    lines = [f"| in breach | {heads} | of standard errors |", "| ---: |" + " ---: |" * (len(REVIEWS) + 1)]
    for share in SHARES:
        wide = [
            cell(weighted, runs, reviews, share, seed, errors=False).half_width
            / cell(simple, runs, reviews, share, seed, errors=False).half_width
            for reviews in REVIEWS
        ]
        lines.append(f"| {share:.1%} | " + " | ".join(f"{one:.2f}" for one in wide) + f" | {gain(share):.2f} |")
    return lines


def _gaps(runs: int, seed: int) -> Sequence[str]:
    lines = ["| reviewers | gap | found | false alarms |", "| --- | ---: | ---: | ---: |"]
    for gap in (0.0, GAP):
        told = compared(runs, gap, seed)
        lines.append(f"| never err | {_points(gap)} | {_found(told)} | {told.false_alarms:.1%} |")
    least, _ = smallest_gap(runs, seed)
    for gap in (0.0, GAP, least):
        told = compared(runs, gap, seed, errors=True)
        lines.append(f"| err, known by golden items | {_points(gap)} | {_found(told)} | {told.false_alarms:.1%} |")
    return lines


def _points(gap: float) -> str:
    return f"{gap * 100:.0f} points" if gap else "none"


def _found(told: Told) -> str:
    return "" if np.isnan(told.power) else f"{told.power:.1%}"


if __name__ == "__main__":
    main()
