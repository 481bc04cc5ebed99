"""What a programme's zones have in force on a night, and since when an account is in one.

Sentences 3 and 4 of what goes on over versions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from evenhand.policy.language.effects import Effect, Reward
from evenhand.policy.language.pack import Pack
from transform.continuity.facts import DAY
from transform.continuity.standing import Walk


def in_force(walks: Sequence[Walk], night: date) -> Iterator[tuple[Effect, Pack, date, date | None]]:
    """What a programme's zones brought that is in force, with the pack that says how, its first and its last day."""
    for each in walks:
        for brought in each.brought:
            if brought.runs_on(night):
                yield brought.effect, brought.pack, brought.first, brought.last
        if night not in each.stands:
            continue
        for effect in each.stands[night].programme.zones[each.stands[night].zone].measures:
            if effect.while_in_zone:
                first = in_zone_since(each, effect, night) + effect.starts_after_days * DAY
                if first <= night:
                    yield effect, each.stands[night].pack, first, None


def rewarded_since(walks: Sequence[Walk], night: date, zone: str, reward: Reward) -> date:
    """First day of the account's unbroken stay in a zone that brings this, whichever of its balances is in it."""
    day = night
    while there := [each.stands[day - DAY] for each in walks if day - DAY in each.stands]:
        strictest = max(there, key=lambda stand: stand.zone)
        if strictest.name != zone or not any(
            zone in theirs.zones and (theirs.reward, theirs.scope) == (reward.reward, reward.scope)
            for theirs in strictest.programme.rewards
        ):
            break
        day -= DAY
    return day


def in_this_zone_since(walked: Walk, night: date) -> date:
    """First day of the unbroken stay in the zone, by its name."""
    day = night
    while (before := walked.stands.get(day - DAY)) and not before.waits and before.name == walked.stands[night].name:
        day -= DAY
    return day


def in_zone_since(walked: Walk, effect: Effect, night: date) -> date:
    """First day of the unbroken stay in a zone that brings this for as long as it lasts."""
    zone, day = walked.stands[night].name, night
    while (before := walked.stands.get(day - DAY)) and before.name == zone:
        effects = before.programme.zones[before.zone].measures
        if not any((e.name, e.scope, e.while_in_zone) == (effect.name, effect.scope, True) for e in effects):
            break
        day -= DAY
    return day
