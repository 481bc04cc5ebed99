"""What a policy pack may say: the one definition of the language, as Pydantic models."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Scope = Literal["live", "short_video", "showcase", "campaign", "ads", "commission", "account"]


class _Part(BaseModel):
    # YAML gives dates and numbers their types already; a word where a number belongs is a mistake, not a conversion.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class EntryRule(_Part):
    """What becomes an entry in the ledger.

    Attributes:
        rule: the rule's name, quoted in every reason.
        violation_types: the feed's violation types that it applies to.
        amount: how much an entry adds to the balance, in the programme's unit.
        counts_once_per: `violation`, or `batch`: violations of one account in one batch are one entry.
        lasts_days: days that an entry counts, the day of the decision included (1 March and 90 days: last on 29 May).
            None: it counts for ever.
    """

    rule: Name
    violation_types: tuple[Name, ...] = Field(min_length=1)
    amount: int | Decimal = Field(gt=0)
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
            raise ValueError("say either days: N or permanent: true")
        return self


class Zone(_Part):
    """A band of balances.

    Attributes:
        at_least: the smallest balance that is in the zone; the first zone has none and takes the rest.
        measures: what entering the zone from below brings. Several zones entered at once: the strictest only.
    """

    zone: Name
    at_least: int | Decimal | None = None
    measures: tuple[Effect, ...] = ()


class Reward(_Part):
    """What an account has for as long as it is in one of the zones."""

    reward: Name
    scope: Scope
    zones: tuple[Name, ...] = Field(min_length=1)


class Programme(_Part):
    """A ledger with its zones.

    Attributes:
        unit: what is counted, in the singular.
        zones: mildest first.
    """

    unit: str
    entries: tuple[EntryRule, ...] = Field(min_length=1)
    zones: tuple[Zone, ...] = Field(min_length=2)
    rewards: tuple[Reward, ...] = ()

    @model_validator(mode="after")
    def _zones_rise(self) -> Programme:
        first, *others = self.zones
        if first.at_least is not None or first.measures:
            raise ValueError(
                f"zone {first.zone}: the first zone has neither at_least nor measures; it takes what no other does"
            )
        for zone in others:
            if zone.at_least is None:
                raise ValueError(f"zone {zone.zone}: only the first zone may go without at_least")
        for lower, higher in zip(others, others[1:], strict=False):
            if not (lower.at_least or 0) < (higher.at_least or 0):
                raise ValueError(
                    f"zone {higher.zone}: at_least {higher.at_least} can't be reached after {lower.zone} at {lower.at_least};"
                    " zones rise"
                )
        names = [zone.zone for zone in self.zones]
        _refuse_doubles("zone", names)
        _refuse_doubles("rule", [entry.rule for entry in self.entries])
        for reward in self.rewards:
            _refuse_unknown(f"reward {reward.reward}: zone", reward.zones, names)
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
    markets: tuple[Name, ...] = Field(min_length=1)
    effective_from: date
    effective_until: date | None = None
    applies_to: tuple[Literal["creator", "platform"], ...] = ("creator",)
    appeal_route: str
    measures: tuple[Name, ...]
    programmes: dict[Name, Programme] = Field(min_length=1)

    @model_validator(mode="after")
    def _measures_are_known(self) -> Pack:
        if self.effective_until and self.effective_until < self.effective_from:
            raise ValueError(f"effective_until {self.effective_until} is before effective_from {self.effective_from}")
        _refuse_doubles("measure", list(self.measures))
        for programme in self.programmes.values():
            for zone in programme.zones:
                _refuse_unknown(
                    f"zone {zone.zone}: measure", [effect.measure for effect in zone.measures], self.measures
                )
        return self


def _refuse_unknown(what: str, found: tuple[str, ...] | list[str], known: tuple[str, ...] | list[str]) -> None:
    for name in found:
        if name not in known:
            raise ValueError(f"{what} {name!r} is not one of {', '.join(known)}")


def _refuse_doubles(what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{what} {name!r} is there twice")
