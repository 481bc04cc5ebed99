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
        yield _lasts(("days",), brought, effect.days)
    if effect.appeal_days:
        yield _lasts(("appeal_days",), say("{measure} without an appeal", measure=brought), effect.appeal_days)
    if effect.shortened_by:
        activity = effect.shortened_by.activity
        what = say("{measure} after {activity}", measure=brought, activity=name("activity", activity))
        yield _lasts(("shortened_by", activity), what, effect.shortened_by.to_days)
    if effect.starts_after_days:
        yield _begins(
            ("starts_after_days",), say("days until {measure} begins", measure=brought), effect.starts_after_days
        )


def of_rule(rule: EntryRule) -> Iterator[DaysBound]:
    """Of a rule that makes entries."""
    if rule.lasts_days:
        yield _lasts(("lasts_days",), say("an entry"), rule.lasts_days)
    if rule.not_again_within_days:
        again = say("days from one event that counts to the next")
        yield _begins(("not_again_within_days",), again, rule.not_again_within_days)
    if rule.every:
        yield _within(
            ("every", "days"), say("days from the first to the last event of one entry"), rule.every.within_days
        )
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


def _lasts(key: tuple[str, ...], what: str, days: int) -> DaysBound:
    return DaysBound(key, what, ("at_most", Decimal(days)), lasts=True)


def _within(key: tuple[str, ...], what: str, days: int) -> DaysBound:
    return DaysBound(key, what, ("at_most", Decimal(days)), lasts=False)


def _begins(key: tuple[str, ...], what: str, days: int) -> DaysBound:
    return DaysBound(key, what, ("at_least", Decimal(days)), lasts=False)
