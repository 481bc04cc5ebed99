"""What a policy pack may say: the one definition of the language, as Pydantic models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError


def _as_decimal(value: Any) -> Any:
    # By its text: the number that was written, not the binary fraction nearest to it.
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


NAME = r"^[a-z][a-z0-9_]*$"
# A market is spelt as the feed creators spells it.
MARKET = r"^[A-Za-z][A-Za-z0-9_-]*$"

Name = Annotated[str, Field(pattern=NAME)]
Market = Annotated[str, Field(pattern=MARKET)]
# As much as the tables that packs are compiled to hold.
Amount = Annotated[Decimal, BeforeValidator(_as_decimal), Field(gt=0, max_digits=18, decimal_places=2)]
Scope = Literal["live", "short_video", "showcase", "campaign", "ads", "commission", "account"]


class _Part(BaseModel):
    # YAML gives dates and numbers their types already; a word where a number belongs is a mistake, not a conversion.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class EntryRule(_Part):
    """What becomes an entry in the ledger.

    Attributes:
        rule: the rule's name, quoted in every reason.
        violation_types: the violation types of the feed that it applies to; one type, one rule of a programme.
        amount: how much an entry adds to the balance, in the programme's unit.
        counts_once_per: `violation`, or `batch`: violations of one account in one batch are one entry.
        lasts_days: days that an entry counts, the day of the decision included (1 March and 90 days: last on 29 May).
            None: it counts for ever.
    """

    rule: Name
    violation_types: tuple[Name, ...] = Field(min_length=1)
    amount: Amount
    counts_once_per: Literal["violation", "batch"] = "violation"
    lasts_days: int | None = Field(default=None, ge=1)


class Effect(_Part):
    """A measure that entering a zone brings.

    Attributes:
        days: how long it lasts, the day of entering included.
        permanent: it has no end; expiry of the entries doesn't lift it.
    """

    measure: Name
    scope: Scope
    days: int | None = Field(default=None, ge=1)
    permanent: bool = False

    @model_validator(mode="after")
    def _has_one_length(self) -> Effect:
        if (self.days is None) != self.permanent:
            raise mistake((), "both" if self.permanent else "neither", "either days: N or permanent: true")
        return self


class Zone(_Part):
    """A band of balances.

    Attributes:
        at_least: the smallest balance that is in the zone; the first zone has none and takes the rest.
        measures: what entering the zone from below brings. Several zones entered at once: the strictest only.
    """

    zone: Name
    at_least: Amount | None = None
    measures: tuple[Effect, ...] = ()

    @model_validator(mode="after")
    def _measures_differ(self) -> Zone:
        _refuse_doubles(
            {("measures", i): f"{effect.measure} on {effect.scope}" for i, effect in enumerate(self.measures)}
        )
        return self


class Reward(_Part):
    """What an account has for as long as it is in one of the zones."""

    reward: Name
    scope: Scope
    zones: tuple[Name, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _zones_differ(self) -> Reward:
        _refuse_doubles({("zones", i): name for i, name in enumerate(self.zones)})
        return self


class Programme(_Part):
    """A ledger with its zones.

    Attributes:
        unit: what is counted, in the singular.
        zones: mildest first.
    """

    unit: str = Field(min_length=1)
    entries: tuple[EntryRule, ...] = Field(min_length=1)
    zones: tuple[Zone, ...] = Field(min_length=2)
    rewards: tuple[Reward, ...] = ()

    @model_validator(mode="after")
    def _zones_rise(self) -> Programme:
        first, *others = self.zones
        if first.at_least is not None:
            raise mistake(("zones", 0, "at_least"), str(first.at_least), "none: the first zone takes what is below")
        if first.measures:
            raise mistake(("zones", 0, "measures"), "measures", "none: no account enters the first zone from below")
        for position, zone in enumerate(others, start=1):
            if zone.at_least is None:
                raise mistake(
                    ("zones", position), f"zone {zone.zone} without at_least", "one in all zones but the first"
                )
        for position, (lower, higher) in enumerate(pairwise(others), start=2):
            if not (lower.at_least or 0) < (higher.at_least or 0):
                raise mistake(
                    ("zones", position, "at_least"),
                    str(higher.at_least),
                    f"more than {lower.at_least}, where zone {lower.zone} begins: zones rise, mildest first",
                )
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> Programme:
        _refuse_doubles({("zones", i, "zone"): zone.zone for i, zone in enumerate(self.zones)})
        _refuse_doubles({("entries", i, "rule"): entry.rule for i, entry in enumerate(self.entries)})
        # A violation is one entry of the programme, so that one rule decides what it weighs.
        _refuse_doubles(
            {
                ("entries", i, "violation_types", j): violation_type
                for i, entry in enumerate(self.entries)
                for j, violation_type in enumerate(entry.violation_types)
            }
        )
        _refuse_doubles({("rewards", i): f"{reward.reward} on {reward.scope}" for i, reward in enumerate(self.rewards)})
        return self

    @model_validator(mode="after")
    def _zones_of_rewards_are_known(self) -> Programme:
        names = [zone.zone for zone in self.zones]
        for position, reward in enumerate(self.rewards):
            for number, zone_name in enumerate(reward.zones):
                if zone_name not in names:
                    raise mistake(("rewards", position, "zones", number), zone_name, "a zone of the programme", names)
        return self


class Pack(_Part):
    """One policy pack: one YAML file.

    Attributes:
        version: counts up with each text that is put in force; a released night names it.
        markets: the markets it decides for.
        effective_from: first day whose decisions it judges.
        effective_until: last day, or None while it is in force.
        applies_to: the kinds of account (feed creators) that it judges; others are left alone.
        appeal_route: how to appeal, as told to the account.
        measures: every measure of the pack, mildest first; where two meet on a scope, the stricter is in force.
    """

    pack: Name
    version: int = Field(ge=1)
    markets: tuple[Market, ...] = Field(min_length=1)
    effective_from: date
    effective_until: date | None = None
    applies_to: tuple[Literal["creator", "platform"], ...] = Field(default=("creator",), min_length=1)
    appeal_route: str = Field(min_length=1)
    measures: tuple[Name, ...]
    programmes: dict[Name, Programme] = Field(min_length=1)

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
        _refuse_doubles({("measures", i): name for i, name in enumerate(self.measures)})
        _refuse_doubles({("markets", i): name for i, name in enumerate(self.markets)})
        _refuse_doubles({("applies_to", i): name for i, name in enumerate(self.applies_to)})
        return self

    @model_validator(mode="after")
    def _measures_are_known(self) -> Pack:
        for name, programme in self.programmes.items():
            for position, zone in enumerate(programme.zones):
                for number, effect in enumerate(zone.measures):
                    if effect.measure not in self.measures:
                        raise mistake(
                            ("programmes", name, "zones", position, "measures", number, "measure"),
                            effect.measure,
                            "a measure of the pack",
                            self.measures,
                        )
        return self


def mistake(at: tuple[str | int, ...], found: str, expected: str, choices: Sequence[str] = ()) -> PydanticCustomError:
    """An error at a place below the part that is being validated.

    Args:
        choices: where only certain words will do, which.
    """
    return PydanticCustomError(
        "mistake", "{found}", {"at": at, "found": found, "expected": expected, "choices": tuple(choices)}
    )


def _refuse_doubles(names: Mapping[tuple[str | int, ...], str]) -> None:
    seen = set()
    for at, name in names.items():
        if name in seen:
            raise mistake(at, f"{name} again", "each only once")
        seen.add(name)
