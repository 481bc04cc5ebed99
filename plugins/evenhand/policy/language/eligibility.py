"""Eligibility: who may have something, decided from conditions, every failed one of which is told."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from evenhand.policy.language.part import (
    COMPARATORS,
    Comparison,
    Day,
    Name,
    Names,
    Part,
    Scope,
    exactly_one,
    mistake,
    refuse_doubles,
)


class Test(Comparison):
    """A programme's value compared with a bound, or the absence of a measure."""

    __test__ = False

    programme: Name | None = None
    """Whose value is compared."""
    of_pack: Name | None = None
    """The pack whose programme it is, where that is another one of the same markets."""
    if_missing: Literal["fails", "holds"] | None = None
    """What a missing value means here. Needed wherever the value can be missing."""
    without_measure: Name | None = None
    """Or: neither this measure of the pack nor, on a scope where a pack puts it or on the account as a whole, a
    stricter one is in force, whichever prevails. Measures that eligibility brings don't count."""

    @model_validator(mode="after")
    def _tests_one_thing(self) -> Test:
        if exactly_one(self, ("programme", "without_measure")) == "programme":
            exactly_one(self, COMPARATORS)
        elif self.comparators() or self.if_missing or self.of_pack:
            raise mistake((), "a comparison with a measure", "without_measure alone")
        return self


class Condition(Test):
    """One condition of an eligibility: a test, or several of which one must hold."""

    condition: Name
    """Its name: the reason that is told when it fails."""
    was: Name | None = None
    """Its name in versions before this one, where that was another: it goes on with what it had."""
    applies_to: Names = ()
    """Only for these kinds of account; for others it holds."""
    any_of: Annotated[tuple[Test, ...], Field()] = ()
    """It holds if one of these does."""
    effective_from: Day | None = None
    """First day on which it is asked; without it, the pack's."""
    effective_until: Day | None = None
    """The last such day."""

    @model_validator(mode="after")
    def _tests_one_thing(self) -> Condition:
        if exactly_one(self, ("programme", "without_measure", "any_of")) == "programme":
            exactly_one(self, COMPARATORS)
        elif self.comparators() or self.if_missing or self.of_pack:
            raise mistake((), "a comparison without its programme", "programme beside it")
        return self

    def tests(self) -> tuple[Test, ...]:
        """The alternatives, of which one must hold; a plain condition is its own."""
        return self.any_of or (self,)


class EligibilityEffect(Part):
    """A reward or a measure of an eligibility."""

    reward: Name | None = None
    """Under `while_eligible`: its name."""
    measure: Name | None = None
    """Under `while_not_eligible`: one of the pack's `measures`."""
    scope: Scope
    """What of the account it is about."""


class Eligibility(Part):
    """Who may have something: all its conditions must hold. It is judged every night for every account of its kinds."""

    was: Name | None = None
    """Its name in versions before this one, where that was another: it goes on with what it had."""
    applies_to: Names = ()
    """The kinds of account it is for; without it, the pack's."""
    conditions: Annotated[tuple[Condition, ...], Field(min_length=1)]
    """What must hold, all of it."""
    while_eligible: tuple[EligibilityEffect, ...] = ()
    """Rewards for as long as every condition holds."""
    while_not_eligible: tuple[EligibilityEffect, ...] = ()
    """Measures for as long as one fails."""
    stays_eligible: bool = False
    """Once eligible, an account stays so (a step up that is for good)."""

    @model_validator(mode="after")
    def _names_differ(self) -> Eligibility:
        refuse_doubles(
            {
                ("conditions", i, "condition"): f"{c.condition} from {c.effective_from}"
                for i, c in enumerate(self.conditions)
            }
        )
        for key in ("while_eligible", "while_not_eligible"):
            brought = enumerate(getattr(self, key))
            refuse_doubles({(key, i): f"{each.measure or each.reward} on {each.scope}" for i, each in brought})
        return self

    @model_validator(mode="after")
    def _rewards_when_eligible_and_measures_when_not(self) -> Eligibility:
        for key, wanted in (("while_eligible", "reward"), ("while_not_eligible", "measure")):
            for position, effect in enumerate(getattr(self, key)):
                if exactly_one(effect, ("reward", "measure"), (key, position)) != wanted:
                    raise mistake((key, position), f"no {wanted}", f"a {wanted}")
        return self
