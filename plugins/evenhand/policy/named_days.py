"""calendar.yml beside packs: days that have a name in a market, such as pay-days and campaigns. It decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from evenhand.policy.language.part import SEEN, Day, Market, Part, mistake, refuse_doubles
from evenhand.policy.load import CALENDAR, names_days, read_beside
from evenhand.policy.texts import Mistake, PackError, position, read_text

# Written instead of markets: every market that there is and will be.
EVERY_MARKET = "all"


class NamedDay(Part):
    """A day, or some after each other, that people have a name for."""

    name: Annotated[str, Field(min_length=1, max_length=60), SEEN]
    """What people call it, as pages show it in every language."""

    markets: tuple[Market, ...] = Field(min_length=1)
    """The markets, as the feeds spell them, or all."""

    first_day: Day
    """The first night that is called so."""

    last_day: Day | None = None
    """The last one; without it, the first alone."""

    @field_validator("markets", mode="before")
    @classmethod
    def _one_or_more(cls, said: object) -> object:
        return (said,) if isinstance(said, str) else said

    @model_validator(mode="after")
    def _makes_sense(self) -> NamedDay:
        if EVERY_MARKET in self.markets and len(self.markets) > 1:
            raise mistake(("markets",), "all beside other markets", "all alone, or the markets")
        refuse_doubles({("markets", i): each for i, each in enumerate(self.markets)})
        if self.last_day and self.last_day < self.first_day:
            raise mistake(("last_day",), str(self.last_day), f"{self.first_day} or later, its first day")
        return self

    @property
    def until(self) -> date:
        """The last night that is called so."""
        return self.last_day or self.first_day

    def is_in(self, market: str) -> bool:
        """Whether a market has it; all markets together have whatever one of them has."""
        return market == EVERY_MARKET or EVERY_MARKET in self.markets or market in self.markets

    def overlaps(self, first: date, last: date) -> bool:
        """Whether one of some nights after each other is called so."""
        return self.first_day <= last and first <= self.until


class NamedDays(Part):
    """Days that have a name; a day may have several."""

    days: tuple[NamedDay, ...] = Field(default=())
    """Each with its markets."""

    @model_validator(mode="after")
    def _is_named_once(self) -> NamedDays:
        for i, one in enumerate(self.days):
            for other in self.days[:i]:
                both = {*one.markets} & {*other.markets} or EVERY_MARKET in (*one.markets, *other.markets)
                if one.name == other.name and both and one.overlaps(other.first_day, other.until):
                    raise mistake(
                        ("days", i, "first_day"),
                        f"{one.first_day}, on which a market has {one.name} already",
                        "each name once for a market and day",
                    )
        return self

    def seen_in(self, markets: Collection[str]) -> NamedDays:
        """What it says of some markets."""
        theirs = (each if EVERY_MARKET in each.markets else self._only(each, markets) for each in self.days)
        return NamedDays(days=tuple(each for each in theirs if each))

    @staticmethod
    def _only(named: NamedDay, markets: Collection[str]) -> NamedDay | None:
        there = tuple(each for each in named.markets if each in markets)
        return named.model_copy(update={"markets": there}) if there else None


NO_NAMED_DAYS = NamedDays()


def named_days_of(content: Any) -> NamedDays:
    """The named days of a release, as its manifest has them."""
    return NamedDays.model_validate(content, strict=False)


def read_named_days(folder: Path) -> NamedDays:
    """The named days of a folder of packs; none without the file.

    Raises:
        PackError: the file is wrong, with file and line.
    """
    path = folder / CALENDAR
    if path.exists() and not names_days(path):
        said = "found a pack, or a part of one, which decides as such; expected named days: give it another file name"
        raise PackError(Mistake(str(path), 1, 1, said))
    return read_beside(path, NamedDays)


def places_of_markets(
    named_days: NamedDays, folder: Path
) -> Iterator[tuple[str, tuple[str | int, ...], tuple[str, int, int]]]:
    """Each market that the named days of a folder are of, its place, and the file, line and column of that."""
    if not named_days.days:
        return
    text = read_text(folder / CALENDAR)
    for at, named in enumerate(named_days.days):
        for i, market in enumerate(named.markets):
            place = ("days", at, "markets", i)
            yield market, place, position([text], text.content, place, False)
