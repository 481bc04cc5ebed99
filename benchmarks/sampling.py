"""Whether intervals of quality samples hold what they say: the tables of docs/sampling.md.

    python -m benchmarks.sampling --table docs/sampling.md [--runs 1000] [--seed 1]

Each run draws a sample of views, has it reviewed by people who are wrong as often as is said, and looks whether the
interval holds the truth. Long: some ten minutes; tests/sampling has a short form.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.sampled import (
    SPREAD,
    Design,
    Held,
    Told,
    cell,
    compared,
    gain,
    misled,
    simple,
    smallest_gap,
    weighted,
    wrong_penalties,
)
from evenhand.reference.tables import put_table
from evenhand.sampling.sizes import SIMPLE

REVIEWS = (50, 100, 200, 500, 1_000, 2_000)
SHARES = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
WRONG_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2)
# Where few are found: the part that is drawn by views alone.
FEW, MORE, FEW_REVIEWS, PARTS = 0.001, 0.005, 500, (0.0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)
GAP = 0.05


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
    lines += [
        f"The same of {FEW:.1%} in breach and {FEW_REVIEWS} reviews, by how much is drawn by views alone:",
        "",
    ]
    lines += [*_parts(runs, seed), ""]
    for title, spread in (("all alike", 0.0), (f"by views of a log-normal spread of {SPREAD}", SPREAD)):
        lines += [f"Wrong penalties, drawn {title}; reviewers who err:", "", *_penalties(runs, seed, spread), ""]
    lines += ["Gaps between eight markets, 28 pairs, 2,000 reviewed penalties each; one market differs:", ""]
    return [*lines, *_gaps(runs, seed)]


def _coverage(design: Design, runs: int, seed: int, *, errors: bool) -> Sequence[str]:
    heads = " | ".join(f"{reviews:,} reviews" for reviews in REVIEWS)
    lines = [f"| in breach | {heads} |", "| ---: |" + " ---: |" * len(REVIEWS)]
    return _told(lines, SHARES, runs, lambda reviews, share: cell(design, runs, reviews, share, seed, errors=errors))


def _penalties(runs: int, seed: int, spread: float) -> Sequence[str]:
    heads = " | ".join(f"{reviews:,} penalties" for reviews in REVIEWS)
    lines = [f"| wrong | {heads} |", "| ---: |" + " ---: |" * len(REVIEWS)]
    return _told(lines, WRONG_SHARES, runs, lambda reviews, share: wrong_penalties(runs, reviews, share, seed, spread))


def _told(heads: Sequence[str], shares: Sequence[float], runs: int, of: Callable[[int, float], Held]) -> Sequence[str]:
    """A row for each share, a column for each number of reviews."""
    every, lines = [], list(heads)
    for share in shares:
        cells = [of(reviews, share) for reviews in REVIEWS]
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


def _parts(runs: int, seed: int) -> Sequence[str]:
    """How wide intervals are where hardly any breach is drawn, and whether they hold where the score misleads."""
    at_random = cell(simple, runs, FEW_REVIEWS, FEW, seed, errors=False).half_width
    lines = [
        f"| by views alone | half-width | held at {MORE:.1%} where the score says nothing | of standard errors |",
        "| ---: | ---: | ---: | ---: |",
    ]
    for part, believed in [*((part, False) for part in PARTS), (SIMPLE, True)]:
        wide = cell(partial(weighted, part=part), runs, FEW_REVIEWS, FEW, seed, errors=False, believed=believed)
        lost = cell(partial(misled, part=part), runs, FEW_REVIEWS, MORE, seed, errors=False, believed=believed)
        lines.append(
            f"| {part:.0%}{', the score believed' * believed} | {wide.half_width / at_random:.2f} | {lost.held:.1%} |"
            f" {gain(FEW, part):.2f} |"
        )
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
