"""What a case's place in the queue is made of, in words that add up."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.cases.priority import HarmPart


@pytest.mark.parametrize(
    ("measure", "days", "rank", "orders", "said"),
    [
        (
            "account_closed",
            365,
            1.0,
            393 / 28,
            "365 days × 1 (account closed, in force) × 14.035714 orders a day = 5,123.04",
        ),
        ("warning", 1, 0.25, 2.0, "1 day × 0.25 (warning, in force) × 2 orders a day = 0.50"),
        ("", 0, 0.0, 1.0, "0 days × 0 (no measure, in force) × 1 order a day = 0.00"),
    ],
)
def test_a_part_of_the_harm_is_said_as_a_sum_that_is_right(
    measure: str, days: int, rank: float, orders: float, said: str
) -> None:
    assert HarmPart("a1", measure, "in force", days, rank, orders).said == f"a1: {said}"


@given(
    st.integers(0, 365), st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))),
    st.integers(0, 3_000_000),
)  # fmt: skip
def test_what_is_said_multiplies_to_what_is_said_of_it(days: int, rank: tuple[int, int], orders: int) -> None:
    part = HarmPart("a", "warning", "in force", days, rank[0] / rank[1], orders / 28)
    first, second, third, told = map(Decimal, re.findall(r"(?<![\w.])\d+(?:\.\d+)?", part.said.replace(",", "")))
    assert round(first * second * third, 2) == told
    assert abs(told - Decimal(part.harm)) <= Decimal("0.0051")
