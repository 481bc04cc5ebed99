"""What else of the language a first version of a random pack has, each laid over it where it fits."""

from __future__ import annotations

import random
from collections.abc import Callable

from transform.continuity.drawn_packs import MEASURES, SCOPES, Content
from transform.continuity.facts import DAY, FIRST_DAY

Broader = Callable[[random.Random, Content], None]


def _copying(content: Content) -> Content:
    rule: Content = content["programmes"]["points"]["entries"][0]
    return rule


def _effects(content: Content) -> list[Content]:
    zones = [zone for programme in content["programmes"].values() for zone in programme["zones"]]
    return [effect for zone in zones for effect in zone.get("measures", [])]


def _severities(chance: random.Random, content: Content) -> None:
    rule, other = content["programmes"]["points"]["entries"][:2]
    if chance.random() < 0.6:
        del rule["amount"]
        rule["amount_by_severity"] = {"high": chance.choice((2, 3)), "low": 1}
    else:
        other["severities"] = ["high"]


def _by_reviewer(chance: random.Random, content: Content) -> None:
    del _copying(content)["amount"]
    _copying(content)["amount_by_reviewer"] = {"at_least": 1, "at_most": chance.choice((2, 4))}


def _per_unit(chance: random.Random, content: Content) -> None:
    rule = content["programmes"]["score"]["entries"][0]
    rule["amount_per_unit"] = -1
    del rule["amount"]


def _multiplied(chance: random.Random, content: Content) -> None:
    factor = {"by": 2, "from_occurrence": chance.choice((2, 3)), "within_days": chance.choice((10, 40))}
    _copying(content)["multiplied"] = [factor]


def _lasts_until(chance: random.Random, content: Content) -> None:
    rule = chance.choice(content["programmes"]["points"]["entries"][:2])
    rule.pop("lasts_days", None)
    rule["lasts_until"] = chance.choice(("mondays", "tenths"))


def _rule_days(chance: random.Random, content: Content) -> None:
    rule = chance.choice(content["programmes"]["points"]["entries"])
    rule[chance.choice(("effective_from", "effective_until"))] = FIRST_DAY + chance.randint(15, 70) * DAY


def _later_start(chance: random.Random, content: Content) -> None:
    for effect in _effects(content):
        effect["starts_after_days"] = chance.choice((1, 3))


def _until_nth(chance: random.Random, content: Content) -> None:
    for effect in _effects(content):
        if "until" in effect:
            effect["until_nth"] = 2


def _extended(chance: random.Random, content: Content) -> None:
    for effect in _effects(content):
        if "days" in effect:
            effect["overlap"] = "extend"


def _shortened(chance: random.Random, content: Content) -> None:
    for effect in _effects(content):
        if "days" in effect:
            effect["shortened_by"] = {"activity": "course", "to_days": chance.choice((0, 2, 5))}


def _and_until(chance: random.Random, content: Content) -> None:
    for effect in _effects(content):
        if "days" in effect:
            effect["and_until"] = "course"


def _appeal_days(chance: random.Random, content: Content) -> None:
    """No fewer than there are to appeal in; now and then with what follows for good."""
    least = content.get("appeals", {}).get("file_within_days", 1)
    for effect in _effects(content):
        if "days" in effect:
            del effect["days"]
            effect["appeal_days"] = max(least, chance.choice((3, 7, 14)))
            if chance.random() < 0.5:
                effect["then"] = [{"measure": chance.choice(MEASURES), "scope": chance.choice(SCOPES)}]


def _rewards_of_effects(chance: random.Random, content: Content) -> None:
    for programme in content["programmes"].values():
        zone = chance.choice(programme["zones"][1:])
        length = chance.choice(({"days": chance.choice((5, 20))}, {"permanent": True}, {"while_in_zone": True}))
        zone["measures"] = [*zone.get("measures", []), {"reward": "badge", "scope": "ads", **length}]


def _rewards_of_zones(chance: random.Random, content: Content) -> None:
    for programme in content["programmes"].values():
        # In the first, the first day isn't told of an account without entries.
        zones = [zone["zone"] for zone in programme["zones"][1:]]
        chosen = sorted(chance.sample(zones, min(len(zones), chance.choice((1, 2)))))
        programme["rewards"] = [{"reward": "boost", "scope": "ads", "zones": chosen}]


def keep_per(chance: random.Random, content: Content) -> None:
    # Of one history all packs keep them for each of one thing.
    per = "content" if int(content["pack"].strip("hop")) % 2 else "violation_type"
    content["programmes"]["points"]["kept_per"] = per


def _floor(chance: random.Random, content: Content) -> None:
    score = content["programmes"]["score"]
    score["balance"] = {**score["balance"], "at_least": chance.choice((3, 6))}


def _strict_bounds(chance: random.Random, content: Content) -> None:
    for programme in content["programmes"].values():
        for zone in programme["zones"]:
            for loose, strict in (("at_least", "more_than"), ("at_most", "less_than")):
                if loose in zone:
                    zone[strict] = zone.pop(loose)


def _stays_eligible(chance: random.Random, content: Content) -> None:
    content["eligibility"]["door"]["stays_eligible"] = True


def _any_of(chance: random.Random, content: Content) -> None:
    either = [{"programme": "points", "at_most": 1}, {"programme": "score", "at_least": 10}]
    content["eligibility"]["door"]["conditions"].append({"condition": "either", "any_of": either})


def _condition_days(chance: random.Random, content: Content) -> None:
    condition = chance.choice(content["eligibility"]["door"]["conditions"])
    condition[chance.choice(("effective_from", "effective_until"))] = FIRST_DAY + chance.randint(15, 70) * DAY


def _answered(chance: random.Random, content: Content) -> None:
    """The late shipment counts once a course follows, or unless one does; a sale in time moves the deadline."""
    answer: Content = {"activity": "course", "within_days": chance.choice((0, 3, 12))}
    if chance.random() < 0.5:
        answer |= {"extended_by": "sale", "extension_days": chance.choice((2, 20))}
    content["programmes"]["score"]["entries"][0][chance.choice(("followed_by", "not_followed_by"))] = answer


def _clocks(chance: random.Random, content: Content) -> None:
    rules = [content["programmes"]["score"]["entries"][0], *content["programmes"]["points"]["entries"][:2]]
    chance.choice(rules)[chance.choice(("clock_starts_with", "ends_only_after", "paused_by"))] = "course"


def _ended_by(chance: random.Random, content: Content) -> None:
    content["programmes"]["score"]["entries"][0]["ended_by"] = "course"


def _steps(chance: random.Random, content: Content) -> None:
    rule = content["programmes"]["score"]["entries"][0]
    for key in ("amount", "amount_per_unit"):
        rule.pop(key, None)
    rule["amount_per_step"] = {"of": chance.choice((2, 3, 4)), "amount": -2}


def _content_age(chance: random.Random, content: Content) -> None:
    chance.choice(content["programmes"]["points"]["entries"][:2])["content_age_at_most_days"] = chance.choice(
        (1, 5, 30)
    )


def _begins(chance: random.Random, content: Content) -> None:
    begins_with_a_course(chance, content, chance.choice(("points", "score")))


def begins_with_a_course(chance: random.Random, content: Content, name: str) -> None:
    """It begins for an account with a course, and can end with a sale; what reads it says what holds without it."""
    programme = content["programmes"][name]
    programme["begins_with"] = "course"
    if chance.random() < 0.4:
        programme["ends_with"] = "sale"
    for eligibility in content.get("eligibility", {}).values():
        for condition in eligibility["conditions"]:
            for test in (condition, *condition.get("any_of", ())):
                if test.get("programme") == name:
                    test["if_missing"] = chance.choice(("holds", "fails"))


def _carried(chance: random.Random, content: Content) -> None:
    begins_with_a_course(chance, content, "score")
    times = chance.choice((-1, -2))
    content["programmes"]["score"]["carries_over"] = {"programme": "points", "times": times}


def _quotas(chance: random.Random, content: Content) -> None:
    quota = {"activity": "late_shipment", "at_most": chance.choice((0, 1, 3))}
    if chance.random() < 0.6:
        quota["per"] = chance.choice(("mondays", "tenths"))
    for effect in _effects(content):
        if "measure" in effect:
            effect["quota"] = quota


BREADTH: dict[str, Broader] = {
    "quotas": _quotas,
    "content_age": _content_age,
    "begins": _begins,
    "carried": _carried,
    "answered": _answered,
    "clocks": _clocks,
    "ended_by": _ended_by,
    "steps": _steps,
    "severities": _severities,
    "by_reviewer": _by_reviewer,
    "per_unit": _per_unit,
    "multiplied": _multiplied,
    "lasts_until": _lasts_until,
    "rule_days": _rule_days,
    "later_start": _later_start,
    "until_nth": _until_nth,
    "extended": _extended,
    "shortened": _shortened,
    "and_until": _and_until,
    "appeal_days": _appeal_days,
    "rewards_of_effects": _rewards_of_effects,
    "rewards_of_zones": _rewards_of_zones,
    "kept_per": keep_per,
    "floor": _floor,
    "strict_bounds": _strict_bounds,
    "stays_eligible": _stays_eligible,
    "any_of": _any_of,
    "condition_days": _condition_days,
}
