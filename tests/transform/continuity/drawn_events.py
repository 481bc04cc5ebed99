"""What happens to a random account: crowded about the days on which something turns, some of it landing late."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from evenhand.policy.language.pack import Pack
from transform.continuity.facts import DAY, FIRST_DAY, Account, AccountRow, Appeal, Event


def account(chance: random.Random, name: str, packs: Sequence[Pack], features: Collection[str]) -> Account:
    onboarded = FIRST_DAY + chance.choice((0, 0, 0, 20)) * DAY if "onboarding" in features else FIRST_DAY
    rows = [AccountRow(onboarded, packs[0].markets[0], "creator", onboarded)]
    for feature, market, kind in (
        ("moves", f"{packs[0].markets[0]}b", "creator"),
        ("other_kinds", packs[0].markets[0], "seller"),
        ("no_such_market", "nowhere", "creator"),
    ):
        if feature in features and chance.random() < 0.5:
            rows.append(AccountRow(_about_a_turn(chance, packs), market, kind, onboarded))
            if chance.random() < 0.4:
                rows.append(replace(rows[0], landed=rows[-1].landed + chance.choice((1, 9, 25)) * DAY))
    events = tuple(
        _event(chance, f"{name}/e{number:02}", packs, features) for number in range(chance.choice((0, 3, 6, 10, 14)))
    )
    appeals: list[Appeal] = []
    for event in events:
        if "appeals" in features and event.violation and chance.random() < 0.4:
            appeals += _appeals(chance, event)
    if "corrections" in features:
        events += tuple(_corrected(chance, event) for event in events if chance.random() < 0.1)
    # A first row says a market: nothing is known of an account before.
    later = {row.landed: row for row in rows[1:] if row.landed > onboarded}
    return Account(name, (rows[0], *later.values()), events, tuple(appeals))


def _event(chance: random.Random, key: str, packs: Sequence[Pack], features: Collection[str]) -> Event:
    about = _about_a_turn(chance, packs)
    day = chance.choice((about, about, FIRST_DAY + chance.randint(0, 100) * DAY))
    late = chance.choice((0, 0, 0, 1, 5, 15)) if "late_rows" in features else 0
    landed = day + late * DAY
    if "bonuses" in features and chance.random() < 0.4:
        quantity, subject = Decimal(chance.choice((1, 2, 3))), chance.choice((None, "p1", "p2"))
        return Event(key, day, landed, activity="sale", quantity=quantity, subject=subject)
    what = chance.choice(("copyright", "copyright", "spam", "spam", "late_shipment", "course"))
    if what in ("copyright", "spam"):
        batch = chance.choice((None, f"{key[:-4]}/b1", f"{key[:-4]}/b2"))
        return Event(key, day, landed, violation=what, batch=batch)
    return Event(key, day, landed, activity=what, quantity=Decimal(1))


def _about_a_turn(chance: random.Random, packs: Sequence[Pack]) -> date:
    """A day about one on which a version begins, for what happens crowds there."""
    turn = chance.choice([pack.effective_from for pack in packs[1:]] or [FIRST_DAY + 40 * DAY])
    return max(FIRST_DAY, turn + chance.randint(-8, 8) * DAY)


def _corrected(chance: random.Random, event: Event) -> Event:
    """The row again some nights later: withdrawn, or of a sale with another quantity."""
    landed = event.landed + chance.choice((1, 4, 20)) * DAY
    if event.activity == "sale" and chance.random() < 0.7:
        return Event(**{**event.__dict__, "landed": landed, "quantity": Decimal(chance.choice((1, 4)))})
    return Event(**{**event.__dict__, "landed": landed, "withdrawn": True})


def _appeals(chance: random.Random, event: Event) -> list[Appeal]:
    found: list[Appeal] = []
    since = event.on
    for number in range(chance.choice((1, 1, 2, 3))):
        filed = since + chance.choice((0, 3, 4, 10, 11)) * DAY
        decided = filed + chance.choice((0, 2, 9)) * DAY
        # A second adjustment isn't spoken of; the first holds.
        adjusted = any(each.outcome == "partly_granted" for each in found)
        outcome = chance.choice(("granted", "denied", "denied", "denied" if adjusted else "partly_granted", "pending"))
        points = Decimal(chance.choice((0, 1))) if outcome == "partly_granted" else None
        key = f"{event.key}/p{number}"
        found.append(Appeal(key, event.key, filed, max(filed, event.landed), "pending"))
        if outcome == "pending":
            break
        found.append(Appeal(key, event.key, filed, max(decided, event.landed), outcome, decided, points))
        since = decided
        if outcome == "granted":
            break
    return found
