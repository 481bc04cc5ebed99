"""From which day on an entry counts, and until when, where other activities of the account or a calendar have a say.

`followed_by` to `ended_by` in docs/policy-reference.md, by the version of the event's day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from evenhand.policy.language.entries import EntryRule
from evenhand.policy.language.pack import Pack
from transform.continuity.facts import DAY, Event
from transform.continuity.rules import calendar_days


def first_day(rule: EntryRule, event: Event, events: Sequence[Event]) -> date | None:
    """None where it never counts."""
    answer = rule.followed_by or rule.not_followed_by
    if not answer:
        return event.on
    due = event.on + answer.within_days * DAY
    about = [each for each in events if each.subject == event.subject and each.on >= event.on]
    if any(each.activity == answer.extended_by and each.on <= due for each in about if each.activity):
        due += (answer.extension_days or 0) * DAY
    answers = [each.on for each in about if each.activity == answer.activity and each.on <= due]
    if rule.followed_by:
        return min(answers, default=None)
    return None if answers else due + DAY


def day_it_is_gone(rule: EntryRule, pack: Pack, event: Event, first: date, events: Sequence[Event]) -> date | None:
    """The first day on which it counts no longer, which can be the first of all."""
    waits_for = rule.clock_starts_with or rule.ends_only_after
    came = min((each.on for each in events if each.activity == waits_for and each.on >= first), default=None)
    if waits_for and came is None:
        return None
    gone: date | None = None
    if rule.lasts_until:
        gone = next(day for day in calendar_days(pack.calendars[rule.lasts_until]) if day > first)
    elif rule.lasts_days and rule.clock_starts_with and came:
        gone = came + rule.lasts_days * DAY
    elif rule.lasts_days:
        gone = _after_days_that_count(rule, first, events)
    if rule.ends_only_after and came and gone:
        gone = max(gone, came)
    if rule.ended_by and event.activity:
        own = [e.on for e in events if e.activity == rule.ended_by and e.subject == event.subject and e.on >= event.on]
        ended = max(min(own), first) if own else None
        gone = min(filter(None, (gone, ended)), default=None)
    return gone


def _after_days_that_count(rule: EntryRule, first: date, events: Sequence[Event]) -> date:
    """Day by day, without those on which something runs that pauses them."""
    assert rule.lasts_days
    pauses = [
        (each.on, int(each.quantity or 1)) for each in events if rule.paused_by and each.activity == rule.paused_by
    ]
    day, left = first, rule.lasts_days
    while True:
        if not any(on <= day < on + length * DAY for on, length in pauses):
            left -= 1
        day += DAY
        if not left:
            return day
