"""What something that is held is called where people read of it: a budget that waits is no list of items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from evenhand.release.manifest import DELIVERIES, NOTICES
from evenhand.release.quality_samples import ITEMS

_CALLED = {DELIVERIES: "deliveries to {}", NOTICES: "notices in {}", ITEMS: "review budget of {}"}

# So many sentences that two lists have alike are said of one of them.
_MANY = 2


def held_called(name: str, market: str) -> str:
    """A list of a market, deliveries to a receiver, notices in a language, or how many items a market draws."""
    called = _CALLED.get(name)
    return called.format(market) if called else f"{name} of {market}"


class _Held(Protocol):
    @property
    def list(self) -> str: ...

    @property
    def market(self) -> str: ...

    @property
    def why(self) -> Sequence[str]: ...


def why_once(held: Sequence[_Held]) -> Mapping[tuple[str, str], tuple[Sequence[str], str]]:
    """By list and market why it is held, without what is said of an earlier list of its market, and which list that is.

    Other rules are said of both lists, in as many sentences as there are differences. One sentence alone is said again.
    """
    found: dict[tuple[str, str], tuple[Sequence[str], str]] = {}
    first: dict[str, _Held] = {}
    for each in held:
        before = first.setdefault(each.market, each)
        said = () if before is each else before.why
        both = [why for why in each.why if why in said]
        is_short = len(both) < _MANY
        own = each.why if is_short else [why for why in each.why if why not in said]
        found[each.list, each.market] = own, "" if is_short else before.list
    return found
