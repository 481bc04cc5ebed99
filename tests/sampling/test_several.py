"""Reviewers' errors about penalties that need several decisions, against reviewers that are drawn at random."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.sampled import SPREAD, wrong_penalties
from evenhand.sampling.prevalence import prevalence
from evenhand.sampling.several import of_several
from evenhand.sampling.sums import golden, sums


@pytest.mark.parametrize("right", [50, 45, 25])
def test_of_one_decision_each_they_are_the_golden_items_with_the_sides_turned(right: int) -> None:
    ours = of_several(golden(50, right, 40, 36), [1, 1, 1], [1, 2, 3])
    # A wrong penalty is a decision on what is clean.
    assert (ours.violating[0], ours.recognised[0]) == (pytest.approx(40), pytest.approx(36))
    assert (ours.clean[0], ours.passed[0]) == (pytest.approx(50, rel=1e-6), pytest.approx(right, rel=1e-6))


def test_of_several_a_right_one_is_easily_found_wrong() -> None:
    """By hand: of three decisions each seen with 0.8, all are with 0.512; a wrong one is missed with 0.1 · 0.64."""
    ours = of_several(golden(100, 80, 100, 90), [3], [1])
    assert ours.passed[0] / ours.clean[0] == pytest.approx(0.8**3)
    assert ours.recognised[0] / ours.violating[0] == pytest.approx(1 - 0.1 * 0.8**2)
    # It is less certain than of one: the error counts three times.
    assert ours.clean[0] < 50


def test_shares_and_what_they_are_known_by_are_those_of_many_golden_samples() -> None:
    """Golden items are drawn 200,000 times: the share for penalties is as uncertain as the golden items make it."""
    random = np.random.default_rng(7)
    decisions, weights = np.array([1, 2, 2, 5]), np.array([3.0, 1.0, 2.0, 1.0])
    seen = random.binomial(200, 0.85, 200_000) / 200
    rights = np.average(seen[:, None] ** decisions, weights=weights, axis=1)
    ours = of_several(golden(200, 170, 200, 190), decisions, weights)
    share = ours.passed[0] / ours.clean[0]
    assert share == pytest.approx(rights.mean(), abs=0.002)
    assert share * (1 - share) / ours.clean[0] == pytest.approx(rights.var(), rel=0.05)


@pytest.mark.parametrize("spread", [0.0, SPREAD])
def test_intervals_of_wrong_penalties_hold_the_truth_where_naive_ones_do_not(spread: float) -> None:
    """A short form of the tables of docs/sampling.md."""
    told = [wrong_penalties(200, reviews, share, 3, spread) for reviews, share in ((50, 0.01), (500, 0.05), (500, 0.2))]
    assert min(each.held for each in told) >= 0.93
    assert sum(each.naive for each in told) < 0.9 * sum(each.held for each in told)
    assert not any(each.empty for each in told)


def test_reviewers_who_recognise_nothing_or_everything_break_nothing() -> None:
    for recognised, passed in ((0, 0), (10, 10), (0, 10), (10, 0)):
        ours = of_several(golden(10, recognised, 10, passed), [1, 4], [1, 1])
        assert np.isfinite([ours.violating[0], ours.recognised[0], ours.clean[0], ours.passed[0]]).all()


@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.floats(0, 1),
    st.floats(0, 1),
    st.lists(st.tuples(st.integers(1, 400), st.floats(0.5, 1e6)), min_size=1, max_size=5),
)
@example(5, 5, 0, 1, [(30, 1.0), (30, 1.0)])
@example(1, 1, 0, 1, [(200, 1.0), (200, 1.0)])
@example(5, 5, 0.2, 1, [(30, 1.0), (30, 1.0)])
def test_whatever_reviewers_and_penalties_are_there_is_an_estimate_and_an_interval_with_it_inside(
    violating: int, clean: int, seen: float, passed: float, penalties: list[tuple[int, float]]
) -> None:
    """Penalties that need so many decisions that nobody recognises all of them leave numbers next to nothing."""
    decisions, weights = zip(*penalties, strict=True)
    known = golden(violating, round(seen * violating), clean, round(passed * clean))
    ours = of_several(known, decisions, weights)
    for of, right in ((ours.violating[0], ours.recognised[0]), (ours.clean[0], ours.passed[0])):
        assert np.isfinite([of, right]).all() and 0 <= right <= of
    told = prevalence(sums([1.0, 1.0], [True, False]), ours)
    assert 0 <= told.low[0] <= told.high[0] <= 1
    assert np.isnan(told.value[0]) or told.low[0] <= told.value[0] <= told.high[0]
