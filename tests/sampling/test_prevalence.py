"""How much is in breach, and within what: figures worked out by hand, or by ways that share no code with ours."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import beta

from benchmarks.sampled import cell as simulated
from benchmarks.sampled import misled, naive, simple, weighted
from evenhand.sampling.prevalence import prevalence, rogan_gladen
from evenhand.sampling.sums import Sums, golden, sums
from insight.recomputing.melded import melded


def test_the_share_is_of_what_the_reviewed_stand_for() -> None:
    """Of 100 views each, drawn with certainty, and of 300 drawn one in two: 600 of 1,000 are in breach."""
    found = sums([100, 100, 200, 600], [True, True, False, False])
    assert found.share[0] == pytest.approx(0.2)
    assert sums([1, 1, 2, 6], [True, True, False, False]).share[0] == pytest.approx(0.2)


def test_the_variance_is_hansen_and_hurwitz_s_of_a_ratio() -> None:
    """By hand: weights 1, 1, 2 around a share of 1/4: (1·(3/4)² + 1·(1/4)² + 4·(1/4)²) / 16 = 14 / 256."""
    assert sums([1, 1, 2], [True, False, False]).variance()[0] == pytest.approx(14 / 256)


def test_reviewers_errors_are_taken_out() -> None:
    """9 % found by reviewers who see 85 % and are falsely alarmed by 5 %: (0.09 - 0.05) / (0.85 - 0.05) = 5 %."""
    assert rogan_gladen(np.array([0.09]), golden(20, 17, 20, 19))[0] == pytest.approx(0.05)
    assert rogan_gladen(np.array([0.01]), golden(20, 17, 20, 19))[0] == 0


def test_the_interval_without_errors_lies_between_those_of_clopper_and_pearson_and_of_jeffreys() -> None:
    ours = prevalence(sums(np.ones(500), np.arange(500) < 42))
    assert beta.ppf(0.025, 42, 459) < ours.low[0] < beta.ppf(0.025, 42.5, 458.5)
    assert beta.ppf(0.975, 42.5, 458.5) < ours.high[0] < beta.ppf(0.975, 43, 458)


def test_the_interval_with_errors_is_that_of_a_million_draws() -> None:
    """Fay's melded interval by simulation: 120 of 500 found; 43 of 50 golden ones seen, 48 of 50 passed."""
    ours = prevalence(sums(np.ones(500), np.arange(500) < 120), golden(50, 43, 50, 48))
    random = np.random.default_rng(7)

    def draw(a: float, b: float) -> NDArray[np.float64]:
        return random.beta(a, b, 1_000_000)

    low = (draw(120.25, 380.75) - (alarms := draw(2.75, 48.25))) / (draw(43.75, 7.25) - alarms)
    # Three quarters of one more are among the 500 that were reviewed.
    high = (draw(120.75, 379.5) - (alarms := draw(2.25, 48.75))) / (draw(43.25, 7.75) - alarms)
    # Four simulation errors of a quantile, by its density there.
    assert ours.low[0] == pytest.approx(np.quantile(low, 0.025), abs=4e-4)
    assert ours.high[0] == pytest.approx(np.quantile(high, 0.975), abs=4e-4)


@pytest.mark.parametrize(
    ("reviews", "found", "known"),
    [
        (500, 120, (50, 43, 50, 48)),
        # Nobody was alarmed by what is clean, or everybody saw everything.
        (500, 22, (20, 18, 20, 20)),
        (200, 30, (9, 9, 9, 9)),
        # Reviewers of whom little is known, beside a share of which much is.
        (200, 60, (9, 8, 9, 7)),
        (2500, 1057, (80, 53, 240, 185)),
        (2900, 738, (24, 15, 152, 128)),
        (50, 0, (50, 43, 50, 48)),
    ],
)
def test_the_interval_with_errors_is_right_to_a_millionth(
    reviews: int, found: int, known: tuple[int, int, int, int]
) -> None:
    ours = prevalence(sums(np.ones(reviews), np.arange(reviews) < found), golden(*known))
    violating, recognised, clean, passed = known
    alarms = clean - passed
    low = melded(
        (found + 0.25, reviews - found + 0.75), (alarms + 0.75, passed + 0.25),
        (recognised + 0.75, violating - recognised + 0.25), 0.025,
    )  # fmt: skip
    high = melded(
        (found + 0.75, reviews - found - 0.5), (alarms + 0.25, passed + 0.75),
        (recognised + 0.25, violating - recognised + 0.75), 0.975,
    )  # fmt: skip
    assert ours.low[0] == pytest.approx(low if found else 0, abs=1e-6)
    # Without errors nobody could say less than that of 50 none was found.
    assert ours.high[0] == pytest.approx(max(high, 1 - 0.025 ** (1 / reviews)), abs=1e-6)


def test_what_has_no_width_elsewhere_has_one() -> None:
    """Nothing found, everything found, no golden items, reviewers worse than chance, a single review."""
    nothing, everything = np.zeros(40, bool), np.ones(40, bool)
    for said in (nothing, everything):
        for known in (None, golden(50, 43, 50, 48), golden(50, 43, 50, 25), golden(0, 0, 0, 0), golden(9, 2, 9, 3)):
            for weights in (np.ones(40), np.linspace(0.1, 5, 40)):
                ours = prevalence(sums(weights, said), known)
                assert 0 <= ours.low[0] < ours.high[0] <= 1
    alone = prevalence(sums([3], [True]))
    assert (alone.value[0], alone.high[0]) == (1, 1)
    assert alone.low[0] < 0.1


def test_reviewers_no_better_than_chance_say_nothing() -> None:
    ours = prevalence(sums(np.ones(100), np.arange(100) < 50), golden(50, 20, 50, 30))
    assert np.isnan(ours.value[0])
    assert (ours.low[0], ours.high[0]) == (0, 1)


def test_the_same_reviews_in_another_order_have_the_same_interval_and_many_at_once_each_their_own() -> None:
    random = np.random.default_rng(3)
    weights, said = random.random((3, 200)) + 0.1, random.random((3, 200)) < 0.1
    known = golden([50, 60, 70], [40, 50, 60], [50, 60, 70], [49, 55, 70])
    at_once = prevalence(sums(weights, said), known)
    for row in range(3):
        order = random.permutation(200)
        one = golden(*(each[row] for each in (known.violating, known.recognised, known.clean, known.passed)))
        alone = prevalence(sums(weights[row][order], said[row][order]), one)
        for ours, each in ((alone.low, at_once.low), (alone.value, at_once.value), (alone.high, at_once.high)):
            assert ours[0] == pytest.approx(each[row], abs=1e-8)


@pytest.mark.parametrize(("weights", "said"), [([], []), ([1, 0], [True, False]), ([1, -1], [True, False])])
def test_a_sample_without_reviews_or_weights_is_refused(weights: list[float], said: list[bool]) -> None:
    with pytest.raises(ValueError, match="one review at least"):
        sums(weights, said)


def test_more_right_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="more golden items than there are"):
        golden(10, 11, 10, 10)


def test_intervals_hold_the_truth_where_the_naive_one_does_not() -> None:
    """The short form of `make sampling`: its hardest cells, 200 runs each."""
    ours, rival = [], []
    for design in (simple, weighted, misled):
        for reviews, share in ((50, 0.001), (1_000, 0.05)):
            found = simulated(design, 200, reviews, share, seed=2)
            assert found.empty == 0
            assert found.held >= 0.93
            ours.append(found.held)
            rival.append(found.naive)
    assert 0.94 <= np.mean(ours) <= 0.985
    assert min(rival) < 0.75


def test_the_weighted_sample_is_worth_a_larger_one() -> None:
    """Without reviewers' errors, at a share of 1 % and 2,000 reviews: at most 0.75 of the width."""
    wide = [simulated(design, 200, 2_000, 0.01, seed=2, errors=False) for design in (weighted, simple)]
    assert wide[0].half_width / wide[1].half_width <= 0.75
    assert all(each.held >= 0.93 for each in wide)


def test_the_naive_interval_is_wald_s() -> None:
    """10 of 100: 1.96 × √(0.1 × 0.9 / 100) on either side."""
    found = Sums(*(np.array([float(each)]) for each in (100, 10, 10, 100)))
    assert naive(found, None).high[0] == pytest.approx(0.1 + 1.959964 * 0.03)
