"""Whether reviewers mean the same: published figures, and an interval that is never a point."""

from __future__ import annotations

import pytest

from evenhand.sampling.agreement import agreement

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), A: two observers, ten items.
BOTH = ((0, 1), (1, 1), (0, 1), (0, 0), (0, 0), (0, 1), (0, 0), (0, 0), (1, 0), (0, 0))


def test_krippendorff_s_own_example() -> None:
    found = agreement([(bool(one), bool(other)) for one, other in BOTH])
    assert found.alpha == pytest.approx(0.095, abs=5e-4)
    assert found.is_unclear
    assert found.low is not None and found.high is not None
    assert found.low < 0.095 < found.high


def test_three_reviewers_of_an_item_are_three_pairs() -> None:
    """By hand: yes yes no and no no; 4 ordered pairs over 2 of 5 reviews differ, by chance 2·2·3 / (5·4) do."""
    found = agreement([(True, True, False), (False, False)])
    assert found.alpha == pytest.approx(1 - (2 / 5) / (12 / 20))


def test_items_of_one_reviewer_say_nothing() -> None:
    assert agreement([(True,), (False,), ()]).alpha is None
    assert agreement([]).items == 0
    twice = [(bool(one), bool(other)) for one, other in BOTH]
    assert agreement([*twice, (True,), (False,)]) == agreement(twice)


def test_where_all_say_the_same_nothing_can_be_said() -> None:
    found = agreement([(False, False)] * 50)
    assert (found.items, found.alpha, found.low, found.is_unclear) == (50, None, None, False)


def test_reviewers_who_always_agree_may_differ_next_time() -> None:
    found = agreement([(True, True)] * 20 + [(False, False)] * 20)
    assert (found.alpha, found.high) == (1, 1)
    assert found.low is not None
    # 0 of 40 differ: up to 3.7 / 40 would, of a half that do by chance.
    assert found.low == pytest.approx(1 - 0.088 / 0.506, abs=0.005)
    assert agreement([(True, True)] + [(False, False)] * 20).low is not None


def test_the_order_of_items_and_of_reviews_says_nothing() -> None:
    items = [(True, False, True), (False, False), (True, True), (False, True), (False, False, False)]
    ours, other = agreement(items), agreement([tuple(reversed(each)) for each in reversed(items)])
    assert ours.alpha == pytest.approx(other.alpha)
    assert ours.low == pytest.approx(other.low)
