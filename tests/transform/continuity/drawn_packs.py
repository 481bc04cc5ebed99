"""A first version of a random pack, with what of the language is switched on."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from copy import deepcopy
from typing import Any

from transform.continuity.facts import DAY, FIRST_DAY

MEASURES = ("warning", "no_post", "no_live", "closed")
SCOPES = ("live", "short_video", "campaign")
Content = dict[str, Any]


def first_version(chance: random.Random, name: str, features: Collection[str]) -> Content:
    content: Content = {
        "pack": name,
        "version": 1,
        "markets": [name, f"{name}b"] if "moves" in features else [name],
        "effective_from": FIRST_DAY + chance.choice((0, 0, 3)) * DAY,
        "appeal_route": "Write to us.",
        "measures": list(MEASURES),
        "programmes": {"points": _points(chance, features), "score": _score(chance, features)},
    }
    if "gates" in features and chance.random() < 0.7:
        content["eligibility"] = {"door": gate(chance, features)}
    if "bonuses" in features and chance.random() < 0.8:
        content["bonuses"] = {"selling": _bonus(chance, "bonus_gates" in features and "eligibility" in content)}
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
        measures = [effect(chance, number, features) for _ in range(chance.choice((0, 1, 1, 2)))]
        once = {(each["measure"], each["scope"]): each for each in measures}
        zones.append({"zone": ("warned", "limited", "closed")[number], how: shown, "measures": list(once.values())})
    return zones


def effect(chance: random.Random, number: int, features: Collection[str]) -> Content:
    lengths: Sequence[Content] = (
        {"days": chance.choice((3, 7, 14, 30))}, {"days": chance.choice((3, 7, 14, 30))},
        {"permanent": True}, {"until": "tenths"}, {"while_in_zone": True},
    )  # fmt: skip
    measure = MEASURES[min(number + chance.choice((0, 1)), 3)]
    length = chance.choice(lengths if "while_in_zone" in features else lengths[:-1])
    return {"measure": measure, "scope": chance.choice(SCOPES), **deepcopy(length)}


def gate(chance: random.Random, features: Collection[str]) -> Content:
    conditions: list[Content] = [
        {"condition": "few_points", "programme": "points", "less_than": chance.choice((2, 4))},
        {"condition": "good_score", "programme": "score", "more_than": chance.choice((4, 8))},
    ]
    if "without_measure" in features:
        conditions.append({"condition": "not_barred", "without_measure": chance.choice(("no_post", "no_live"))})
    found: Content = {
        "conditions": chance.sample(conditions, chance.choice((1, len(conditions)))),
        "while_eligible": [{"reward": "flash_sales", "scope": "campaign"}],
        "while_not_eligible": [{"measure": "no_live", "scope": "live"}],
    }
    return found


def _bonus(chance: random.Random, gated: bool) -> Content:
    bonus: Content = {
        "activity": "sale", "scope": "commission", "pays": chance.choice((5, 10)), "per": "tenths",
        "at_most_per_subject": chance.choice((None, 20)), "at_most_per_account": chance.choice((None, 30, 45)),
        "budget": chance.choice((None, 60, 100)), "eligibility": "door" if gated and chance.random() < 0.6 else None,
    }  # fmt: skip
    return {key: value for key, value in bonus.items() if value is not None}
