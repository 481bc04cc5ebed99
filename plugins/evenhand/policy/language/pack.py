"""What a policy pack may say: the root of the language, whose parts are in the modules beside this one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from evenhand.landing.contracts import KINDS
from evenhand.policy.language.calendar import Calendar
from evenhand.policy.language.effects import Effect
from evenhand.policy.language.eligibility import Gate
from evenhand.policy.language.examples import Example
from evenhand.policy.language.limits import Limits
from evenhand.policy.language.part import (
    EMERGENCY,
    Amount,
    Days,
    Market,
    Name,
    Part,
    Place,
    Scope,
    known,
    mistake,
    refuse_doubles,
)
from evenhand.policy.language.programme import Programme
from evenhand.policy.language.recent import refuse_what_needs_more

# How deep programmes can be made of programmes: a ratio of ledgers, a score of ratios.
DEEPEST = 2


class Appeals(Part):
    """Which appeals count. Without this part, all do: what was decided is believed."""

    file_within_days: Days | None = None
    """A first appeal filed later than so many days after the violation's decision changes nothing."""
    at_most: Annotated[int, Field(ge=1)] | None = None
    """How many appeals against one violation count."""
    again_within_days: Days | None = None
    """A further appeal is filed at most so many days after the one before it was denied."""
    partly_granted: Literal["adjusts", "voids", "denies"] = "adjusts"
    """What a partly granted appeal does: the violation has the appeal's points from the beginning, or as one that is
    granted, or nothing."""


class Stages(Part):
    """How far an account is on its way with the marketplace, for its profile; nothing is decided by it."""

    onboarding_days: Days = 14
    """So many days from the first that the marketplace knew it, an account is onboarding."""
    pilot_days: Days | None = None
    """So many days after that it is a pilot; without this key it is active at once."""
    probation: tuple[Name, ...] = ()
    """Penalties that put it on probation; any other restricts it. Without this key, the pack's mildest measure does."""


class Bonus(Part):
    """Money for what an account does, with caps and a budget. Paid in the order of days, then of accounts."""

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
    gate: Name | None = None
    """Only what is done while this gate is open for the account is paid."""


class Pack(Part):
    """One policy pack: one YAML file, alone or with the base that it extends."""

    pack: Name
    """The name of the policy; all its versions have it."""
    version: Annotated[int, Field(ge=1)]
    """Counts up with each text that is put in force; a released night names it."""
    extends: str | None = None
    """Another file, relative to this one, whose keys hold where this one doesn't say otherwise."""
    changed_by: str | None = None
    """Who changed the text last, by the name that Airflow knows them by. What a change of a pack does to a list is
    released once another person has approved it; where nobody is named, nobody can."""
    source: str | None = None
    """Where the policy is published, and what in it is a placeholder."""
    markets: Annotated[tuple[Market, ...], Field(min_length=1)]
    """The markets it decides for."""
    effective_from: date
    """First day whose decisions it judges."""
    effective_until: date | None = None
    """The last such day; without it, no end."""
    applies_to: Annotated[tuple[Name, ...], Field(min_length=1)] = ("creator",)
    """The kinds of account (feed creators) that it judges; others are left alone."""
    appeal_route: Annotated[str, Field(min_length=1)]
    """How to appeal, as told to the account."""
    appeals: Appeals = Appeals()
    """Which appeals count; without it, all."""
    measures: tuple[Name, ...]
    """Every measure of the pack, mildest first; where two meet on a scope, the stricter is in force."""
    stops_sales: tuple[Name, ...] = ()
    """Measures under which an account may not sell: by lives if the measure is on `live`, by posts if it is on
    `short_video`, and not at all if it is on another scope. Sales in spite of one are told among the leaks."""
    stages: Stages = Stages()
    """How far an account is on its way with the marketplace."""
    limits: Limits = Limits()
    """What is too unusual to be released before a person has seen it."""
    calendars: dict[Name, Calendar] = Field(default_factory=dict)
    """Days that return, by the names that the rest of the pack calls them."""
    programmes: Annotated[dict[Name, Programme], Field(min_length=1)]
    """What is counted and read of an account, and what follows from it, by name."""
    gates: dict[Name, Gate] = Field(default_factory=dict)
    """Who may have something, by name."""
    bonuses: dict[Name, Bonus] = Field(default_factory=dict)
    """What is paid for, by name."""
    examples: tuple[Example, ...] = ()
    """Stories with their outcomes; `evenhand policy test` runs them."""

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

    @cached_property
    def effects(self) -> list[tuple[Place, Effect]]:
        """Every effect of a zone, with its place."""
        return [
            (("programmes", name, "zones", position, "measures", number), effect)
            for name, programme in self.programmes.items()
            for position, zone in enumerate(programme.zones)
            for number, effect in enumerate(zone.measures)
        ]

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Pack:
        if self.effective_until and self.effective_until < self.effective_from:
            raise mistake(
                ("effective_until",),
                str(self.effective_until),
                f"a day not before effective_from, {self.effective_from}",
            )
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> Pack:
        refuse_doubles({("measures", i): name for i, name in enumerate(self.measures)})
        refuse_doubles({("markets", i): name for i, name in enumerate(self.markets)})
        refuse_doubles({("applies_to", i): name for i, name in enumerate(self.applies_to)})
        refuse_doubles({("examples", i, "example"): example.example for i, example in enumerate(self.examples)})
        return self

    @model_validator(mode="after")
    def _none_is_called_as_what_people_decide_themselves(self) -> Pack:
        for part in ("programmes", "gates", "bonuses"):
            if EMERGENCY in getattr(self, part):
                raise mistake(
                    (part, EMERGENCY), EMERGENCY, "another name: this is what people impose and lift themselves"
                )
        return self

    @model_validator(mode="after")
    def _kinds_are_known(self) -> Pack:
        known(self._kinds(), "a kind of account (feed creators)", KINDS)
        return self

    def _kinds(self) -> Iterator[tuple[Place, str]]:
        yield from ((("applies_to", i), kind) for i, kind in enumerate(self.applies_to))
        for name, programme in self.programmes.items():
            yield from ((("programmes", name, "applies_to", i), kind) for i, kind in enumerate(programme.applies_to))
        for name, gate in self.gates.items():
            yield from ((("gates", name, "applies_to", i), kind) for i, kind in enumerate(gate.applies_to))
            for number, condition in enumerate(gate.conditions):
                yield from (
                    (("gates", name, "conditions", number, "applies_to", i), kind)
                    for i, kind in enumerate(condition.applies_to)
                )
        yield from ((("examples", i, "kind"), e.kind) for i, e in enumerate(self.examples) if e.kind)

    @model_validator(mode="after")
    def _measures_are_known(self) -> Pack:
        known(self._measures_named(), "a measure of the pack", self.measures)
        return self

    def _measures_named(self) -> Iterator[tuple[Place, str]]:
        yield from ((("stops_sales", i), measure) for i, measure in enumerate(self.stops_sales))
        yield from ((("stages", "probation", i), measure) for i, measure in enumerate(self.stages.probation))
        for place, effect in self.effects:
            if effect.measure:
                yield (*place, "measure"), effect.measure
            yield from (((*place, "then", i, "measure"), follower.measure) for i, follower in enumerate(effect.then))
        for name, gate in self.gates.items():
            for i, shut in enumerate(gate.while_shut):
                if shut.measure:
                    yield ("gates", name, "while_shut", i, "measure"), shut.measure
            for i, condition in enumerate(gate.conditions):
                for test in condition.tests():
                    if test.without_measure:
                        yield ("gates", name, "conditions", i), test.without_measure
        for i, example in enumerate(self.examples):
            for j, expectation in enumerate(example.expect):
                for k, measure in enumerate(expectation.measures or ()):
                    yield ("examples", i, "expect", j, "measures", k), measure

    @model_validator(mode="after")
    def _calendars_are_known(self) -> Pack:
        known(self.calendars_named(), "a calendar of the pack", list(self.calendars))
        return self

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

    @model_validator(mode="after")
    def _programmes_are_known(self) -> Pack:
        known(self._programmes_named(), "a programme of the pack", list(self.programmes))
        return self

    def _programmes_named(self) -> Iterator[tuple[Place, str]]:
        for name, programme in self.programmes.items():
            if programme.carries_over:
                yield ("programmes", name, "carries_over", "programme"), programme.carries_over.programme
            yield from (
                (("programmes", name, programme.source), other)
                for other in programme.inputs()
            )  # fmt: skip
        for name, gate in self.gates.items():
            for i, condition in enumerate(gate.conditions):
                for test in condition.tests():
                    if test.programme:
                        yield ("gates", name, "conditions", i), test.programme
        for i, example in enumerate(self.examples):
            for j, expectation in enumerate(example.expect):
                for key in ("balances", "zones"):
                    yield from ((("examples", i, "expect", j, key, n), n) for n in getattr(expectation, key))

    @model_validator(mode="after")
    def _programmes_are_made_of_simpler_ones(self) -> Pack:
        for name in self.programmes:
            # Walk down; whoever meets itself is made of itself.
            open_ends, seen = [(name, 0)], set()
            while open_ends:
                at, depth = open_ends.pop()
                for other in self.programmes[at].inputs():
                    if other == name:
                        raise mistake(("programmes", name), name, "a programme that isn't made of itself")
                    if depth + 1 > DEEPEST:
                        raise mistake(
                            ("programmes", name), f"{name}, {depth + 1} programmes deep", f"at most {DEEPEST}"
                        )
                    if self.programmes[other].kept_per:
                        raise mistake(
                            ("programmes", name),
                            f"{other}, which has a balance per {self.programmes[other].kept_per}",
                            "a programme with one value",
                        )
                    if (other, depth + 1) not in seen:
                        seen.add((other, depth + 1))
                        open_ends.append((other, depth + 1))
        return self

    @model_validator(mode="after")
    def _looks_no_further_back_than_feeds_are_looked_at(self) -> Pack:
        refuse_what_needs_more(self)
        return self

    @model_validator(mode="after")
    def _entries_that_are_carried_over_stand_alone(self) -> Pack:
        for name, programme in self.programmes.items():
            if not programme.carries_over:
                continue
            place, other = ("programmes", name, "carries_over", "programme"), programme.carries_over.programme
            if self.programmes[other].source != "entries":
                raise mistake(place, other, "a programme with entries")
            # What was picked or relieved there can't be told from here.
            for rule in self.programmes[other].entries:
                if rule.relief or rule.amount_per_step or rule.not_again_within_days or rule.every or rule.grace:
                    raise mistake(
                        place,
                        f"{other}, whose rule {rule.rule} looks from one entry at another",
                        "a programme whose entries stand alone",
                    )
        return self

    @model_validator(mode="after")
    def _missing_values_are_spoken_for(self) -> Pack:
        for name, gate in self.gates.items():
            for i, condition in enumerate(gate.conditions):
                for j, test in enumerate(condition.tests()):
                    if not test.programme:
                        continue
                    place: Place = ("gates", name, "conditions", i, *(("any_of", j) if condition.any_of else ()))
                    if self.programmes[test.programme].kept_per:
                        raise mistake(
                            place,
                            f"{test.programme}, which has a balance per {self.programmes[test.programme].kept_per}",
                            "a programme with one value",
                        )
                    if self.can_be_missing(test.programme) and not test.if_missing:
                        raise mistake(
                            place,
                            f"a test of {test.programme}, whose value can be missing",
                            "if_missing: fails or holds",
                        )
        return self

    @model_validator(mode="after")
    def _gates_are_known(self) -> Pack:
        gates = list(self.gates)
        known(
            ((("bonuses", n, "gate"), b.gate) for n, b in self.bonuses.items() if b.gate), "a gate of the pack", gates
        )
        known(
            (
                (("examples", i, "expect", j, "failed", name), name)
                for i, example in enumerate(self.examples)
                for j, expectation in enumerate(example.expect)
                for name in expectation.failed
            ),
            "a gate of the pack",
            gates,
        )
        return self

    @model_validator(mode="after")
    def _examples_are_of_its_markets(self) -> Pack:
        known(
            ((("examples", i, "market"), e.market) for i, e in enumerate(self.examples) if e.market),
            "a market of the pack",
            self.markets,
        )
        for i, example in enumerate(self.examples):
            ids = [event.id for event in example.events if event.id]
            known(
                (
                    (("examples", i, "events", j, "appeal" if event.appeal else "answers"), named)
                    for j, event in enumerate(example.events)
                    if (named := event.appeal or event.answers)
                ),
                "the id of an event of the example",
                ids,
            )
            refuse_doubles({("examples", i, "events", j, "id"): e.id for j, e in enumerate(example.events) if e.id})
        return self
