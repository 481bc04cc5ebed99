"""Markets that the last release held for what had arrived on its night, and that are decided again tonight.

Arrivals hold a market for their night: what is bad of them stays in quarantine, and what is too much of them changes
lists, which gate 2 holds. That they count from now on is told, so that nobody has to find it in the lists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from evenhand.quality.gate import Gate


@dataclass(frozen=True)
class HeldBefore:
    """A market that was held, on which night, and why."""

    market: str
    night: date
    why: str


def told_of_held_before(gate: Gate, before: Sequence[HeldBefore], held: Collection[str]) -> list[str]:
    """What is told of those that are held no more, all markets of one reason together.

    Args:
        held: the markets that this gate holds.
    """
    now = {*held, *(market for (market,) in gate.execute("select market from held.markets where step != 'gate_1'"))}
    markets: dict[tuple[date, str], list[str]] = defaultdict(list)
    for each in before:
        if each.market not in now:
            markets[each.night, each.why].append(each.market)
    return [
        f"{' and '.join(of)}: held on {night} ({why.rstrip('.')}), and decided again tonight, with what landed then as"
        " far as it isn't in quarantine"
        for (night, why), of in sorted(markets.items())
    ]
