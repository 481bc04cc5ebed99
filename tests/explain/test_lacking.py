"""How far an account is from a zone is as much as is needed for being in it, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.commands.explain import _away
from evenhand.explain.explanation import FailedCondition
from evenhand.explain.labels import Labels
from evenhand.explain.lacking import _condition, distance_to
from evenhand.explain.names import Names
from evenhand.notices.catalogs import load_catalogs
from evenhand.policy.compile import edge_of
from evenhand.policy.language.programme import FALLING, RISING, compares
from evenhand.settings import PROJECT

# The first of a programme's zones has no bound; of the others each is stricter than the one before.
Bounds = Sequence[tuple[str, Decimal]]
_FINE = Decimal("0.25")


def _rows(bounds: Bounds, rising: bool) -> list[dict[str, Any]]:
    """The zones as they are compiled."""
    edges = [None, *(edge_of(comparator, bound) for comparator, bound in bounds), None]
    return [
        {"value_from": own, "value_below": stricter} if rising else {"value_from": stricter, "value_below": own}
        for own, stricter in pairwise(edges)
    ]


def _zone(value: Decimal, bounds: Bounds) -> int:
    """The strictest zone whose comparison a value satisfies."""
    return max((place for place, (of, bound) in enumerate(bounds, 1) if compares(value, of, bound)), default=0)


def _nearest(balance: Decimal, bounds: Bounds, asked: set[int]) -> tuple[Decimal | None, bool]:
    """The same by trying one value after the other: bounds and balances lie two steps from each other."""
    for step in range(100):
        if any(_zone(balance + step * way * _FINE, bounds) in asked for way in (1, -1)):
            # In one that begins beyond its bound there is none before the step after it.
            return (step - step % 2) * _FINE, bool(step % 2)
    return None, False


@given(
    rising=st.booleans(),
    steps=st.lists(st.tuples(st.booleans(), st.integers(1, 4)), min_size=1, max_size=4),
    halves=st.integers(-8, 40),
    chosen=st.sets(st.integers(0, 4), min_size=1),
)
def test_the_distance_to_zones_is_the_least_that_is_needed(
    rising: bool, steps: list[tuple[bool, int]], halves: int, chosen: set[int]
) -> None:
    bound, bounds = Decimal(0 if rising else 8), []
    for is_other, wide in steps:
        bound += Decimal(wide if rising else -wide) / 2
        bounds.append(((RISING if rising else FALLING)[is_other], bound))
    balance, asked = Decimal(halves) / 2, chosen & set(range(len(bounds) + 1))
    rows = _rows(bounds, rising)
    if asked and _zone(balance, bounds) not in asked:
        assert distance_to(balance, [rows[each] for each in sorted(asked)]) == _nearest(balance, bounds, asked)


@pytest.mark.parametrize(
    ("balance", "zone", "away", "is_more"),
    [("6", 1, "2", False), ("3", 2, "1", True), ("4", 2, "0", True), ("5", 0, "2", True)],
)
def test_what_is_to_be_more_than_a_bound_isnt_at_it(balance: str, zone: int, away: str, is_more: bool) -> None:
    rows = _rows([("at_least", Decimal(3)), ("more_than", Decimal(4))], True)
    assert distance_to(Decimal(balance), [rows[zone]]) == (Decimal(away), is_more)


def test_nothing_is_known_of_how_far_a_balance_is_that_there_isnt() -> None:
    assert distance_to(None, _rows([("at_least", Decimal(3))], True)) == (None, False)


@pytest.mark.parametrize(
    ("lacks", "is_more", "said"),
    [
        (None, False, ""),
        ("3", False, "; 3 points away"),
        ("3", True, "; more than 3 points away"),
        ("0", True, "; it is at the bound, which isn't enough"),
    ],
)
def test_how_far_away_it_is_is_told(lacks: str | None, is_more: bool, said: str) -> None:
    names = Names(Labels(load_catalogs(PROJECT / "translations")))
    fails = FailedCondition("c", "C", "", "", None if lacks is None else Decimal(lacks), "point", is_more)
    assert _away(fails, names, "ID") == said


@pytest.mark.parametrize(
    ("comparator", "value", "has", "lacks"),
    [
        ("at_least", "85.5000", "Service is a little less than 85.5", None),
        ("at_most", "85.5000", "Service is a little more than 85.5", None),
        ("at_least", "85.4999", "Service is 85.4999", "0.0001"),
        # Where the bound itself isn't enough, nothing is odd about a value that is it.
        ("more_than", "85.5000", "Service is 85.5", "0"),
    ],
)
def test_a_value_that_is_told_as_the_bound_and_is_not_quite_is_not_said_to_be_it(
    comparator: str, value: str, has: str, lacks: str | None
) -> None:
    test = {"without_measure": None, "programme": "service", "comparator": comparator, "bound": Decimal("85.5000")}
    names = Names(Labels(load_catalogs(PROJECT / "translations")))
    standings = {"service": {"balance": Decimal(value)}}
    found = _condition("good_service", [{**test, "unit": "point"}], standings, set(), names, "NZ")
    assert (found.has, found.lacks) == (has, None if lacks is None else Decimal(lacks))
