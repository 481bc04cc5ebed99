"""How a deployment's penalties are said in the words of the EU's DSA Transparency Database: part of receivers.yml."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

Text500 = Annotated[str, Field(min_length=1, max_length=500)]

# The kinds of decision, and the field that says when each ends.
END_DATES = {
    "decision_visibility": "end_date_visibility_restriction",
    "decision_monetary": "end_date_monetary_restriction",
    "decision_provision": "end_date_service_restriction",
    "decision_account": "end_date_account_restriction",
}


@cache
def enums() -> Mapping[str, frozenset[str]]:
    """The values that the database knows, by field."""
    content = json.loads(Path(__file__).with_name("dsa_enums.json").read_text())
    return {field: frozenset(values) for field, values in content.items()}


class NotStatable(Exception):
    """A penalty has no words in receivers.yml. The message says which are missing."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _values_are_known(self) -> _Part:
        for field in type(self).model_fields:
            value = getattr(self, field)
            if field in enums() and value is not None:
                unknown = set([value] if isinstance(value, str) else value) - enums()[field]
                if unknown:
                    raise ValueError(f"{field}: the database doesn't know {', '.join(sorted(unknown))}")
        return self


class Decision(_Part):
    """What a measure is in the words of the database; at least one of the four."""

    decision_visibility: tuple[str, ...] = ()
    decision_visibility_other: Text500 | None = None
    decision_monetary: str | None = None
    decision_monetary_other: Text500 | None = None
    decision_provision: str | None = None
    decision_account: str | None = None

    @model_validator(mode="after")
    def _decides_something(self) -> Decision:
        if not any(getattr(self, field) for field in END_DATES):
            raise ValueError(f"write one of {', '.join(END_DATES)}")
        return self


class Ground(_Part):
    """What a rule of a pack is in the words of the database."""

    category: str
    category_specification: tuple[str, ...] = ()
    decision_ground: str = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    illegal_content_legal_ground: Text500 | None = None

    @model_validator(mode="after")
    def _names_the_law(self) -> Ground:
        if (self.decision_ground == "DECISION_GROUND_ILLEGAL_CONTENT") != bool(self.illegal_content_legal_ground):
            raise ValueError("illegal_content_legal_ground goes with DECISION_GROUND_ILLEGAL_CONTENT, and only with it")
        return self


class Source(_Part):
    """How a case came up, in the words of the database."""

    source_type: str
    # Of before feeds had it; refused when a statement is made, so that nobody else's delivery fails for it.
    automated_detection: str | None = None


# What the feed violations says in `detected_by`, where receivers.yml doesn't say it otherwise.
SOURCES = {
    "model": Source(source_type="SOURCE_VOLUNTARY"),
    "user_report": Source(source_type="SOURCE_TYPE_OTHER_NOTIFICATION"),
    "rights_holder": Source(source_type="SOURCE_TYPE_OTHER_NOTIFICATION"),
}


class StatementWords(_Part):
    """How penalties become statements.

    Attributes:
        markets: the markets whose penalties are stated.
        measures: what each of their measures is.
        grounds: what each rule is, or each programme where no entry counted; `otherwise` is for the rest.
        sources: how a case came up, by the `detected_by` of its violation; `source_type` is for the rest.
    """

    markets: tuple[str, ...] = Field(min_length=1)
    territorial_scope: tuple[str, ...] = Field(min_length=1)
    measures: dict[str, Decision]
    grounds: dict[str, Ground]
    content_type: tuple[str, ...] = ("CONTENT_TYPE_VIDEO",)
    content_type_other: Text500 | None = None
    sources: dict[str, Source] = Field(default_factory=dict)
    source_type: str = "SOURCE_VOLUNTARY"
    # As in `Source`.
    automated_detection: str | None = None
    automated_decision: str | None = None
    account_type: str | None = None
    decision_ground_reference_url: HttpUrl | None = None
