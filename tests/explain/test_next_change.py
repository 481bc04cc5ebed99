"""When a balance changes next if nothing happens, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from evenhand.explain.explanation import Period, ProgrammeStanding

NIGHT = date(2026, 3, 6)
# Days from the night on at which a balance begins, and what it is.
Drawn = Sequence[tuple[int, int | None]]


def _standing(balances: dict[str, Drawn], balance: int) -> ProgrammeStanding:
    periods = [
        Period(
            NIGHT + timedelta(days=first),
            NIGHT + timedelta(days=drawn[at + 1][0] - 1) if at + 1 < len(drawn) else None,
            None if value is None else Decimal(value), "good", "Good", balance_of=of, unit="point",
        )
        for of, drawn in balances.items()
        for at, (first, value) in enumerate(drawn)
    ]  # fmt: skip
    return ProgrammeStanding(
        programme="health", label="Health", unit="point", balance=Decimal(balance), zone="good", zone_label="Good",
        since=None, next_zone=None, next_zone_label="", to_next_zone=None, periods=periods, entries=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("balances", "now", "expected"),
    [
        # Two strikes of 1, of which one lapses after ten days.
        ({"": [(-9, 1), (-3, 2), (10, 1), (40, 0)]}, 2, (9, -1)),
        # Tonight is the last day.
        ({"": [(-9, 1), (1, 0)]}, 1, (0, -1)),
        # A strike and a course end on one day: there is no other balance, or one that is the same in another zone.
        ({"": [(-9, 0)]}, 0, None),
        ({"": [(-9, 1), (4, 1), (10, 0)]}, 1, (9, -1)),
        # What the course took off counts again when that ends first.
        ({"": [(-9, 0), (5, 1), (8, 0)]}, 0, (4, 1)),
        ({"": [(-9, 1), (5, None)]}, 1, None),
        ({}, 1, None),
        # Of two balances, tonight's is told; of two that are alike it isn't known which.
        ({"a": [(-9, 1), (3, 0)], "b": [(-9, 3), (6, 0)]}, 3, (5, -3)),
        ({"a": [(-9, 3), (3, 0)], "b": [(-9, 3), (6, 0)]}, 3, None),
    ],
)
def test_what_changes_next_is_what_the_balance_comes_to(
    balances: dict[str, Drawn], now: int, expected: tuple[int, int] | None
) -> None:
    told = expected and (NIGHT + timedelta(days=expected[0]), Decimal(expected[1]))
    assert _standing(balances, now).next_change(NIGHT) == told
