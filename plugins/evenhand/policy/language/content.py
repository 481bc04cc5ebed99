"""The parts of a policy pack and what is asked of them; pack.py says what has to hold between the parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from evenhand.policy.language.calendar import Calendar
from evenhand.policy.language.effects import Effect
from evenhand.policy.language.eligibility import Eligibility
from evenhand.policy.language.examples import Example
from evenhand.policy.language.limits import Limits, WithoutEffect
from evenhand.policy.language.names import NamedPart
from evenhand.policy.language.part import (
    Amount,
    Count,
    Day,
    Days,
    Market,
    Name,
    Names,
    Part,
    Place,
    Scope,
    TimeZone,
    mistake,
)
from evenhand.policy.language.programme import Programme

# The version of the language. Version 1 had the words that former.py lists.
LANGUAGE = 2
# In so many days an appeal is to be decided where its packs don't say.
DECIDE_WITHIN_DAYS = 14


class Appeals(Part):
    """Which appeals count. Without this part, all do: what was decided is believed."""

    file_within_days: Days | None = None
    """A first appeal filed later than so many days after the violation's decision changes nothing, and isn't counted
    by `at_most`."""
    at_most: Count | None = None
    """How many appeals against one violation count."""
    again_within_days: Days | None = None
    """A further appeal is filed at most so many days after the one before it was denied or partly granted; without
    this key, as many as `file_within_days` says."""
    decide_within_days: Days | None = None
    """In so many days an appeal is to be decided: its case says how many are left. Nothing is decided by it."""
    partly_granted: Literal["adjusts", "voids", "denies"] = "adjusts"
    """What a partly granted appeal does: the violation has the appeal's points from the beginning, or as one that is
    granted, or nothing. Of several, the last that was decided counts; a rule that takes from a score takes these."""


class Stages(Part):
    """How far an account is on its way with the marketplace, for its profile; nothing is decided by it."""

    onboarding_days: Days = 14
    """So many days from the first that the marketplace knew it, an account is onboarding."""
    pilot_days: Days | None = None
    """So many days after that it is a pilot; without this key it is active at once."""
    probation: Names = ()
    """Penalties that put it on probation; any other restricts it. Without this key, the pack's mildest measure does."""


class Bonus(Part):
    """Money for what an account of the pack's `applies_to` does, with caps and a budget."""

    was: Name | None = None
    """Its name in versions before this one, where that was another: it goes on with what it had."""
    activity: Name
    """What is paid for."""
    scope: Scope
    """What the reward is about."""
    pays: Annotated[Amount, Field(gt=0)]
    """For each unit of the quantity, in the market's currency."""
    at_most_per_subject: Annotated[Amount, Field(gt=0)] | None = None
    """Per account and subject (a product)."""
    at_most_per_account: Annotated[Amount, Field(gt=0)] | None = None
    """Per account."""
    budget: Annotated[Amount, Field(gt=0)] | None = None
    """For all accounts of the market together."""
    per: Name
    """A calendar: caps and budget begin anew on each of its days, and each of its periods is paid by itself."""
    eligibility: Name | None = None
    """Only what is done while the account is eligible for this is paid, as it is known tonight. It reads no `peers`
    and no activity of a feed that is looked at for some weeks only."""


class PackContent(Part):
    """What one policy pack says, part by part."""

    pack: Name
    """The name of the policy; all its versions have it."""
    version: Count
    """Counts up with each text that is put in force; a released night names it."""
    language: Annotated[int, Field(ge=1)] = LANGUAGE
    """The version of these keys that it is written in; without it, the newest. `evenhand policy migrate` brings an
    older one to it."""
    extends: str | Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """Another file, relative to this one, whose keys hold where this one doesn't say otherwise; or several, of which a
    later one holds over an earlier one."""
    changed_by: str | None = None
    """Who changed the text last, by the name that Airflow knows them by. What a change of a pack does to a list is
    released once another person has approved it; where nobody is named, nobody can."""
    source: str | None = None
    """Where the policy is published, and what in it is a placeholder."""
    markets: Annotated[tuple[Market, ...], Field(min_length=1)]
    """The markets it decides for."""
    timezone: TimeZone | None = None
    """The time zone that the days of its markets are in, such as Asia/Jakarta; every pack of a market has the same.
    Without it, that of marketplace.yml or of the deployment."""
    effective_from: Day
    """First day whose decisions it judges."""
    effective_until: Day | None = None
    """The last such day; without it, no end."""
    applies_to: Annotated[tuple[Name, ...], Field(min_length=1)] = ("creator",)
    """The kinds of account (feed creators) that it judges; others are left alone."""
    appeal_route: Annotated[str, Field(min_length=1)]
    """How to appeal, as told to the account."""
    appeals: Appeals = Appeals()
    """Which appeals count; without it, all."""
    measures: tuple[Name, ...]
    """Every measure of the pack, mildest first; where two meet on a scope, the stricter prevails."""
    stops_sales: Names = ()
    """Measures under which an account may not sell: by lives if the measure is on `live`, by posts if it is on
    `short_video`, and not at all if it is on another scope. Sales in spite of one are told as enforcement gaps."""
    holds_commission: Names = ()
    """Measures under which what an account earns is held, on whatever scope they are. Nothing is decided by it: metrics
    tell how much is held and given back."""
    stages: Stages = Stages()
    """How far an account is on its way with the marketplace."""
    limits: Limits = Limits()
    """What is too unusual to be released before a person has seen it."""
    without_effect: WithoutEffect = WithoutEffect()
    """Words of feeds that nothing is to follow from."""
    continues: tuple[Name, ...] = ()
    """Packs of other names that this one takes the place of, in whole or in part: what they had and this one has, by
    name or by `was`, is the same."""
    ends_running: tuple[Name, ...] = ()
    """Measures and rewards that earlier versions of this pack brought for a length of their own, and that end when this
    version begins. Without this key they run to their end, whatever this version says."""
    calendars: dict[Name, Calendar] = Field(default_factory=dict)
    """Days that return, by the names that the rest of the pack calls them."""
    programmes: dict[Name, Programme] = Field(default_factory=dict)
    """What is counted and read of an account, and what follows from it, by name. A pack that says who is eligible by
    programmes of other packs, or pays bonuses, can do without."""
    eligibility: dict[Name, Eligibility] = Field(default_factory=dict)
    """Who may have something, by name."""
    bonuses: dict[Name, Bonus] = Field(default_factory=dict)
    """What is paid for, by name."""
    examples: tuple[Example, ...] = ()
    """Stories with their outcomes; `evenhand policy test` runs them."""

    @model_validator(mode="after")
    def _says_something(self) -> PackContent:
        if not (self.programmes or self.eligibility or self.bonuses):
            raise mistake(("programmes",), "none", "at least one programme, eligibility or bonus")
        return self

    @property
    def says_stages(self) -> bool:
        """Whether it says the stages of its accounts itself; of the packs of a market and kind, one at most does."""
        return "stages" in self.model_fields_set

    @property
    def packs_read(self) -> set[Name]:
        """The other packs whose programmes its conditions read."""
        tests = [
            test for each in self.eligibility.values() for condition in each.conditions for test in condition.tests()
        ]
        return {test.of_pack for test in tests if test.of_pack}

    def level(self, programme: Name) -> int:
        """How many programmes deep a value is made of others: 0 for a ledger or a metric."""
        inputs = self.programmes[programme].inputs()
        return 1 + max(self.level(name) for name in inputs) if inputs else 0

    def can_be_missing(self, programme: Name) -> bool:
        """Whether a programme's value can be missing."""
        content = self.programmes[programme]
        if content.source == "entries":
            return content.begins_with is not None
        if content.source == "same_as" and not content.exists_when:
            return self.can_be_missing(content.inputs()[0])
        return True

    def compares_accounts(self, programme: Name) -> bool:
        """Whether a programme's value comes, however indirectly, from a comparison with peers."""
        content = self.programmes[programme]
        return content.peers is not None or any(self.compares_accounts(name) for name in content.inputs())

    @cached_property
    def effects(self) -> list[tuple[Place, Effect]]:
        """Every effect of a zone, with its place."""
        return [
            (("programmes", name, "zones", position, "measures", number), effect)
            for name, programme in self.programmes.items()
            for position, zone in enumerate(programme.zones)
            for number, effect in enumerate(zone.measures)
        ]

    def programmes_behind(self, eligibility: Eligibility) -> set[Name]:
        """The pack's programmes that its conditions read, and those that bring a measure that must not be in force."""
        tests = [test for condition in eligibility.conditions for test in condition.tests()]
        return {test.programme for test in tests if test.programme and not test.of_pack} | {
            programme
            for test in tests
            if test.without_measure
            for programme, measure, scope in self._brought_by_zones
            if self._bars(measure, scope, test.without_measure)
        }

    @cached_property
    def _brought_by_zones(self) -> Sequence[tuple[Name, Name, Name]]:
        """Each programme, penalty and scope that a zone, or the end of what it brings, puts it on."""
        found = [(str(place[1]), effect.measure, effect.scope) for place, effect in self.effects if effect.measure]
        followers = [(str(place[1]), each) for place, effect in self.effects for each in effect.then]
        return found + [(programme, each.measure, each.scope) for programme, each in followers]

    def _bars(self, measure: Name, scope: Name, absent: Name) -> bool:
        """Whether a measure on a scope keeps from what is had without another: it is that one, or stricter where that
        one is put or on the account as a whole."""
        if measure == absent or measure not in self.measures or absent not in self.measures:
            return measure == absent
        by_eligibility = {
            each.scope
            for eligibility in self.eligibility.values()
            for each in eligibility.while_not_eligible
            if each.measure == absent
        }
        scopes = {where for _, each, where in self._brought_by_zones if each == absent} | by_eligibility | {"account"}
        return scope in scopes and self.measures.index(measure) > self.measures.index(absent)

    def parts_named(self) -> Iterator[NamedPart]:
        """Every part that goes on over versions by its name."""
        for name, programme in self.programmes.items():
            place: Place = ("programmes", name)
            yield NamedPart("programme", "", programme.was, name, place)
            for i, rule in enumerate(programme.entries):
                yield NamedPart("rule", name, rule.was, rule.rule, (*place, "entries", i))
            for i, zone in enumerate(programme.zones):
                yield NamedPart("zone", name, zone.was, zone.zone, (*place, "zones", i))
        for name, eligibility in self.eligibility.items():
            place = ("eligibility", name)
            yield NamedPart("eligibility", "", eligibility.was, name, place)
            for i, condition in enumerate(eligibility.conditions):
                yield NamedPart("condition", name, condition.was, condition.condition, (*place, "conditions", i))
        for name, bonus in self.bonuses.items():
            yield NamedPart("bonus", "", bonus.was, name, ("bonuses", name))

    def activities_named(self) -> set[str]:
        """Every activity that something of the pack goes by."""
        named: set[str | None] = set()
        for programme in self.programmes.values():
            named |= {programme.begins_with, programme.ends_with}
            for rule in programme.entries:
                named |= {*rule.activities, rule.clock_starts_with, rule.ends_only_after, rule.paused_by, rule.ended_by}
                named |= {rule.grace.training} if rule.grace else set()
                for answer in (rule.followed_by, rule.not_followed_by):
                    named |= {answer.activity, answer.extended_by} if answer else set()
        for _, effect in self.effects:
            named |= {effect.and_until}
            named |= {effect.shortened_by.activity} if effect.shortened_by else set()
            named |= {effect.quota.activity} if effect.quota else set()
        named |= {bonus.activity for bonus in self.bonuses.values()}
        return {name for name in named if name}

    def metrics_named(self) -> Iterator[tuple[Place, str]]:
        """Every mention of a metric, with its place."""
        for name, programme in self.programmes.items():
            if programme.metric:
                yield ("programmes", name, "metric"), programme.metric
            for i, rule in enumerate(programme.entries):
                for j, multiplier in enumerate(rule.multiplied):
                    if multiplier.metric:
                        yield ("programmes", name, "entries", i, "multiplied", j, "metric"), multiplier.metric

    def calendars_named(self) -> Iterator[tuple[Place, str]]:
        """Every mention of a calendar, with its place."""
        for name, programme in self.programmes.items():
            if programme.evaluated:
                yield ("programmes", name, "evaluated"), programme.evaluated
            for i, rule in enumerate(programme.entries):
                if rule.lasts_until:
                    yield ("programmes", name, "entries", i, "lasts_until"), rule.lasts_until
        for place, effect in self.effects:
            if effect.until:
                yield (*place, "until"), effect.until
            if effect.quota and effect.quota.per:
                yield (*place, "quota", "per"), effect.quota.per
        for name, bonus in self.bonuses.items():
            yield ("bonuses", name, "per"), bonus.per
