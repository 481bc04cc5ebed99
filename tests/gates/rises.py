"""Rises that last and drifts, planted in counts of chance: how often gate 2 holds them, beside the best test there is.

By rows a night, and by accounts of a market: how many rows come to each list in a night is taken from the simulator.

The best test knows how many nights a rise lasts and looks at these alone: of two rates of chance, the binomial one of
the counts of both (Przyborowski and Wilenski 1940), held to the rate of false holds that gate 2 has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

import numpy as np
from scipy.stats import binom

from evenhand.quality.anomalies import RELEASES
from evenhand.quality.windows import Numbers, trends
from evenhand.settings import PROJECT
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import Plan
from gates.nights import Nights

KNOWN, LIMIT = 112, 4.0
USUAL, RISES, NIGHTS = (3, 10, 30, 100, 300), (1.3, 1.5, 2.0), (1, 3, 7)
DRIFTS, A_NIGHT, UNTIL_DOUBLED = (5, 10, 30), 1.02, 35
# Of so many series of chance alone for each of a rise it is seen how often they are held: a few in 1,000 are, and what
# the best test sees hangs on that number.
FALSE_HOLDS = 20
# Below this the best test itself sees too little: there the power is only reported.
TOO_LITTLE = 0.2
# Accounts of a market; and the marketplace that the rates are taken from, of which so many nights are counted.
SIZES = (1_000, 10_000, 100_000)
CREATORS, LANDED, COUNTED = 8_000, 36, 28


@dataclass(frozen=True)
class Rise:
    """How often a rise was held, by gate 2 and by the best test."""

    usual: float
    times: float
    nights: int
    held: float
    best: float


@dataclass(frozen=True)
class Drift:
    """How many drifts of 2 % a night were held before the rate had doubled, and false holds a night."""

    usual: int
    held: float
    false_holds: float


def is_held(series: Numbers) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Of whole lists' counts, a row each, whether gate 2 would hold them on the last night."""
    many, nights = series.shape
    nobody = np.zeros(series.shape, bool)
    found = trends(series, np.arange(nights) % 7, np.full(many, LIMIT), np.full(many, True), nobody)
    held: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.any([each.is_beyond for each in found], axis=0)
    return held


def rates(home: Path, compiled: Path, seed: int) -> dict[str, float]:
    """How many rows come to each list in a night for each account, in a simulated marketplace: of the night between."""
    plan = Plan(CREATORS, LANDED + COUNTED, seed=seed)
    simulate(plan, home / "landing", lambda made: None)
    nights = [plan.first_night + timedelta(days=day) for day in range(LANDED - 1, LANDED + COUNTED)]
    added = Nights(home, compiled, PROJECT / "policies").added(nights)
    return {name: median(numbers) / CREATORS for name, numbers in added.items()}


def rises(series: int, seed: int, usual: Sequence[float] = USUAL) -> list[Rise]:
    """Every rise of the table, each planted in so many series."""
    chance = np.random.default_rng(seed)
    found = []
    for rate in usual:
        false_holds = max(false_hold_rate(rate, FALSE_HOLDS * series, chance), 1 / (FALSE_HOLDS * series))
        for times in RISES:
            for nights in NIGHTS:
                counts = chance.poisson(rate, (series, KNOWN + 1)).astype(float)
                counts[:, -nights:] = chance.poisson(rate * times, (series, nights))
                held = np.zeros(series, bool)
                for later in range(nights):
                    held |= is_held(counts[:, : KNOWN + 1 - later])
                seen, known = counts[:, -nights:].sum(axis=1), counts[:, -RELEASES - 1 : -nights].sum(axis=1)
                tail = binom.sf(seen - 1, seen + known, nights / (RELEASES + 1))
                found.append(Rise(rate, times, nights, float(held.mean()), float(np.mean(tail <= false_holds))))
    return found


def drifts(series: int, seed: int, usual: Sequence[int] = DRIFTS) -> list[Drift]:
    """2 % more a night, after sixteen weeks without."""
    chance = np.random.default_rng(seed)
    found = []
    for rate in usual:
        rates = rate * np.concatenate([np.ones(KNOWN), A_NIGHT ** np.arange(1, UNTIL_DOUBLED + 1)])
        counts = chance.poisson(rates, (series, len(rates))).astype(float)
        held = np.zeros(series, bool)
        for night in range(1, UNTIL_DOUBLED + 1):
            held |= is_held(counts[:, night : KNOWN + night])
        found.append(Drift(rate, float(held.mean()), false_hold_rate(rate, FALSE_HOLDS * series, chance)))
    return found


def false_hold_rate(usual: float, series: int, chance: np.random.Generator) -> float:
    """The share of series of chance alone that would be held on a night."""
    return float(is_held(chance.poisson(usual, (series, KNOWN + 1)).astype(float)).mean())


def rises_table(found: Sequence[Rise]) -> str:
    """A row per usual number and rise."""
    lines = [
        "| rows usually added a night | rise | held within 1 night | within 3 | within 7 |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for usual, times in dict.fromkeys((each.usual, each.times) for each in found):
        cells = [_cell(each) for each in found if (each.usual, each.times) == (usual, times)]
        lines.append(f"| {usual:g} | {times - 1:.0%} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def sizes_table(by_list: Mapping[str, float], found: Sequence[Rise]) -> str:
    """A row per number of accounts, list and rise."""
    lines = [
        "| accounts | list | rows usually added a night | rise | held within 1 night | within 3 | within 7 |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for size in SIZES:
        for name, rate in sorted(by_list.items()):
            for times in RISES:
                usual = rate * size
                cells = [_cell(each) for each in found if (each.usual, each.times) == (usual, times)]
                lines.append(f"| {size:,} | {name} | {usual:.3g} | {times - 1:.0%} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(rise: Rise) -> str:
    said = f"{rise.held:.0%} (best {rise.best:.0%})"
    return f"*{said}*" if rise.best < TOO_LITTLE else said


def drifts_table(found: Sequence[Drift]) -> str:
    """A row per usual number."""
    lines = [
        "| rows usually added a night | 2 % more a night, held before they have doubled | held by chance, of nights |",
        "| ---: | ---: | ---: |",
        *(f"| {each.usual} | {each.held:.1%} | {each.false_holds:.2%} |" for each in found),
    ]
    return "\n".join(lines) + "\n"
