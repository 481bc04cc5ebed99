"""Which units of a frame are drawn, and how likely each was to be: the same every time for the same night and market.

Units are drawn without replacement, so many as are asked for, each with a chance proportional to its size (systematic
sampling, Madow 1949) along a list that is shuffled by a hash of the night, the market and the unit. What the frame's
rows are sorted by, or what else is drawn, changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.sampling.sizes import SIMPLE, sizes
from evenhand.sampling.sums import Floats


@dataclass(frozen=True)
class Unit:
    """Something that can be drawn.

    Attributes:
        kind: content, live, decision or penalty.
        unit_id: its key.
        subjects: what a reviewer looks at: itself; of a penalty, each decision that it needs.
        exposure: how often it was seen; None where nobody knows, or nobody did.
        risk: how likely it is to be wrong: of a content or live, in breach.
        is_new: whether a rule of it changed in the last 14 nights.
        confidence: a model's, of a decision.
    """

    kind: str
    unit_id: str
    subjects: tuple[str, ...]
    exposure: float | None
    risk: float
    is_new: bool = False
    confidence: float | None = None


@dataclass(frozen=True)
class Drawn:
    """A unit that was drawn.

    Attributes:
        probability: how likely it was to be drawn.
        exposure: what it counts as seen.
        is_simple: whether it is of the simple part, which is a sample by exposure alone.
        simple_probability: how likely it was to be drawn and of that part.
    """

    unit: Unit
    probability: float
    exposure: float
    is_simple: bool
    simple_probability: float


def place(*of: object) -> float:
    """A number from 0 to below 1 that looks random, and is always the same for the same words."""
    digest = hashlib.sha256("\n".join(str(each) for each in of).encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56


def exposures(frame: Sequence[Unit]) -> tuple[Floats, int]:
    """How often each unit was seen, those without views by the mean of the others; and how many those are."""
    seen = [unit.exposure for unit in frame if unit.exposure]
    mean = sum(seen) / len(seen) if seen else 1.0
    return np.array([unit.exposure or mean for unit in frame], float), len(frame) - len(seen)


def probabilities(size: Floats, number: int) -> Floats:
    """How likely each unit is to be among so many: in proportion to its size, and certain where that is above 1."""
    likely = np.zeros(len(size))
    certain = np.zeros(len(size), bool)
    if number >= len(size):
        return np.ones(len(size))
    while number > 0:
        left = number - int(certain.sum())
        likely = np.where(certain, 1.0, left * size / size[~certain].sum())
        more = (likely >= 1) & ~certain
        if not more.any():
            break
        certain |= more
    return likely


def systematic(likely: Floats, order: Sequence[int], start: float) -> list[int]:
    """Which units are drawn: those in whose stretch of the probabilities, laid end to end, a step of 1 falls.

    Args:
        order: that they are laid in.
        start: where the first step falls, from 0 to below 1.
    """
    ends = np.cumsum(likely[list(order)])
    # The last end is a whole number but for rounding; a step that falls on it would be lost or be one too many.
    number = round(float(ends[-1])) if len(ends) else 0
    steps = start + np.arange(number)
    at = np.searchsorted(ends, steps, side="right")
    return sorted({order[min(each, len(order) - 1)] for each in at.tolist()})


def draw(frame: Sequence[Unit], number: int, seed: Sequence[str]) -> list[Drawn]:
    """So many units of a frame: four fifths of the chances are by exposure × √risk, one fifth by exposure alone.

    Each drawn unit is of the simple part as likely as that fifth was of its chance, so that the simple part is a sample
    by itself, to check the whole by.

    Args:
        seed: what the draw is of: the night, the market, and what of it.
    """
    if not frame or number < 1:
        return []
    units = sorted(frame, key=lambda each: (each.kind, each.unit_id))
    seen, _ = exposures(units)
    size = sizes(seen, [each.risk for each in units])
    simple = SIMPLE * seen / seen.sum()
    chance = (1 - SIMPLE) * size / size.sum() + simple
    likely, of_simple = probabilities(chance, number), simple / chance
    order = sorted(range(len(units)), key=lambda at: (place(*seed, units[at].kind, units[at].unit_id), at))
    return [
        Drawn(
            units[at],
            float(likely[at]),
            float(seen[at]),
            bool(place(*seed, "simple", units[at].kind, units[at].unit_id) < of_simple[at]),
            float(likely[at] * of_simple[at]),
        )
        for at in systematic(likely, order, place(*seed, "start"))
    ]
