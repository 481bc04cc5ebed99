"""marketplace.yml beside packs: what their marketplace knows, so that `policy check` can see what a pack leaves out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, field_validator
from ruamel.yaml import YAML

from evenhand.policy.diagnose import pack_error
from evenhand.policy.language.part import LANGUAGE, SEEN, Name, Part, TimeZone
from evenhand.policy.load import MARKETPLACE, frozen
from evenhand.policy.texts import read_text

_Called = Annotated[str, SEEN]
_Language = Annotated[str, Field(pattern=LANGUAGE)]


class Marketplace(Part):
    """What a marketplace knows, whatever its policies say of it."""

    violation_types: dict[Name, str] = Field(default_factory=dict)
    """Every violation type that the feed violations may bring, and what it means; without this key, any."""

    markets: tuple[str, ...] = ()
    """Markets that accounts can be in, beside those of packs."""

    market_names: dict[str, _Called | dict[_Language, _Called]] = Field(default_factory=dict)
    """By market: what people call it, in all languages or in each; it decides nothing, and stands beside the code."""

    surfaces: tuple[str, ...] = ()
    """Every surface that a violation may be seen on; without this key, any."""

    time_zones: dict[str, TimeZone] = Field(default_factory=dict)
    """By market: the time zone that the days of its feeds are in, where no pack of it says its `timezone`."""

    review_budgets: dict[str, Annotated[int, Field(ge=1, le=100_000)]] = Field(default_factory=dict)
    """By market: how many items each night draws for review, at most (docs/sampling.md), once that is approved."""

    changed_by: tuple[str, ...] = ()
    """Who changed this file last; one of them doesn't approve what that does."""

    @field_validator("changed_by", mode="before")
    @classmethod
    def _one_or_more(cls, said: object) -> object:
        return (said,) if isinstance(said, str) else said


def marketplace_of(text: str) -> Marketplace:
    """What a text of marketplace.yml says that was read before; one that today's language doesn't read says nothing."""
    return known_marketplace(text) or Marketplace(violation_types={})


def known_marketplace(text: str) -> Marketplace | None:
    """The same; None where today's language doesn't read it."""
    try:
        return Marketplace.model_validate(frozen(YAML(typ="safe").load(text)))
    except ValidationError:
        return None


def read_marketplace(folder: Path) -> Marketplace | None:
    """What stands beside the packs of a folder; None without such a file, for nobody needs one.

    Raises:
        PackError: the file is wrong.
    """
    path = folder / MARKETPLACE
    if not path.exists():
        return None
    text = read_text(path)
    try:
        return Marketplace.model_validate(frozen(text.content))
    except ValidationError as error:
        raise pack_error(error, [text], text.content, Marketplace) from error
