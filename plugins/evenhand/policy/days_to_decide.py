"""In how many days an appeal is to be decided, as the packs say that are in effect on a night."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from evenhand.policy.language.pack import Pack


def days_to_decide(packs: Iterable[Pack], night: date) -> Mapping[str, int]:
    """By market; the fewest where several say, and nothing where none does."""
    said: dict[str, int] = {}
    for pack in packs:
        if (days := pack.appeals.decide_within_days) and pack.is_in_effect(night):
            said |= {market: min(days, said.get(market, days)) for market in pack.markets}
    return said
