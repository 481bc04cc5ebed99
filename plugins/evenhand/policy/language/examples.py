"""Worked examples: what happens to an account, and what the pack then says on certain days."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from evenhand.policy.language.part import Amount, Day, Figure, Market, Name, Part, exactly_one, mistake


class Event(Part):
    """One thing that happens to the example's account."""

    on: Day
    """The day: of the decision for a violation and an appeal, of the measurement for a metric."""

    violation: Name | None = None
    """A violation of this type."""
    activity: Name | None = None
    """An activity of this name."""
    metric: Name | None = None
    """A metric gets the value `value`."""
    appeal: Name | None = None
    """An appeal against the violation with this `id` is decided as `outcome`."""

    account: str | None = None
    """Another account of the market and kind that it happens to, for an average; without it, the example's own."""

    id: str | None = None
    """Of a violation or an activity, for appeals and answers to name it."""
    severity: Name | None = None
    """Of a violation: how grave it is."""
    points: Amount | None = None
    """Of a violation: what the reviewer gave; of an appeal partly granted: what it has from now on."""
    batch: str | None = None
    """Of a violation: the document or sweep that it came from."""
    content: str | None = None
    """Of a violation or an activity: the content that it is about."""
    published_on: Day | None = None
    """Of a violation: when its content was published."""
    quantity: Amount | None = None
    """Of an activity; without it, 1."""
    subject: str | None = None
    """Of an activity: what it is about."""
    answers: str | None = None
    """Of an activity: the `id` of a violation."""
    value: Figure | None = None
    """Of a metric; without it, the metric is missing from then on."""
    outcome: Literal["granted", "partly_granted", "denied", "pending"] | None = None
    """Of an appeal."""
    filed_on: Day | None = None
    """Of an appeal; without it, the day of the decision."""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Event:
        kind = exactly_one(self, tuple(_KEYS))
        for key in self.model_fields_set - {"on", "account", kind, *_KEYS[kind]}:
            raise mistake((key,), key, f"of an event with {kind}, only", ("on", *_KEYS[kind]))
        if kind == "appeal" and self.outcome is None:
            raise mistake((), "an appeal without outcome", "outcome: granted, partly_granted, denied or pending")
        return self


_KEYS = {
    "violation": ("id", "severity", "points", "batch", "content", "published_on"),
    "activity": ("id", "quantity", "subject", "answers", "content"),
    "metric": ("value",),
    "appeal": ("outcome", "filed_on", "points"),
}


class QuotaUse(Part):
    """How far a quota is used up."""

    used: Annotated[int, Field(ge=0, le=1_000_000_000)]
    """How many went through."""
    refused: Annotated[int, Field(ge=0, le=1_000_000_000)]
    """How many were over it."""


class Expectation(Part):
    """What the pack says at the end of a day. What isn't named isn't looked at."""

    on: Day
    """The day."""
    balances: dict[Name, Figure | None] = Field(default_factory=dict)
    """The value of each named programme; nothing for a missing one."""
    zones: dict[Name, Name] = Field(default_factory=dict)
    """The zone of each named programme."""
    measures: tuple[Name, ...] | None = None
    """All measures in force, in any order; [] for none."""
    rewards: tuple[Name, ...] | None = None
    """All rewards in force."""
    failed: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    """For each named eligibility, all conditions that fail; [] where the account is eligible."""
    quotas: dict[Name, QuotaUse | None] = Field(default_factory=dict)
    """For each named activity, how far its quota is used up; nothing where none runs."""
    bonuses: dict[Name, Amount] = Field(default_factory=dict)
    """What each named bonus has paid so far, in all its periods."""

    @model_validator(mode="after")
    def _expects_something(self) -> Expectation:
        if self.model_fields_set == {"on"}:
            keys = [key for key in type(self).model_fields if key != "on"]
            raise mistake((), "a day alone", "what is expected, by at least one of", keys)
        return self


class Example(Part):
    """One account's story and what must come of it. `evenhand policy test` runs it through the models of the night."""

    example: Annotated[str, Field(min_length=1)]
    """Its name, as people call it."""
    market: Market | None = None
    """Without it, the first of the pack."""
    kind: Name | None = None
    """Without it, the first that the pack applies to."""
    events: tuple[Event, ...] = ()
    """What happens to the account, in any order."""
    expect: Annotated[tuple[Expectation, ...], Field(min_length=1)]
    """What must come of it."""
