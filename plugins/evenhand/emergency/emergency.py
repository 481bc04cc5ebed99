"""What an emergency says, as it is proposed and as it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from evenhand.records.persons import Person
from evenhand.records.refusals import Refused

# An emergency is over after so many days; what has to last longer is a policy, or asked for again.
LONGEST = timedelta(days=30)
# One that meets more than so many accounts, and more than this share of its market's, needs a third person.
MANY = 50
MANY_OF_MARKET = 0.01

# What is done with a measure, as it is told.
VERBS: Mapping[str, str] = {"impose": "imposed", "lift": "lifted", "end": "ended"}

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class EmergencyRefused(Refused):
    """An emergency can't be proposed or recorded. The message says what is wrong and what to write."""


class Proposal(BaseModel):
    """What the second person is asked about.

    Attributes:
        list: the list that the measure is in: the one that a penalty or a reward is imposed on or taken from.
        accounts: whom it meets. Those of a segment, as it was when this was proposed.
        until: the last day in force.
        reason: why, in words that the accounts are told; one line.
        ends: the emergency that this ends alone, of which it has the measure, the accounts and the last day.
        needs: how many others have to approve it: a third person where it meets many.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Literal["impose", "lift", "end"]
    list: Literal["penalties", "rewards"]
    market: Text
    accounts: Annotated[tuple[Text, ...], Field(min_length=1)]
    measure: Text
    scope: Text
    until: date
    reason: Annotated[Text, StringConstraints(max_length=500)]
    author: Person
    needs: int = 1
    ends: str | None = None

    @field_validator("reason", mode="before")
    @classmethod
    def _is_one_line(cls, reason: str) -> str:
        return " ".join(reason.split())

    @property
    def what(self) -> str:
        """In one line, for messages."""
        what = f"{self.measure} on {self.scope} to be {VERBS[self.action]} in {self.market}"
        return f"{what} ({self.ends})" if self.ends else what


class Emergency(Proposal):
    """An emergency as it is recorded.

    Attributes:
        emergency_id: names it; in the order of these they were approved.
        approved_by: the second person.
        also_approved_by: the third person, of one that meets many accounts.
        first_night: the first night that it holds on.
    """

    emergency_id: Text
    approved_by: Person
    also_approved_by: Person | None = None
    approved_at: AwareDatetime
    first_night: date

    @property
    def approved(self) -> str:
        """Who approved it, for people."""
        return f"{self.approved_by} and {self.also_approved_by}" if self.also_approved_by else str(self.approved_by)

    @property
    def said(self) -> str:
        """In one line, for people."""
        met = "1 account" if len(self.accounts) == 1 else f"{len(self.accounts):,} accounts"
        said = f"{self.measure} on {self.scope} {VERBS[self.action]} on {met} in {self.market}"
        return f"{said} ({self.ends})" if self.ends else said
