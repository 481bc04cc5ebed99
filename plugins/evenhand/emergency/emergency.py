"""What an emergency says, as it is proposed and as it is recorded."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from evenhand.records.persons import Person

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class EmergencyRefused(Exception):
    """An emergency can't be proposed or recorded. The message says what is wrong and what to write."""


class Proposal(BaseModel):
    """What the second person is asked about.

    Attributes:
        list: the list that the measure is in: the one that a penalty or a reward is imposed on or taken from.
        accounts: whom it meets. Those of a segment, as it was when this was proposed.
        until: the last day in force.
        reason: why, in words that the accounts are told; one line.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Literal["impose", "lift"]
    list: Literal["penalties", "rewards"]
    market: Text
    accounts: Annotated[tuple[Text, ...], Field(min_length=1)]
    measure: Text
    scope: Text
    until: date
    reason: Annotated[Text, StringConstraints(max_length=500)]
    author: Person

    @field_validator("reason", mode="before")
    @classmethod
    def _is_one_line(cls, reason: str) -> str:
        return " ".join(reason.split())

    @property
    def what(self) -> str:
        """In one line, for messages."""
        verb = "imposed" if self.action == "impose" else "lifted"
        return f"{self.measure} on {self.scope} to be {verb} in {self.market}"


class Emergency(Proposal):
    """An emergency as it is recorded.

    Attributes:
        emergency_id: names it; in the order of these they were approved.
        approved_by: the second person.
        first_night: the first night that it holds on.
    """

    emergency_id: Text
    approved_by: Person
    approved_at: AwareDatetime
    first_night: date

    @property
    def said(self) -> str:
        """In one line, for people."""
        verb = "imposed" if self.action == "impose" else "lifted"
        return f"{self.measure} on {self.scope} {verb} on {len(self.accounts):,} account(s) in {self.market}"
