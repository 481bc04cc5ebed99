"""measures_order.yml beside packs: of markets for which several packs decide, the order of their measures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import RootModel, ValidationError, model_validator

from evenhand.policy.diagnose import pack_error
from evenhand.policy.language.part import Market, Name, refuse_doubles
from evenhand.policy.texts import position, read_text

MEASURES_ORDER = "measures_order.yml"


class MeasuresOrder(RootModel[dict[Market, tuple[Name, ...]]]):
    """By market, its measures, mildest first. What a market's order doesn't name is stricter than all that it names."""

    @model_validator(mode="after")
    def _names_differ(self) -> MeasuresOrder:
        for market, measures in self.root.items():
            refuse_doubles({(market, i): name for i, name in enumerate(measures)})
        return self


def read_measures_order(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """The order of each market that has one, in a folder of packs; nothing without the file.

    Raises:
        PackError: the file is wrong, with file and line.
    """
    path = folder / MEASURES_ORDER
    if not path.exists():
        return {}
    text = read_text(path)
    if text.content is None:
        return {}
    content = text.content
    if isinstance(content, dict):
        content = {key: tuple(value) if isinstance(value, list) else value for key, value in content.items()}
    try:
        return MeasuresOrder.model_validate(content, strict=True).root
    except ValidationError as error:
        raise pack_error(error, [text], text.content, MeasuresOrder) from error


def place_in_order(folder: Path, market: str, measure: str | None = None) -> tuple[str, int, int]:
    """File, line and column of a market's order, or of a measure in it."""
    text = read_text(folder / MEASURES_ORDER)
    found = [market]
    place: tuple[str | int, ...] = (market,)
    if measure is not None:
        place = (*found, list(text.content[market]).index(measure))
    return position([text], text.content, place, False)
