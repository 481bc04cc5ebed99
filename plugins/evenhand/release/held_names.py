"""What something that is held is called where people read of it: a budget that waits is no list of items."""

from __future__ import annotations

from evenhand.release.manifest import DELIVERIES, NOTICES
from evenhand.release.quality_samples import ITEMS

_CALLED = {DELIVERIES: "deliveries to {}", NOTICES: "notices in {}", ITEMS: "review budget of {}"}


def held_called(name: str, market: str) -> str:
    """A list of a market, deliveries to a receiver, notices in a language, or how many items a market draws."""
    called = _CALLED.get(name)
    return called.format(market) if called else f"{name} of {market}"
