"""What becomes known late beside a little money, so that who is paid hangs on what each night knew."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal

from transform.continuity.drawn_packs import Content
from transform.continuity.facts import DAY, FIRST_DAY, Account, Appeal, Event

# What a pack, and another beside it, calls its counter, its gate and its bonus.
_NAMES = (("points", "door", "selling"), ("strikes", "gate", "earning"))


def with_little_money(chance: random.Random, contents: Sequence[Content]) -> list[Content]:
    """The same where bonuses are for who isn't barred by the first zone that can be entered, and a few sales use them
    up."""
    budget, bound = chance.choice((10, 15, 30)), chance.choice((1, 1, 2))
    length = chance.choice(({"days": 20}, {"days": 2, "and_until": "course"}, {"days": 7}, {"appeal_days": 5}))
    bars = {"measure": "no_post", "scope": "live", **length}
    asks = {"condition": "not_barred", "without_measure": "no_post"}
    scarce = deepcopy(list(contents))
    for content in scarce:
        for programme, gate, bonus in _NAMES:
            if programme in content["programmes"] and bonus in content.get("bonuses", {}):
                zones = content["programmes"][programme]["zones"]
                zones[1:] = [{"zone": "warned", "at_least": bound, "measures": [deepcopy(bars)]}]
                content["eligibility"] = content.get("eligibility", {}) | {gate: {"conditions": [dict(asks)]}}
                content["bonuses"][bonus] |= {"eligibility": gate, "budget": budget}
    return scarce


def with_late_facts(chance: random.Random, accounts: Sequence[Account]) -> tuple[Account, ...]:
    """The same who sell in the same days, of which what barred them, or didn't, becomes known before or after."""
    day = FIRST_DAY + chance.randint(20, 100) * DAY
    return tuple(_crowded(chance, each, day) for each in accounts)


def _crowded(chance: random.Random, account: Account, day: date) -> Account:
    key, known = f"{account.account_id}/late", day + chance.choice((5, 8, 9)) * DAY
    events = [_sale(chance, f"{key}/s{number}", day) for number in range(chance.choice((1, 1, 2)))]
    appeals: list[Appeal] = []
    kind = chance.choice(("course", "withdrawn", "corrected", "appealed", "late", ""))
    if kind:
        for number in range(chance.choice((1, 1, 2, 3))):
            violation = Event(f"{key}/v{number}", day, day, violation=chance.choice(("copyright", "spam")))
            events += _known_otherwise(kind, violation, known)
            if kind == "appealed":
                appeals += _appealed(chance, violation, known)
    if kind == "course":
        events.append(Event(f"{key}/c", day + chance.choice((1, 3)) * DAY, known, activity="course"))
    return replace(account, events=(*account.events, *events), appeals=(*account.appeals, *appeals))


def _sale(chance: random.Random, key: str, day: date) -> Event:
    on = day + chance.randint(2, 9) * DAY
    return Event(key, on, on + chance.choice((0, 0, 0, 2)) * DAY, activity="sale", quantity=Decimal(1))


def _known_otherwise(kind: str, violation: Event, known: date) -> Iterator[Event]:
    if kind not in ("appealed", "late"):
        yield violation
    if kind == "withdrawn":
        yield replace(violation, landed=known, withdrawn=True)
    elif kind == "corrected":
        other = {"copyright": "spam", "spam": "copyright"}[str(violation.violation)]
        yield replace(violation, landed=known, violation=other)
    elif kind in ("appealed", "late"):
        yield replace(violation, landed=known)


def _appealed(chance: random.Random, violation: Event, known: date) -> Iterator[Appeal]:
    filed, landed = violation.on + DAY, known + chance.choice((0, 0, 3)) * DAY
    yield Appeal(f"{violation.key}/p", violation.key, filed, landed, "granted", filed + 2 * DAY)
