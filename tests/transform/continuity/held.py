"""What is held for as long as one can appeal: until when, and what follows it.

`appeal_days` and `then` in docs/policy-reference.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from evenhand.policy.language.effects import Effect
from transform.continuity.appeals import Asked, counted_of, helps, last_day_to_file
from transform.continuity.facts import DAY, Appeal, Event
from transform.continuity.rules import Rules
from transform.continuity.standing import Brought


@dataclass(frozen=True)
class Held:
    """How far one of the violations that brought it holds it.

    Attributes:
        until: the first day on which it doesn't; none while an appeal is open.
        helped: whether an appeal helped, after which it holds nothing.
    """

    until: date | None
    helped: bool = False


def settled_by_appeals(brought: Brought, appeals: Sequence[Appeal], rules: Rules, night: date) -> Brought:
    """The same with the day on which it is over, as a night knows it."""
    until, _ = _end(brought, appeals, rules, night)
    return replace(brought, last=until - DAY if until else None)


def followers(brought: Brought, appeals: Sequence[Appeal], rules: Rules, night: date) -> Iterator[Brought]:
    """What follows for good if no appeal was filed in time, or all were denied."""
    until, is_held = _end(brought, appeals, rules, night)
    # What a version ended before it ran out is followed by nothing.
    if until and is_held and not (brought.ended and brought.ended <= until):
        for each in brought.effect.then:
            effect = Effect(measure=each.measure, scope=each.scope, permanent=True)
            yield replace(brought, effect=effect, first=until, last=None, ended=None)


def _end(brought: Brought, appeals: Sequence[Appeal], rules: Rules, night: date) -> tuple[date | None, bool]:
    """When it is over, none while an appeal is open, and whether it is held until then by one that wasn't helped."""
    effect = brought.effect
    assert effect.appeal_days
    time_to_file = brought.first + effect.appeal_days * DAY
    held = [_held(brought.on, time_to_file, each, Asked(rules, each, appeals), night) for each in brought.by]
    if not held:
        # Nothing can be appealed against, and the time passes all the same.
        return time_to_file + DAY, True
    holding = [each for each in held if not each.helped] or held
    ends = [each.until for each in holding if each.until]
    return max(ends) if len(ends) == len(holding) else None, holding is not held


def _held(brought_on: date, time_to_file: date, violation: Event, asked: Asked, night: date) -> Held:
    # Another pack can give more time to appeal against what counts in both.
    last_day = max(time_to_file, last_day_to_file(asked) or time_to_file)
    counted = counted_of(asked)
    # What was decided before it was brought had no clock to stop.
    since = [each for each in counted if not each.decided_on or each.decided_on >= brought_on]
    decided = [each for each in since if each.decided_on and each.decided_on <= night]
    # The first stops the clock; a further one doesn't start it again.
    first = next((each for each in since if each.filed_on <= min(last_day, night)), None)
    over = first.decided_on if first in decided else None
    helped = min((each.decided_on for each in decided if each.decided_on and helps(asked, each)), default=None)
    if helped:
        return Held(min(filter(None, (over if first else last_day + DAY, helped))), helped=True)
    return Held(over if first else last_day + DAY)
