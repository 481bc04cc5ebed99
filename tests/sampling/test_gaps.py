"""Whether markets differ: all pairs together, and no more often by chance than is said."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.sampled import compared
from evenhand.sampling.gaps import gaps, holm
from evenhand.sampling.sums import Golden, Sums, golden, sums


def reviewed(number: int, wrong: int) -> Sums:
    return sums(np.ones(number), np.arange(number) < wrong)


def test_holm_raises_each_by_how_many_are_left() -> None:
    """By hand: the smallest times 4, the next times 3, and none below one before it."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([[0.01, 0.04], [0.9, 0.8]]) == pytest.approx(np.array([[0.02, 0.04], [1, 1]]))


def test_markets_that_differ_are_found_and_others_are_not() -> None:
    markets = {
        "SG": (reviewed(2_000, 100), None),
        "ID": (reviewed(2_000, 200), None),
        "MY": (reviewed(2_000, 105), None),
    }
    found = {(each.market, each.other): each for each in gaps(markets)}
    assert {pair for pair, each in found.items() if each.is_found} == {("ID", "MY"), ("ID", "SG")}
    assert found["ID", "SG"].gap == pytest.approx(0.05)
    # By hand, with one breach and one clean item more: √(0.0504 × 0.9496 / 2002 + 0.1004 × 0.8996 / 2002) × 1.96.
    assert found["ID", "SG"].high - found["ID", "SG"].low == pytest.approx(2 * 1.96 * 0.008297, abs=2e-4)
    assert found["MY", "SG"].low < 0 < found["MY", "SG"].high


def test_golden_items_make_a_gap_less_certain() -> None:
    few = golden(50, 43, 50, 47)
    markets: dict[str, tuple[Sums, Golden | None]] = {
        "ID": (reviewed(2_000, 260), few),
        "SG": (reviewed(2_000, 180), few),
    }
    (found,) = gaps(markets)
    assert not found.is_found
    assert found.gap == pytest.approx((0.13 - 0.09) / (0.86 - 0.06))


def test_nothing_is_compared_with_reviewers_no_better_than_chance_or_with_nobody() -> None:
    assert gaps({"ID": (reviewed(100, 5), None)}) == []
    assert gaps({"ID": (reviewed(100, 5), golden(10, 5, 10, 5)), "SG": (reviewed(100, 5), None)}) == []


def test_a_gap_of_five_points_is_found_and_none_where_there_is_none() -> None:
    """Eight markets, 2,000 reviewed penalties each: 5 against 10 % wrong."""
    assert compared(400, 0.05, seed=1).power >= 0.95
    assert compared(1_000, 0.0, seed=1).false_alarms <= 0.05
    assert compared(1_000, 0.05, seed=1).false_alarms <= 0.05
    assert compared(1_000, 0.0, seed=1, errors=True).false_alarms <= 0.05
