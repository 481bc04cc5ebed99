"""How long parts of a pack last, and how far apart in days what belongs together may be: bounds that are days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from evenhand.policy.language.content import Appeals, Stages
from evenhand.policy.language.effects import Effect
from evenhand.policy.language.entries import EntryRule
from evenhand.policy.language.programme import Programme
from evenhand.policy.prose import words
from evenhand.policy.prose.speech import name, say


@dataclass(frozen=True)
class DaysBound:
    """A number of days.

    Attributes:
        key: the place of it in its part.
        what: what lasts so long, or lies so far from something else.
        lasts: whether it is a length, whose days are counted from 1 on.
    """

    key: tuple[str, ...]
    what: str
    comparison: tuple[str, Decimal]
    lasts: bool


def of_effect(effect: Effect) -> Iterator[DaysBound]:
    """Of a measure or a reward that a zone brings."""
    brought = words.brought(effect)
    if effect.days:
        yield _days_of_effect(effect, brought, effect.days)
    if effect.appeal_days:
        # So many days after its first an appeal can still be filed. An effect has these or `days`, never both.
        yield _lasts(("days",), say("{measure} without an appeal", measure=brought), effect.appeal_days + 1)
    if effect.shortened_by:
        activity = effect.shortened_by.activity
        what = _not_ended_by(activity, say("days of {what}", what=brought))
        yield _within(("shortened_by", activity), what, effect.shortened_by.to_days)
    if effect.starts_after_days:
        yield _begins(
            ("starts_after_days",), say("days until {measure} begins", measure=brought), effect.starts_after_days
        )


def of_rule(rule: EntryRule) -> Iterator[DaysBound]:
    """Of a rule that makes entries."""
    if rule.lasts_days:
        yield _days_of_entry(rule, rule.lasts_days)
    if rule.not_again_within_days:
        again = say("days from one event that counts to the next")
        yield _begins(("not_again_within_days",), again, rule.not_again_within_days)
    if rule.every:
        what = say("days from the first to the last event of one entry, both included")
        yield _within(("every", "days"), what, rule.every.within_days)
    if rule.grace:
        yield _within(("grace",), say("days in which one of the same type is no warning"), rule.grace.same_type_days)
    for key, answer in (("followed_by", rule.followed_by), ("not_followed_by", rule.not_followed_by)):
        if answer:
            called = name("activity", answer.activity)
            yield _within((key, answer.activity), say("days until {activity}", activity=called), answer.within_days)
    for i, factor in enumerate(each for each in rule.multiplied if each.within_days):
        what = say("days in which occurrences are counted")
        yield _within(("occurrence", "days", str(i)), what, factor.within_days or 0)


def of_zones(programme: Programme) -> Iterator[DaysBound]:
    """Of the zones of a programme."""
    if programme.falls_after_days:
        yield _lasts(("falls_after_days",), say("a stricter zone that was left"), programme.falls_after_days)


def of_appeals(appeals: Appeals) -> Iterator[DaysBound]:
    """Of appeals, by when they are to be decided."""
    if appeals.decide_within_days:
        yield _within(("decide_within_days",), say("days until an appeal is decided"), appeals.decide_within_days)


def of_stages(stages: Stages) -> Iterator[DaysBound]:
    """Of the stages of an account."""
    for stage, most in (("onboarding", stages.onboarding_days), ("pilot", stages.pilot_days)):
        if most:
            yield _lasts((stage,), name("stage", stage), most)


def _days_of_effect(effect: Effect, brought: str, days: int) -> DaysBound:
    """A length only where the days alone end it, for of a length is said on which day it is over."""
    what = say("days of {what}", what=brought)
    if effect.and_until:
        return _within(("days", "and_until", effect.and_until), _not_ended_by(effect.and_until, what), days)
    if effect.overlap == "extend":
        return _within(("days", "extend"), say("{days} for each time it is brought", days=what), days)
    return _lasts(("days",), brought, days)


def _days_of_entry(rule: EntryRule, days: int) -> DaysBound:
    """A length only where the days alone end it, and run from its first on."""
    others = (rule.clock_starts_with, rule.paused_by, rule.ends_only_after)
    if not any(others):
        return _lasts(("lasts_days",), say("an entry"), days)
    what = say("days of {what}", what=say("an entry"))
    if rule.clock_starts_with:
        what = say("{days} from {activity} on", days=what, activity=name("activity", rule.clock_starts_with))
    if rule.ends_only_after:
        what = _not_ended_by(rule.ends_only_after, what)
    if rule.paused_by:
        what = say("{days}, those of {activity} left out", days=what, activity=name("measure", rule.paused_by))
    return _within(("lasts_days", *(each or "" for each in others)), what, days)


def _not_ended_by(activity: str, days: str) -> str:
    return say("{days} that {activity} doesn't end", days=days, activity=name("activity", activity))


def _lasts(key: tuple[str, ...], what: str, days: int) -> DaysBound:
    return DaysBound(key, what, ("at_most", Decimal(days)), lasts=True)


def _within(key: tuple[str, ...], what: str, days: int) -> DaysBound:
    return DaysBound(key, what, ("at_most", Decimal(days)), lasts=False)


def _begins(key: tuple[str, ...], what: str, days: int) -> DaysBound:
    return DaysBound(key, what, ("at_least", Decimal(days)), lasts=False)
