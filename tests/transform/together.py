"""Many random histories decided in one run of the models, for a run costs the same whether they are few or many.

Each has markets, packs and accounts of its own, so that none meets another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

from evenhand.policy.language.pack import Pack
from transform.oracle import Account, Emergency

T = TypeVar("T")


@dataclass(frozen=True)
class Told:
    """The packs of a history, its accounts, and what people imposed on them and lifted themselves."""

    packs: Sequence[Pack]
    accounts: Sequence[Account]
    emergencies: Sequence[Emergency] = ()

    def apart(self, number: int) -> Told:
        """The same with names that no other history has."""
        name = f"{number:03}_{{}}".format
        return Told(
            [
                pack.model_copy(
                    update={"pack": name(pack.pack), "markets": tuple(name(market) for market in pack.markets)}
                )
                for pack in self.packs
            ],
            [
                replace(
                    account,
                    account_id=name(account.account_id),
                    market=name(account.market),
                    violations=tuple(
                        replace(each, violation_id=name(each.violation_id)) for each in account.violations
                    ),
                )
                for account in self.accounts
            ],
            [
                replace(
                    each,
                    emergency_id=name(each.emergency_id),
                    account_id=name(each.account_id),
                    market=name(each.market),
                )
                for each in self.emergencies
            ],
        )


def drawn(strategy: SearchStrategy[T], count: int) -> list[T]:
    """So many examples of a strategy, the same ones at each run of the same files.

    Hypothesis also draws constants of the modules that are there, so that one file alone has other examples than all.
    """
    found: list[T] = []

    @settings(
        derandomize=True, deadline=None, max_examples=count, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(strategy)
    def draw(each: T) -> None:
        found.append(each)

    draw()
    assert len(found) >= count
    return found[:count]


def in_batches(told: Sequence[T], size: int) -> Iterator[list[T]]:
    """So many at a time, in their order."""
    for first in range(0, len(told), size):
        yield list(told[first : first + size])
