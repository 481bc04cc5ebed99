"""Which values a programme's number can have at all, and so which of its zones can hold an account."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import combinations
from math import gcd, prod

from evenhand.policy.language.entries import EntryRule
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.programme import RISING, Programme, compares

# Both ends of what a number can be; None where it has none.
Range = tuple[Decimal | None, Decimal | None]

_ANY: Range = (None, None)
# Ledgers have two decimals; in hundredths, sums are whole numbers.
_CENT = Decimal("0.01")
# More sums than this between a programme's bounds leave no hole that somebody could have meant.
_MOST_SUMS = 50_000


def range_of(pack: Pack, name: str) -> Range:
    """The least and the greatest value that a programme can have."""
    programme = pack.programmes[name]
    inputs = [range_of(pack, other) for other in programme.inputs()]
    match programme.source:
        case "entries":
            return _range_of_ledger(pack, programme)
        case "same_as":
            return inputs[0]
        case "first_of":
            ranges = inputs[: len(programme.first_of)]
            return _least(low for low, _ in ranges), _greatest(high for _, high in ranges)
        case "weighted":
            weights = [each.weight for each in programme.weighted]
            ends = [_times(*end, weight) for end, weight in zip(inputs, weights, strict=False)]
            return _sum(low for low, _ in ends), _sum(high for _, high in ends)
        case "ratio" | "peers":
            # Nothing negative is divided by something that isn't; how large it can get, nobody knows.
            return (Decimal(0), None) if all(low is not None and low >= 0 for low, _ in inputs) else _ANY
    return _ANY


def zones_out_of_range(pack: Pack, name: str) -> list[int]:
    """Zones beyond the ends of what the programme's value can be. Of the first zone nothing is said."""
    low, high = range_of(pack, name)
    zones = pack.programmes[name].zones
    found = []
    for position, zone in enumerate(zones[1:], start=1):
        assert zone.comparison
        stricter = zones[position + 1].comparison if position + 1 < len(zones) else None
        farthest, nearest = (high, low) if zone.comparison[0] in RISING else (low, high)
        beyond = farthest is not None and not compares(farthest, *zone.comparison)
        passed = nearest is not None and stricter is not None and compares(nearest, *stricter)
        if beyond or passed:
            found.append(position)
    return found


def zones_skipped(pack: Pack, name: str) -> list[int]:
    """Zones inside that range on which no sum of the ledger's amounts falls."""
    programme = pack.programmes[name]
    ledger = pack.programmes[programme.same_as] if programme.same_as else programme
    coins = _coins(pack, ledger) if ledger.source == "entries" else None
    bounds = [zone.comparison[1] for zone in programme.zones if zone.comparison]
    if coins is None or not bounds:
        return []
    sums = _sums(_cents(ledger.balance.start), coins, min(bounds), max(bounds))
    if sums is None:
        return []
    hit = {zone_of(programme, clamped(ledger, each * _CENT)) for each in sums}
    impossible = {0, *zones_out_of_range(pack, name)}
    return [position for position in range(len(programme.zones)) if position not in hit | impossible]


def amounts_of(pack: Pack, programme: Programme) -> list[Decimal]:
    """What single entries can add, where that is known."""
    ledger = pack.programmes[programme.same_as] if programme.same_as else programme
    return [coin * _CENT for coin in sorted(_coins(pack, ledger) or ())]


def zone_of(programme: Programme, value: Decimal) -> int:
    """The position of the zone that a value is in: the strictest whose comparison holds."""
    holding = (i for i, zone in enumerate(programme.zones) if zone.comparison and compares(value, *zone.comparison))
    return max(holding, default=0)


def _range_of_ledger(pack: Pack, programme: Programme) -> Range:
    balance = programme.balance
    signs = _signs(pack, programme)
    low = None if -1 in signs else balance.start
    high = None if 1 in signs else balance.start
    return (
        balance.at_least if low is None else low,
        balance.at_most if high is None else high,
    )


def _signs(pack: Pack, programme: Programme) -> set[int]:
    """The directions in which entries of a ledger can move its balance."""
    signs = {_sign(amount) for rule in programme.entries for amount in _written(rule)}
    if carried := programme.carries_over:
        other = pack.programmes[carried.programme]
        # A ledger that carries over from itself would never end; the language refuses no such pack.
        inner = _signs(pack, other) if other is not programme and not other.carries_over else {-1, 1}
        signs |= {sign * _sign(carried.times) for sign in inner}
    return signs


def _written(rule: EntryRule) -> list[Decimal]:
    if rule.amount_by_severity:
        return list(rule.amount_by_severity.values())
    if rule.amount_by_reviewer:
        return [rule.amount_by_reviewer.at_least, rule.amount_by_reviewer.at_most]
    if rule.amount_per_step:
        return [rule.amount_per_step.amount]
    if rule.relief:
        return []
    amount = rule.amount if rule.amount is not None else rule.amount_per_unit
    return [amount] if amount is not None else []


def _coins(pack: Pack, programme: Programme) -> set[int] | None:
    """What an entry can add, in hundredths; None where it can be anything."""
    coins: set[int] = set()
    for rule in programme.entries:
        if rule.amount_by_reviewer or rule.amount_per_unit is not None:
            return None
        factors = [factor.by for factor in rule.multiplied]
        products = {prod(some, start=Decimal(1)) for n in range(len(factors) + 1) for some in combinations(factors, n)}
        coins |= {_cents(amount * product) for amount in _written(rule) for product in products}
    if carried := programme.carries_over:
        other = pack.programmes[carried.programme]
        inner = _coins(pack, other) if other is not programme and not other.carries_over else None
        if inner is None:
            return None
        coins |= {_cents(coin * _CENT * carried.times) for coin in inner}
    reliefs = [_cents(rule.relief.amount) for rule in programme.entries if rule.relief and rule.relief.amount]
    for relief in reliefs:
        # What a training leaves of an entry.
        coins |= {left for coin in coins for left in range(coin - relief, 0, -relief)}
        coins |= {left for coin in coins for left in range(coin + relief, 0, relief)}
    return coins - {0}


def _sums(start: int, coins: set[int], lowest: Decimal, highest: Decimal) -> Iterable[int] | None:
    """The sums of entries from a step below the bounds to a step above them; None if there are too many to matter."""
    if not coins:
        return [start]
    step = gcd(*coins)
    largest = max(abs(coin) for coin in coins)
    first, last = min(start, _cents(lowest)) - largest, max(start, _cents(highest)) + largest
    if (last - first) // step > _MOST_SUMS:
        return None
    if len({_sign(Decimal(coin)) for coin in coins}) == 2:
        # Up and down, every multiple of the common step can be reached.
        return range(start - (start - first) // step * step, last + 1, step)
    sign = 1 if min(coins) > 0 else -1
    reached = [True] + [False] * ((last - start if sign > 0 else start - first) // step)
    for coin in sorted(abs(coin) // step for coin in coins):
        for at in range(coin, len(reached)):
            reached[at] = reached[at] or reached[at - coin]
    return [start + sign * at * step for at, there in enumerate(reached) if there]


def clamped(programme: Programme, value: Decimal) -> Decimal:
    """A sum as it is read, between the ends of the programme's balance."""
    low, high = programme.balance.at_least, programme.balance.at_most
    value = value if low is None else max(low, value)
    return value if high is None else min(high, value)


def _cents(amount: Decimal) -> int:
    return int((amount / _CENT).to_integral_value())


def _sign(amount: Decimal) -> int:
    return (amount > 0) - (amount < 0)


def _times(low: Decimal | None, high: Decimal | None, weight: Decimal) -> Range:
    ends = [None if end is None else end * weight for end in (low, high)]
    return (ends[0], ends[1]) if weight >= 0 else (ends[1], ends[0])


def _sum(ends: Iterable[Decimal | None]) -> Decimal | None:
    known = list(ends)
    return None if None in known else sum((end for end in known if end is not None), Decimal(0))


def _least(ends: Iterable[Decimal | None]) -> Decimal | None:
    known = list(ends)
    return None if None in known else min(end for end in known if end is not None)


def _greatest(ends: Iterable[Decimal | None]) -> Decimal | None:
    known = list(ends)
    return None if None in known else max(end for end in known if end is not None)
