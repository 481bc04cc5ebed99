"""Until when what zones brought lasts: what puts it one behind the other, what makes it shorter or ends it.

Sentence 4 of what goes on over versions, and docs/policy-reference.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from transform.continuity.facts import DAY, Appeal, Event
from transform.continuity.held import followers, settled_by_appeals
from transform.continuity.rules import Rules
from transform.continuity.standing import Brought, Walk


def settle(
    walks: Sequence[Walk], rules: Rules, events: Sequence[Event], appeals: Sequence[Appeal], night: date
) -> None:
    """Give what a programme brought its last day, as the events of a night and the versions until it say, with what
    follows it."""
    waiting: dict[tuple[str, str], date] = {}
    in_order = sorted(
        ((at, number) for at, each in enumerate(walks) for number in range(len(each.brought))),
        key=lambda place: (walks[place[0]].brought[place[1]].first, walks[place[0]].brought[place[1]].on, place),
    )
    for at, number in in_order:
        brought = replace(walks[at].brought[number], ended=_ended(walks[at].brought[number], rules))
        effect = brought.effect
        if effect.overlap == "extend" and effect.days:
            behind = waiting.get((effect.scope, effect.name), brought.first)
            brought = replace(brought, last=max(brought.first, behind) + (effect.days - 1) * DAY)
            waiting[effect.scope, effect.name] = max(behind, brought.gone)
        walks[at].brought[number] = _by_activities(brought, events)
        if effect.appeal_days:
            walks[at].brought[number] = settled_by_appeals(brought, appeals, rules, night)
            for each in followers(brought, appeals, rules, night):
                walks[at].brought.append(replace(each, ended=_ended(each, rules)))


def _by_activities(brought: Brought, events: Sequence[Event]) -> Brought:
    effect, last = brought.effect, brought.last
    shortening = effect.shortened_by
    named = effect.and_until or (shortening and shortening.activity)
    if not named or not last:
        return brought
    since = min((event.on for event in events if event.activity == named and event.on >= brought.first), default=None)
    if effect.and_until:
        return replace(brought, last=max(last, since - DAY) if since else None)
    if since and shortening:
        return replace(brought, last=min(last, max(brought.first + shortening.to_days * DAY, since) - DAY))
    return brought


def _ended(brought: Brought, rules: Rules) -> date | None:
    """The first day of a later version of its pack, in the market where it was brought, that says that it ends."""
    market = rules.row_on(brought.on).market
    return min(
        (
            pack.effective_from
            for pack in rules.packs
            if pack.pack == brought.pack.pack
            and market in pack.markets
            and pack.effective_from > brought.pack.effective_from
            and brought.effect.name in pack.ends_running
        ),
        default=None,
    )
