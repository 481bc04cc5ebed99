"""Random histories: packs with two and three versions that differ in one figure or rule, and what happens meanwhile.

What is drawn can be switched on by feature, so that a difference is known by what brought it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from evenhand.policy.language.pack import Pack
from evenhand.policy.load import pack_from
from transform.continuity.facts import DAY, Account, AccountRow, Appeal, Event, History

FIRST_DAY = date(2026, 1, 1)
LAST_DAY = date(2026, 4, 30)
MEASURES = ("warning", "no_post", "no_live", "closed")
SCOPES = ("live", "short_video", "campaign")
Content = dict[str, Any]
Change = Callable[[random.Random, Content], None]


def draw(seed: int, number: int, features: Collection[str]) -> History:
    """The history of a number; the same for the same features."""
    chance = random.Random(f"{seed}/{number}")
    name = f"h{number}"
    packs = _packs(chance, name, features)
    accounts = tuple(_account(chance, f"{name}/a{each}", packs, features) for each in range(3))
    return History(name, packs, accounts)


def nights_of(seed: int, batch: int, count: int) -> list[date]:
    """Nights to compare a batch of histories on."""
    chance = random.Random(f"nights {seed}/{batch}")
    return [FIRST_DAY + days * DAY for days in sorted(chance.sample(range(5, (LAST_DAY - FIRST_DAY).days), count))]


def _packs(chance: random.Random, name: str, features: Collection[str]) -> tuple[Pack, ...]:
    tens = sorted(chance.sample(range(2, 9), chance.choice((1, 2)))) if "versions" in features else []
    turns = [10 * ten + chance.randint(0, 1) for ten in tens]
    content = _first_version(chance, name, features)
    contents = [content]
    for version, turn in enumerate(turns, start=2):
        day = FIRST_DAY + turn * DAY
        contents[-1]["effective_until"] = (
            day - (chance.randint(2, 9) if "gap" in features and chance.random() < 0.3 else 1) * DAY
        )
        back = version == 3 and "gone_and_back" in features and chance.random() < 0.4
        content = _changed(chance, contents[0] if back else contents[-1], features if not back else ())
        content |= {"version": version, "effective_from": day}
        content.pop("effective_until", None)
        contents.append(content)
    return tuple(pack_from(_with_calendars(each)) for each in contents)


def _with_calendars(content: Content) -> Content:
    """With the calendars that it names; each has many rows."""
    named = {"mondays": {"weekday": "monday"}, "tenths": {"day_of_month": 10}}
    return content | {"calendars": {name: days for name, days in named.items() if f"'{name}'" in str(content)}}


def _changed(chance: random.Random, content: Content, features: Collection[str]) -> Content:
    changes = sorted(CHANGES.keys() & set(features))
    for _ in range(20):
        changed = deepcopy(content)
        try:
            if changes and chance.random() < 0.85:
                CHANGES[chance.choice(changes)](chance, changed)
            pack_from(_with_calendars({key: value for key, value in changed.items() if key != "effective_until"}))
        except (ValidationError, LookupError):
            continue  # No pack any more, or nothing there that the change is about.
        return changed
    return deepcopy(content)


def _first_version(chance: random.Random, name: str, features: Collection[str]) -> Content:
    content: Content = {
        "pack": name,
        "version": 1,
        "markets": [name],
        "effective_from": FIRST_DAY + chance.choice((0, 0, 3)) * DAY,
        "appeal_route": "Write to us.",
        "measures": list(MEASURES),
        "programmes": {"points": _points(chance, features), "score": _score(chance, features)},
    }
    if "gates" in features and chance.random() < 0.7:
        content["eligibility"] = {"door": _gate(chance, features)}
    if "appeals" in features and chance.random() < 0.5:
        content["appeals"] = {
            key: length
            for key, length in (
                ("file_within_days", chance.choice((3, 10))), ("at_most", chance.choice((1, 2))),
                ("again_within_days", chance.choice((3, 10))),
                ("partly_granted", chance.choice(("adjusts", "voids", "denies"))),
            )
            if chance.random() < 0.6
        }  # fmt: skip
    return content


def _points(chance: random.Random, features: Collection[str]) -> Content:
    rules: list[Content] = [
        {"rule": "copying", "violation_types": ["copyright"], "amount": chance.choice((1, 2, 3))},
        {"rule": "spamming", "violation_types": ["spam"], "amount": chance.choice((1, 2))},
    ]
    for rule in rules:
        if chance.random() < 0.85:
            rule["lasts_days"] = chance.choice((5, 15, 30, 60))
    how = chance.choice([f for f in ("", "batch", "day", "not_again", "every", "grace") if not f or f in features])
    if how in ("batch", "day"):
        rules[0]["counts_once_per"] = how
    elif how == "not_again":
        rules[1]["not_again_within_days"] = chance.choice((3, 10, 20))
    elif how == "every":
        rules[1]["every"] = {"count": chance.choice((2, 3)), "within_days": chance.choice((10, 20, 40))}
    elif how == "grace":
        rules[0]["grace"] = {"training": "course", "same_type_days": chance.choice((5, 20))}
    if "relief" in features and chance.random() < 0.5:
        relief = {"takes_from": chance.choice(("newest", "oldest")), "amount": chance.choice((1, 2))}
        rules.append({"rule": "course", "activities": ["course"], "relief": relief})
        if "not_again" in features and chance.random() < 0.6:
            rules[-1]["not_again_within_days"] = chance.choice((5, 20))
    programme: Content = {"unit": "point", "entries": rules, "zones": _zones(chance, True, features)}
    if chance.random() < 0.3:
        programme["balance"] = {"at_most": chance.choice((5, 8))}
    if "evaluated" in features and chance.random() < 0.3:
        programme["evaluated"] = "mondays"
    if "tiers" in features and chance.random() < 0.3:
        programme |= chance.choice(({"never_falls": True}, {"falls_after_days": 5}))
    if "each_rise" in features and chance.random() < 0.2:
        programme["fires"] = "on_each_rise"
    return programme


def _score(chance: random.Random, features: Collection[str]) -> Content:
    rules = [{"rule": "late", "activities": ["late_shipment"], "amount": -2, "lasts_days": chance.choice((10, 30))}]
    return {"unit": "point", "entries": rules, "balance": {"start": 10}, "zones": _zones(chance, False, features)}


def _zones(chance: random.Random, rising: bool, features: Collection[str]) -> list[Content]:
    bounds = sorted(chance.sample(range(1, 8), chance.choice((1, 2, 2, 3))))
    zones: list[Content] = [{"zone": "good"}]
    for number, bound in enumerate(bounds):
        how, shown = ("at_least", bound) if rising else ("at_most", 10 - bound)
        measures = [_effect(chance, number, features) for _ in range(chance.choice((0, 1, 1, 2)))]
        once = {(each["measure"], each["scope"]): each for each in measures}
        zones.append({"zone": ("warned", "limited", "closed")[number], how: shown, "measures": list(once.values())})
    return zones


def _effect(chance: random.Random, number: int, features: Collection[str]) -> Content:
    lengths: Sequence[Content] = (
        {"days": chance.choice((3, 7, 14, 30))}, {"days": chance.choice((3, 7, 14, 30))},
        {"permanent": True}, {"until": "tenths"}, {"while_in_zone": True},
    )  # fmt: skip
    measure = MEASURES[min(number + chance.choice((0, 1)), 3)]
    length = chance.choice(lengths if "while_in_zone" in features else lengths[:-1])
    return {"measure": measure, "scope": chance.choice(SCOPES), **deepcopy(length)}


def _gate(chance: random.Random, features: Collection[str]) -> Content:
    conditions: list[Content] = [
        {"condition": "few_points", "programme": "points", "less_than": chance.choice((2, 4))},
        {"condition": "good_score", "programme": "score", "more_than": chance.choice((4, 8))},
    ]
    if "without_measure" in features:
        conditions.append({"condition": "not_barred", "without_measure": chance.choice(("no_post", "no_live"))})
    gate: Content = {
        "conditions": chance.sample(conditions, chance.choice((1, len(conditions)))),
        "while_eligible": [{"reward": "flash_sales", "scope": "campaign"}],
        "while_not_eligible": [{"measure": "no_live", "scope": "live"}],
    }
    return gate


# --- what a version can have otherwise than the one before it


def _rule(chance: random.Random, content: Content) -> Content:
    rule: Content = chance.choice(content["programmes"][chance.choice(("points", "points", "score"))]["entries"])
    return rule


def _zone(chance: random.Random, content: Content) -> Content:
    zone: Content = chance.choice(content["programmes"][chance.choice(("points", "points", "score"))]["zones"][1:])
    return zone


def _amount(chance: random.Random, content: Content) -> None:
    rule = _rule(chance, content)
    if "amount" in rule:
        rule["amount"] = rule["amount"] + (1 if rule["amount"] > 0 else -1)


def _lasts_days(chance: random.Random, content: Content) -> None:
    rule = _rule(chance, content)
    rule["lasts_days"] = chance.choice((3, 10, 45, 90))


def _bound(chance: random.Random, content: Content) -> None:
    zone = _zone(chance, content)
    how = "at_least" if "at_least" in zone else "at_most"
    zone[how] = zone[how] + chance.choice((-2, -1, 1, 2))


def _effect_days(chance: random.Random, content: Content) -> None:
    for effect in _zone(chance, content)["measures"]:
        if "days" in effect:
            effect["days"] = chance.choice((1, 5, 20))


def _effect_gone(chance: random.Random, content: Content) -> None:
    _zone(chance, content)["measures"] = []


def _effect_new(chance: random.Random, content: Content) -> None:
    zone = _zone(chance, content)
    zone["measures"] = [_effect(chance, 1, ())]


def _zone_gone(chance: random.Random, content: Content) -> None:
    zones = content["programmes"][chance.choice(("points", "score"))]["zones"]
    if len(zones) > 2:
        zones.pop(chance.randint(1, len(zones) - 1))


def _rule_gone(chance: random.Random, content: Content) -> None:
    content["programmes"]["points"]["entries"].pop(chance.randint(0, 1))


def _programme_gone(chance: random.Random, content: Content) -> None:
    name = chance.choice(("points", "score"))
    named = [t.get("programme") for g in content.get("eligibility", {}).values() for t in g["conditions"]]
    if name not in named and len(content["programmes"]) == 2:
        del content["programmes"][name]


def _balance(chance: random.Random, content: Content) -> None:
    points = content["programmes"].get("points", {})
    points["balance"] = chance.choice(({"at_most": 3}, {"at_most": 6}, {}))


def _picks(chance: random.Random, content: Content) -> None:
    for rule in content["programmes"]["points"]["entries"]:
        if "not_again_within_days" in rule:
            rule["not_again_within_days"] = chance.choice((2, 7, 30))
        if "every" in rule:
            rule["every"] = {"count": rule["every"]["count"], "within_days": chance.choice((5, 30))}
        if "grace" in rule:
            rule["grace"] = {"training": "course", "same_type_days": chance.choice((2, 30))}


def _picks_gone(chance: random.Random, content: Content) -> None:
    for rule in content["programmes"]["points"]["entries"]:
        for key in ("not_again_within_days", "every", "grace", "counts_once_per"):
            rule.pop(key, None)


def _evaluated_changes(chance: random.Random, content: Content) -> None:
    points = content["programmes"]["points"]
    points["evaluated"] = chance.choice(("mondays", "tenths", None))


def _gate_bound(chance: random.Random, content: Content) -> None:
    for gate in content.get("eligibility", {}).values():
        for condition in gate["conditions"]:
            for how in ("less_than", "more_than"):
                if how in condition:
                    condition[how] = condition[how] + chance.choice((-1, 1))


def _gate_conditions(chance: random.Random, content: Content) -> None:
    for gate in content.get("eligibility", {}).values():
        gate["conditions"] = _gate(chance, ())["conditions"]


def _gate_gone(chance: random.Random, content: Content) -> None:
    content.pop("eligibility", None)


def _gate_brings(chance: random.Random, content: Content) -> None:
    for gate in content.get("eligibility", {}).values():
        gate["while_not_eligible"] = chance.choice(([], [{"measure": "no_post", "scope": "short_video"}]))


# Beside changes: what a first version can have, and what can happen.
OTHERS = (
    *(
        "versions",
        "while_in_zone",
        "gates",
        "without_measure",
        "appeals",
        "batch",
        "day",
        "not_again",
        "every",
        "grace",
    ),
    *("relief", "evaluated", "tiers", "each_rise", "gap", "gone_and_back", "onboarding", "late_rows", "corrections"),
)
CHANGES: dict[str, Change] = {
    "amount": _amount,
    "lasts_days": _lasts_days,
    "bound": _bound,
    "effect_days": _effect_days,
    "effect_gone": _effect_gone,
    "effect_new": _effect_new,
    "zone_gone": _zone_gone,
    "rule_gone": _rule_gone,
    "programme_gone": _programme_gone,
    "balance": _balance,
    "picks": _picks,
    "picks_gone": _picks_gone,
    "evaluated_changes": _evaluated_changes,
    "gate_bound": _gate_bound,
    "gate_conditions": _gate_conditions,
    "gate_gone": _gate_gone,
    "gate_brings": _gate_brings,
}
FEATURES = frozenset((*OTHERS, *CHANGES))


# --- what happens


def _account(chance: random.Random, name: str, packs: Sequence[Pack], features: Collection[str]) -> Account:
    onboarded = FIRST_DAY + chance.choice((0, 0, 0, 20)) * DAY if "onboarding" in features else FIRST_DAY
    row = AccountRow(onboarded, packs[0].markets[0], "creator", onboarded)
    events = tuple(
        _event(chance, f"{name}/e{number:02}", packs, features) for number in range(chance.choice((0, 3, 6, 10, 14)))
    )
    appeals: list[Appeal] = []
    for event in events:
        if "appeals" in features and event.violation and chance.random() < 0.4:
            appeals += _appeals(chance, event)
    if "corrections" in features:
        events += tuple(_corrected(chance, event) for event in events if chance.random() < 0.1)
    return Account(name, (row,), events, tuple(appeals))


def _event(chance: random.Random, key: str, packs: Sequence[Pack], features: Collection[str]) -> Event:
    # Crowded about the days on which a version begins.
    turn = chance.choice([pack.effective_from for pack in packs[1:]] or [FIRST_DAY + 40 * DAY])
    about = turn + chance.randint(-8, 8) * DAY
    day = max(FIRST_DAY, chance.choice((about, about, FIRST_DAY + chance.randint(0, 100) * DAY)))
    late = chance.choice((0, 0, 0, 1, 5, 15)) if "late_rows" in features else 0
    landed = day + late * DAY
    what = chance.choice(("copyright", "copyright", "spam", "spam", "late_shipment", "course"))
    if what in ("copyright", "spam"):
        batch = chance.choice((None, f"{key[:-4]}/b1", f"{key[:-4]}/b2"))
        return Event(key, day, landed, violation=what, batch=batch)
    return Event(key, day, landed, activity=what, quantity=Decimal(1))


def _corrected(chance: random.Random, event: Event) -> Event:
    """The row again some nights later: withdrawn."""
    landed = event.landed + chance.choice((1, 4, 20)) * DAY
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
