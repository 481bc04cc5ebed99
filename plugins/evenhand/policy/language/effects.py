"""What entering a zone brings: measures and rewards, each with its own scope and length."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from evenhand.policy.language.part import (
    MOST_DAYS,
    Comparison,
    Days,
    Figure,
    Name,
    Part,
    Scope,
    exactly_one,
    mistake,
    refuse_doubles,
)


class Quota(Part):
    """So many of something while the effect lasts; what is over is told to the receiver as refused."""

    activity: Name
    """What is counted. What counts is the feed's to say: it lands a row for each one that does."""
    at_most: Annotated[int, Field(ge=0, le=1_000_000)]
    """How many are allowed; 0 for none."""
    per: Name | None = None
    """A calendar on whose days counting begins anew; without it, once for the whole effect."""


class Shortening(Part):
    """An activity that makes a running effect shorter, such as a quiz."""

    activity: Name
    """Its name."""
    to_days: Annotated[int, Field(ge=0, le=MOST_DAYS)]
    """Its whole length from then on, counted from its first day; what has been served stays served."""


class Follower(Part):
    """What follows when an effect has run out without a granted appeal."""

    measure: Name
    """One of the pack's `measures`."""
    scope: Scope
    """What of the account it is about."""


class Effect(Part):
    """A measure or a reward that entering a zone brings. It has exactly one length."""

    measure: Name | None = None
    """One of the pack's `measures`: the effect is a penalty."""
    reward: Name | None = None
    """Or a reward."""
    scope: Scope
    """What of the account it is about."""

    days: Days | None = None
    """How long it lasts, its first day included."""
    permanent: bool = False
    """It has no end; expiry of the entries doesn't lift it."""
    while_in_zone: bool = False
    """It lasts as long as the account is in the zone, also where that is entered from a stricter one."""
    until: Name | None = None
    """It lasts until a day of this calendar after its first, on which it is over."""
    appeal_days: Days | None = None
    """It lasts until an appeal can be filed no more, so many days after its first day, and no fewer than
    `file_within_days` after the decision. The first appeal that counts, against a violation that brought it, stops the
    clock until it is decided, and with that decision the time of the violation is over: a further appeal doesn't start
    it again, but takes back what followed where it helps. Of several such violations, the last decides. Where the
    programme is `evaluated`, what came since the evaluation before brought it; none that its value is made of
    can be."""

    until_nth: Annotated[int, Field(ge=1, le=100)] = 1
    """With `until`: which such day, 1 for the next."""
    and_until: Name | None = None
    """With `days`: also until such an activity; the longer of the two."""
    then: tuple[Follower, ...] = ()
    """With `appeal_days`: what follows for good if no appeal was filed in time, or all were denied. Where several
    violations brought it, one that an appeal helped holds nothing any more, and the others do."""
    starts_after_days: Annotated[int, Field(ge=0, le=MOST_DAYS)] = 0
    """1: it begins on the day after."""
    overlap: Literal["latest_end", "extend"] = "latest_end"
    """Where two of the same measure overlap: the later end holds, or where both say `extend`, the second begins after
    the first."""
    shortened_by: Shortening | None = None
    """With `days`: what makes it shorter while it runs."""
    quota: Quota | None = None
    """So many of something while it lasts."""

    @model_validator(mode="after")
    def _followers_differ(self) -> Effect:
        refuse_doubles({("then", i): f"{each.measure} on {each.scope}" for i, each in enumerate(self.then)})
        return self

    @property
    def name(self) -> str:
        """The measure's or the reward's name."""
        return self.measure or self.reward or ""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Effect:
        exactly_one(self, ("measure", "reward"))
        length = exactly_one(self, LENGTHS)
        for key, owner in (("until_nth", "until"), ("and_until", "days"), ("then", "appeal_days"),
                           ("shortened_by", "days")):  # fmt: skip
            if key in self.model_fields_set and length != owner:
                raise mistake((key,), f"{key} with {length}", f"{key} with {owner} alone")
        if self.overlap == "extend" and (length != "days" or self.and_until or self.shortened_by):
            raise mistake(("overlap",), "extend", "days alone beside it: only a plain length can be put behind another")
        if self.and_until and self.shortened_by:
            raise mistake(("shortened_by",), "and_until and shortened_by", "one of them")
        return self


LENGTHS = ("days", "permanent", "while_in_zone", "until", "appeal_days")


class Zone(Comparison):
    """A band of values. The first zone of a programme compares nothing and takes what no other does; each later one is
    stricter than those before it."""

    zone: Name
    """Its name."""
    was: Name | None = None
    """Its name in versions before this one, where that was another: it goes on with what it had."""
    warned_within: Annotated[Figure, Field(gt=0)] | None = None
    """An account in a milder zone whose value is at most so far from this one is told in its profile to be near it."""
    measures: tuple[Effect, ...] = ()
    """What entering the zone from a milder one brings. Several zones entered at once: the strictest only."""

    @model_validator(mode="after")
    def _is_near_a_bound(self) -> Zone:
        if self.warned_within is not None and not self.comparison:
            raise mistake(("warned_within",), str(self.warned_within), "a zone with a bound to be near")
        return self

    @model_validator(mode="after")
    def _measures_differ(self) -> Zone:
        refuse_doubles({("measures", i): f"{effect.name} on {effect.scope}" for i, effect in enumerate(self.measures)})
        return self


class Reward(Part):
    """What an account has for as long as it is in one of the zones."""

    reward: Name
    """Its name."""
    scope: Scope
    """What of the account it is about."""
    zones: tuple[Name, ...] = Field(min_length=1)
    """The zones that bring it."""

    @model_validator(mode="after")
    def _zones_differ(self) -> Reward:
        refuse_doubles({("zones", i): name for i, name in enumerate(self.zones)})
        return self
