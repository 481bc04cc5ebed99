"""What a version of a random pack has otherwise than the one before it: one figure or one rule."""

from __future__ import annotations

import random
from collections.abc import Callable

from transform.continuity.drawn_breadth import begins_with_a_course, keep_per
from transform.continuity.drawn_packs import MEASURES, Content, effect, gate

Change = Callable[[random.Random, Content], None]


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
    how = next(each for each in ("at_least", "more_than", "at_most", "less_than") if each in zone)
    zone[how] = zone[how] + chance.choice((-2, -1, 1, 2))


def _effect_days(chance: random.Random, content: Content) -> None:
    for each in _zone(chance, content)["measures"]:
        if "days" in each:
            each["days"] = chance.choice((1, 5, 20))


def _appeal_length(chance: random.Random, content: Content) -> None:
    for each in _zone(chance, content)["measures"]:
        each["appeal_days"] = each["appeal_days"] + chance.choice((-2, 3))
        if not each.pop("then", None):
            each["then"] = [{"measure": chance.choice(MEASURES), "scope": each["scope"]}]


def _time_to_appeal(chance: random.Random, content: Content) -> None:
    content["appeals"]["file_within_days"] = chance.choice((2, 5, 20))


def _effect_gone(chance: random.Random, content: Content) -> None:
    _zone(chance, content)["measures"] = []


def _effect_new(chance: random.Random, content: Content) -> None:
    zone = _zone(chance, content)
    zone["measures"] = [effect(chance, 1, ())]


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
            rule["every"] = {"count": chance.choice((2, 3, 4)), "within_days": chance.choice((5, 30))}
        if "grace" in rule:
            rule["grace"] = {"training": "course", "same_type_days": chance.choice((2, 30))}
        # What one way of picking counted, another looks back at.
        if "violation_types" in rule and chance.random() < 0.5:
            if rule.pop("grace", None):
                rule["not_again_within_days"] = chance.choice((7, 30))
            elif rule.pop("not_again_within_days", None):
                rule["grace"] = {"training": "course", "same_type_days": chance.choice((2, 30))}


def _picks_gone(chance: random.Random, content: Content) -> None:
    for rule in content["programmes"]["points"]["entries"]:
        for key in ("not_again_within_days", "every", "grace", "counts_once_per"):
            rule.pop(key, None)


def _evaluated_changes(chance: random.Random, content: Content) -> None:
    points = content["programmes"]["points"]
    points["evaluated"] = chance.choice(("mondays", "tenths", None))


def _kept_otherwise(chance: random.Random, content: Content) -> None:
    if not content["programmes"]["points"].pop("kept_per", None):
        keep_per(chance, content)


def _begins_comes(chance: random.Random, content: Content) -> None:
    without = [name for name, each in sorted(content["programmes"].items()) if "begins_with" not in each]
    begins_with_a_course(chance, content, chance.choice(without))


def _begins_goes(chance: random.Random, content: Content) -> None:
    for programme in content["programmes"].values():
        for key in ("begins_with", "ends_with", "carries_over"):
            programme.pop(key, None)


def _gate_bound(chance: random.Random, content: Content) -> None:
    for each in content.get("eligibility", {}).values():
        for condition in each["conditions"]:
            for how in ("less_than", "more_than"):
                if how in condition:
                    condition[how] = condition[how] + chance.choice((-1, 1))


def _gate_conditions(chance: random.Random, content: Content) -> None:
    for each in content.get("eligibility", {}).values():
        each["conditions"] = gate(chance, ())["conditions"]


def _gate_gone(chance: random.Random, content: Content) -> None:
    content.pop("eligibility", None)


def _gate_brings(chance: random.Random, content: Content) -> None:
    for each in content.get("eligibility", {}).values():
        each["while_not_eligible"] = chance.choice(([], [{"measure": "no_post", "scope": "short_video"}]))


def _bonus_figure(chance: random.Random, content: Content) -> None:
    bonus = content["bonuses"]["selling"]
    key = chance.choice(("pays", "at_most_per_subject", "at_most_per_account", "budget"))
    bonus[key] = chance.choice({"pays": (4, 12), "at_most_per_subject": (10, 40)}.get(key, (25, 80)))


def _bonus_gone(chance: random.Random, content: Content) -> None:
    del content["bonuses"]


def _ends_running(chance: random.Random, content: Content) -> None:
    content["ends_running"] = chance.sample(content["measures"], chance.choice((1, 2)))


def _rewards(chance: random.Random, content: Content) -> None:
    for programme in content["programmes"].values():
        for reward in programme.get("rewards", []):
            reward["zones"] = [chance.choice(programme["zones"][1:])["zone"]]


def _kept_gone(chance: random.Random, content: Content) -> None:
    del content["eligibility"]["door"]["stays_eligible"]


def _answers(chance: random.Random, content: Content) -> None:
    rule = content["programmes"]["score"]["entries"][0]
    asked = next(key for key in ("followed_by", "not_followed_by") if key in rule)
    answer = rule.pop(asked)
    rule[chance.choice(("followed_by", "not_followed_by"))] = {**answer, "within_days": chance.choice((1, 5, 20))}


def _step(chance: random.Random, content: Content) -> None:
    steps = content["programmes"]["score"]["entries"][0]["amount_per_step"]
    steps[chance.choice(("of", "amount"))] = chance.choice((1, 3, 5))


def _clocks_gone(chance: random.Random, content: Content) -> None:
    rule = _rule(chance, content)
    del rule[next(key for key in ("clock_starts_with", "ends_only_after", "paused_by", "ended_by") if key in rule)]


def _quota(chance: random.Random, content: Content) -> None:
    for each in _zone(chance, content)["measures"]:
        each["quota"] = {**each["quota"], "at_most": 2, "per": chance.choice(("mondays", "tenths"))}


def _applies_to(chance: random.Random, content: Content) -> None:
    """Somebody else than before is judged by all of the pack, or by one of its parts."""
    parts = [*content["programmes"].values(), *content.get("eligibility", {}).values(), content, content]
    part = chance.choice(parts)
    others = [["seller"], ["creator"], ["creator", "seller"]]
    part["applies_to"] = chance.choice([each for each in others if each != part.get("applies_to", ["creator"])])
    if part is not content:
        content["applies_to"] = ["creator", "seller"]


CHANGES: dict[str, Change] = {
    "applies_to": _applies_to,
    "quota": _quota,
    "answers": _answers,
    "step": _step,
    "clocks_gone": _clocks_gone,
    "ends_running": _ends_running,
    "rewards": _rewards,
    "kept_gone": _kept_gone,
    "amount": _amount,
    "lasts_days": _lasts_days,
    "bound": _bound,
    "effect_days": _effect_days,
    "appeal_length": _appeal_length,
    "time_to_appeal": _time_to_appeal,
    "effect_gone": _effect_gone,
    "effect_new": _effect_new,
    "zone_gone": _zone_gone,
    "rule_gone": _rule_gone,
    "programme_gone": _programme_gone,
    "balance": _balance,
    "picks": _picks,
    "picks_gone": _picks_gone,
    "evaluated_changes": _evaluated_changes,
    "kept_otherwise": _kept_otherwise,
    "begins_comes": _begins_comes,
    "begins_goes": _begins_goes,
    "gate_bound": _gate_bound,
    "gate_conditions": _gate_conditions,
    "gate_gone": _gate_gone,
    "gate_brings": _gate_brings,
    "bonus_figure": _bonus_figure,
    "bonus_gone": _bonus_gone,
}
