"""A programme: one number of an account, read day by day, and the zones that it falls in.

Longer than other files, for every key of a programme has its sentence here.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from evenhand.policy.language.effects import Reward, Zone
from evenhand.policy.language.entries import EntryRule
from evenhand.policy.language.part import (
    Amount,
    Comparison,
    Days,
    Figure,
    Name,
    Names,
    Part,
    exactly_one,
    known,
    mistake,
    refuse_doubles,
)


class Balance(Part):
    """How a balance is read from the ledger. Clamped when read: entries keep what they are, also beyond the ends."""

    start: Amount = Decimal(0)
    """The balance of an empty ledger."""
    at_least: Amount | None = None
    """Never read as less."""
    at_most: Amount | None = None
    """Never read as more."""

    @model_validator(mode="after")
    def _start_is_inside(self) -> Balance:
        if (self.at_least is not None and self.start < self.at_least) or (
            self.at_most is not None and self.start > self.at_most
        ):
            raise mistake(("start",), str(self.start), f"a number from {self.at_least} to {self.at_most}")
        return self


class Ratio(Part):
    """One programme's value divided by another's, where there is enough to divide by."""

    part: Name
    """The programme that is divided."""
    whole: Name
    """The programme that it is divided by."""
    whole_at_least: Annotated[Figure, Field(gt=0)]
    """With a smaller whole the ratio is missing: too small a sample says nothing."""
    part_at_least: Figure | None = None
    """With a smaller part the ratio is 0: too few to hold against anybody."""


class Weight(Part):
    """One value of a weighted score."""

    programme: Name
    """Whose value."""
    weight: Figure
    """How often it is taken; negative counts against the account."""


class Peers(Part):
    """A programme's value as a multiple of the average over the accounts of a group that have one."""

    programme: Name
    """Whose value is compared."""
    group: Literal["market", "kind"]
    """Whom an account is compared with: the accounts of its market, or those of its market and kind."""


class ExistsWhen(Comparison):
    """One of the proofs of which at least one must hold for a value to exist."""

    programme: Name
    """Whose value is the proof."""

    @model_validator(mode="after")
    def _compares(self) -> ExistsWhen:
        exactly_one(self, ("at_least", "more_than", "at_most", "less_than"))
        return self


class CarriedOver(Part):
    """What an account brings along from another programme on the day it begins with this one."""

    programme: Name
    """Which other one."""
    times: Amount
    """Each entry that counts there on that day counts here so many times, for as long as it does there."""


class Programme(Part):
    """A number of an account, day by day, and its zones. Exactly one of `entries`, `metric`, `ratio`, `weighted`,
    `first_of`, `same_as` and `peers` says what the number is."""

    was: Name | None = None
    """Its name in versions before this one, where that was another: it goes on with what it had."""
    unit: Annotated[str, Field(min_length=1)]
    """What is counted, in the singular."""
    applies_to: Names = ()
    """The kinds of account it is for; without it, the pack's."""

    entries: tuple[EntryRule, ...] = ()
    """The balance of a ledger: what counts in it."""
    balance: Balance = Balance()
    """With `entries`: where the balance starts, and its ends."""
    kept_per: Literal["violation_type", "subject", "content"] | None = None
    """With `entries`: a balance of its own for each; the account's zone is the strictest of them, and it stays there as
    long as any of them makes it so."""
    begins_with: Name | None = None
    """With `entries`: an activity from whose day on the programme counts for the account; without one, it doesn't."""
    ends_with: Name | None = None
    """With `entries`: an activity from whose day on it counts nothing any more for the account."""
    carries_over: CarriedOver | None = None
    """With `begins_with`: what becomes of another programme's entries."""

    metric: Name | None = None
    """The last value of a metric of the feed metrics, or of a column of creators that is a number, or yes (1) and no
    (0), such as `followers`; missing until the first."""
    ratio: Ratio | None = None
    """One programme divided by another."""
    weighted: tuple[Weight, ...] = ()
    """A weighted sum of programmes; missing where one of them is."""
    first_of: Names = ()
    """The first of several programmes whose value isn't missing."""
    same_as: Name | None = None
    """The value of another programme: a second set of zones on it."""
    peers: Peers | None = None
    """Compared with the average of others."""
    exists_when: tuple[ExistsWhen, ...] = ()
    """With a value made of others: it is missing unless one of these holds."""

    evaluated: Name | None = None
    """A calendar on whose days alone the value is looked at; what it is then holds until the next."""
    falls_after_days: Days | None = None
    """A stricter zone, once left, holds for so many days more (a tier that is lost only after a grace)."""
    never_falls: bool = False
    """A stricter zone, once reached, is never left (a tier that only rises)."""
    fires: Literal["on_entering", "on_each_rise"] = "on_entering"
    """When a zone's measures begin: on entering it from a milder one, or at every step of the value towards the strict
    side within it as well."""
    missing_is: Name | None = None
    """The zone of a missing value; without it, the first."""

    zones: Annotated[tuple[Zone, ...], Field(min_length=1)] = (Zone(zone="any"),)
    """Bands of values, mildest first. Without them, the programme is there to be read by others."""
    rewards: tuple[Reward, ...] = ()
    """What an account has for as long as it is in certain zones."""

    @property
    def source(self) -> str:
        """Which of the keys in `SOURCES` says what the number is."""
        return exactly_one(self, SOURCES)

    def inputs(self) -> list[Name]:
        """The programmes whose values it is made of."""
        named: list[Name] = [weight.programme for weight in self.weighted]
        named += [*self.first_of, *(proof.programme for proof in self.exists_when)]
        named += [self.ratio.part, self.ratio.whole] if self.ratio else []
        named += [self.same_as] if self.same_as else []
        return named + ([self.peers.programme] if self.peers else [])

    @model_validator(mode="after")
    def _is_one_number(self) -> Programme:
        source = exactly_one(self, SOURCES)
        for key in LEDGER_KEYS if source != "entries" else ():
            if key in self.model_fields_set:
                raise mistake((key,), f"{key} with {source}", f"{key} with entries alone")
        if self.exists_when and source in ("entries", "metric"):
            raise mistake(("exists_when",), f"exists_when with {source}", "a programme that is made of others")
        if self.carries_over and not self.begins_with:
            raise mistake(
                ("carries_over",), "carries_over", "begins_with beside it: the day on which it is carried over"
            )
        if self.peers and not self.evaluated:
            raise mistake(
                ("peers",), "peers", "evaluated beside it: the average moves every day, the comparison may not"
            )
        if self.never_falls and self.falls_after_days:
            raise mistake(("never_falls",), "falls_after_days and never_falls", "one of them")
        return self

    @model_validator(mode="after")
    def _zones_grow_stricter(self) -> Programme:
        first, *others = self.zones
        if first.comparators():
            how = first.comparators()[0]
            expected = "no comparison: the first zone takes what no other does"
            raise mistake(("zones", 0, how), str(getattr(first, how)), expected)
        for number, effect in enumerate(first.measures):
            if not effect.while_in_zone:
                expected = "while_in_zone: true in the first zone, which no account enters"
                raise mistake(("zones", 0, "measures", number), effect.name, expected)
        for position, zone in enumerate(others, start=1):
            if len(zone.comparators()) != 1:
                found = " and ".join(zone.comparators()) or f"zone {zone.zone} without a bound"
                raise mistake(
                    ("zones", position), found, "one of at_least, more_than, at_most, less_than in each but the first"
                )
        for position, (milder, stricter) in enumerate(pairwise(others), start=2):
            (how, bound), (how_strict, bound_strict) = milder.comparison or ("", 0), stricter.comparison or ("", 0)
            rising = how in RISING
            if rising != (how_strict in RISING):
                raise mistake(
                    ("zones", position, how_strict), how_strict, f"{' or '.join(RISING if rising else FALLING)}:"
                    f" all zones of a programme look the same way"
                )  # fmt: skip
            # At one bound, the one without it is the stricter.
            places = [
                (b if rising else -b, h in ("more_than", "less_than"))
                for h, b in ((how, bound), (how_strict, bound_strict))
            ]
            if not places[0] < places[1]:
                raise mistake(
                    ("zones", position, how_strict),
                    f"{bound_strict}",
                    f"{'more' if rising else 'less'} than {bound}, where zone {milder.zone} begins: no value could be"
                    f" in zone {milder.zone}; zones grow stricter, mildest first",
                )
        return self

    @model_validator(mode="after")
    def _an_account_begins_in_the_first_zone(self) -> Programme:
        if self.source == "entries":
            for position, zone in enumerate(self.zones):
                if zone.comparison and compares(self.balance.start, *zone.comparison):
                    raise mistake(
                        ("zones", position),
                        f"zone {zone.zone}, which holds the balance of an empty ledger, {self.balance.start}",
                        "that balance in the first zone",
                    )
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> Programme:
        refuse_doubles({("zones", i, "zone"): zone.zone for i, zone in enumerate(self.zones)})
        # The same rule may stand twice for different days.
        refuse_doubles(
            {("entries", i, "rule"): f"{e.rule} from {e.effective_from}" for i, e in enumerate(self.entries)}
        )
        refuse_doubles({("weighted", i, "programme"): each.programme for i, each in enumerate(self.weighted)})
        refuse_doubles({("rewards", i): f"{reward.reward} on {reward.scope}" for i, reward in enumerate(self.rewards)})
        return self

    @model_validator(mode="after")
    def _a_violation_is_one_entry(self) -> Programme:
        # One rule decides what it weighs; rules for other severities or other days don't meet it. An activity can be
        # one of each of several rules, and one of a rule that stands there twice.
        for position, rule in enumerate(self.entries):
            for other in self.entries[:position]:
                apart = (
                    rule.effective_from and other.effective_until and other.effective_until < rule.effective_from
                ) or (other.effective_from and rule.effective_until and rule.effective_until < other.effective_from)
                one, two = _severities(rule), _severities(other)
                if apart or (one and two and not set(one) & set(two)):
                    continue
                for key in ("violation_types", "activities"):
                    counted = () if key == "activities" and rule.rule != other.rule else getattr(other, key)
                    for number, event in enumerate(getattr(rule, key)):
                        if event in counted:
                            raise mistake(("entries", position, key, number), f"{event} again", "each only once")
        return self

    @model_validator(mode="after")
    def _zones_that_are_named_exist(self) -> Programme:
        names = [zone.zone for zone in self.zones]
        known(
            (
                (("rewards", i, "zones", j), name)
                for i, reward in enumerate(self.rewards)
                for j, name in enumerate(reward.zones)
            ),
            "a zone of the programme",
            names,
        )
        known(((("missing_is",), name) for name in [self.missing_is] if name), "a zone of the programme", names)
        rules = [rule.rule for rule in self.entries]
        known(
            (
                (("entries", i, "relief", "not_with_rules", j), name)
                for i, rule in enumerate(self.entries)
                if rule.relief
                for j, name in enumerate(rule.relief.not_with_rules)
            ),
            "a rule of the programme",
            rules,
        )
        return self


LEDGER_KEYS = ("balance", "kept_per", "begins_with", "ends_with", "carries_over")
SOURCES = ("entries", "metric", "ratio", "weighted", "first_of", "same_as", "peers")
RISING, FALLING = ("at_least", "more_than"), ("at_most", "less_than")


def compares(value: Figure, comparator: str, bound: Figure) -> bool:
    """Whether a value satisfies a comparison."""
    return {
        "at_least": value >= bound,
        "more_than": value > bound,
        "at_most": value <= bound,
        "less_than": value < bound,
    }[comparator]


def _severities(rule: EntryRule) -> tuple[Name, ...]:
    return tuple(rule.amount_by_severity) if rule.amount_by_severity else rule.severities
