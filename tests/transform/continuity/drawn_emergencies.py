"""What people impose and lift themselves of a random account: now and then what its rules bring as well."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from evenhand.policy.language.pack import Pack
from transform.continuity.facts import DAY, FIRST_DAY, Account, Emergency

# They end within 30 days.
LONGEST = 30


def with_emergencies(chance: random.Random, account: Account, packs: Sequence[Pack]) -> Account:
    """The same with some, in markets that it is in at some time, while a pack is in force there."""
    drawn: list[Emergency] = []
    for number in range(chance.choice((0, 1, 2, 4))):
        market = chance.choice([row.market for row in account.rows])
        first = FIRST_DAY + chance.randint(20, 110) * DAY
        there = [pack for pack in packs if market in pack.markets]
        effects = [effect for pack in there for effect in _effects(pack)]
        if not effects or not any(_is_in_force(pack, first) for pack in there):
            continue
        on, name, scope = chance.choice(effects)
        last = first + chance.choice((0, 3, 10, LONGEST - 1)) * DAY
        key = f"{account.account_id}/{number}"
        drawn.append(Emergency(key, chance.random() < 0.6, on, market, name, scope, first, last))
    drawn += (*_over_another_kind(chance, account, packs), *_lifts_of_what_follows(chance, account, packs))
    return replace(account, emergencies=tuple(_ended(chance, each) for each in drawn))


def _ended(chance: random.Random, each: Emergency) -> Emergency:
    """The same, of what is imposed now and then ended by its name before its last day."""
    if each.lifts or chance.random() < 0.7:
        return each
    return replace(each, ended=each.first + chance.randint(0, (each.last - each.first).days) * DAY)


def _over_another_kind(chance: random.Random, account: Account, packs: Sequence[Pack]) -> Iterator[Emergency]:
    """What is imposed while the account is of one kind and holds when it is of another, which other packs may judge."""
    in_order = sorted(account.rows, key=lambda row: row.landed)
    for number, (before, row) in enumerate(pairwise(in_order)):
        first = row.landed - chance.choice((0, 1, 4, 9)) * DAY
        there = [pack for pack in packs if before.market in pack.markets and _is_in_force(pack, first)]
        effects = [effect for pack in there for effect in _effects(pack)]
        if before.kind != row.kind and effects:
            on, name, scope = chance.choice(effects)
            last = first + chance.choice((10, LONGEST - 1)) * DAY
            yield Emergency(f"{account.account_id}/8{number}", False, on, before.market, name, scope, first, last)


def _lifts_of_what_follows(chance: random.Random, account: Account, packs: Sequence[Pack]) -> Iterator[Emergency]:
    """What stays for good is lifted, in the market of its first row, sometimes before it is there."""
    market = account.rows[0].market
    brought = [(pack, each) for pack in packs if market in pack.markets for each in _followers(pack)]
    if brought and chance.random() < 0.7:
        pack, what = chance.choice(brought)
        first = max(pack.effective_from, FIRST_DAY + chance.randint(20, 110) * DAY)
        if _is_in_force(pack, first):
            last = first + chance.choice((10, LONGEST - 1)) * DAY
            yield Emergency(f"{account.account_id}/9", True, what[0], market, *what[1:], first, last)


def with_two_of_a_scope(chance: random.Random, account: Account, packs: Sequence[Pack]) -> Account:
    """The same with two penalties that people impose on one scope before a version begins, and that run into it."""
    market = account.rows[0].market
    there = [pack for pack in packs if market in pack.markets]
    first = chance.choice([pack.effective_from for pack in there[1:]] or [FIRST_DAY]) - chance.choice((1, 4)) * DAY
    if chance.random() < 0.5 or not any(_is_in_force(pack, first) for pack in there):
        return account
    two = (
        Emergency(f"{account.account_id}/7{number}", False, "penalties", market, name, "live", first, first + 20 * DAY)
        for number, name in enumerate(chance.sample(there[0].measures, 2))
    )
    return replace(account, emergencies=(*account.emergencies, *two))


def _followers(pack: Pack) -> Iterator[tuple[str, str, str]]:
    for _, effect in pack.effects:
        yield from (("penalties", each.measure, each.scope) for each in effect.then)


def _is_in_force(pack: Pack, day: date) -> bool:
    return pack.effective_from <= day and (pack.effective_until is None or day <= pack.effective_until)


def _effects(pack: Pack) -> Iterator[tuple[str, str, str]]:
    """The list, the name and the scope of all that a pack brings, but for money: what was paid can't be lifted."""
    for _, effect in pack.effects:
        yield "penalties" if effect.measure else "rewards", effect.name, effect.scope
    yield from _followers(pack)
    for gate in pack.eligibility.values():
        for brought in (*gate.while_not_eligible, *gate.while_eligible):
            yield "penalties" if brought.measure else "rewards", str(brought.measure or brought.reward), brought.scope
    for programme in pack.programmes.values():
        for reward in programme.rewards:
            yield "rewards", reward.reward, reward.scope
