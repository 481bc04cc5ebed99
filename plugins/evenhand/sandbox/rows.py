"""Which changes the sandbox takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evenhand.delivery.payload import Payload, canonical

Key = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# The list that it never acts on.
PROBE = "probe"
# The list of what is to be reviewed; any other has an account in each row.
ITEMS = "qa_items"
# As docs/receivers.md has them: gate 1 lets no longer account through, and a pack's keys are no longer.
Word = Annotated[str, Field(min_length=1, max_length=200)]
RowKey = Annotated[str, Field(min_length=1, max_length=600)]


class _Change(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    key: Key
    list: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    row_key: RowKey
    action: Literal["put", "remove"]
    payload: dict[str, str | int | bool | None] | None = None


class _Put(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)

    account_id: Word
    market: str | None = None
    measure: str | None = None
    reward: str | None = None
    scope: str | None = None


class _Item(BaseModel):
    """What a reviewer gets of an item, beside its name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    link: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A change that the sandbox understands; the payload is None for a removal.

    Attributes:
        account_id: empty of an item for review, which says nobody's.
    """

    key: str
    list: str
    row_key: str
    payload: Payload | None = None
    account_id: str | None = None
    market: str | None = None
    measure: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """A row that nobody acts on: its sender looks whether it is read."""

    row_key: str
    payload: Payload


def accept(change: dict[str, Any]) -> Accepted | Probe | str:
    """The change, or why it is rejected, in words for the sender."""
    try:
        row = _Change.model_validate(change)
        if row.list == PROBE and row.payload is not None:
            return Probe(row.row_key, canonical(row.payload))
        if row.action == "remove":
            if row.payload is not None:
                return "payload: a removal has none"
            return Accepted(row.key, row.list, row.row_key)
        if row.payload is None:
            return "payload: a put needs one"
        if row.list == ITEMS:
            _Item.model_validate(row.payload)
            return Accepted(row.key, row.list, row.row_key, canonical(row.payload), "")
        put = _Put.model_validate(row.payload)
    except ValidationError as error:
        return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
    measure = put.measure or put.reward
    return Accepted(
        row.key, row.list, row.row_key, canonical(row.payload), put.account_id, put.market, measure, put.scope
    )
