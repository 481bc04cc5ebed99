"""Days that return: when balances begin anew, when a standing is looked at, when a measure ends."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from evenhand.policy.language.part import Part, exactly_one, mistake, refuse_doubles

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# A calendar's days are compiled to rows; these years hold every day that a feed may name and every end of a measure.
FIRST_YEAR, LAST_YEAR = 2015, 2045


class Calendar(Part):
    """Days that return: each Monday; the first Monday of a quarter; the 20th of each month."""

    weekday: Weekday | None = None
    """This day of every week, or with `nth` of certain months."""
    day_of_month: Annotated[int, Field(ge=1, le=28)] | None = None
    """This day of every month, or of certain months."""
    nth: Literal[1, 2, 3, 4, -1] | None = None
    """With `weekday`: the first, second, third, fourth or, as -1, last one of the month."""
    months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], Field(min_length=1)] = tuple(range(1, 13))
    """Only in these months, 1 for January."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Calendar:
        exactly_one(self, ("weekday", "day_of_month"))
        refuse_doubles({("months", i): str(month) for i, month in enumerate(self.months)})
        if self.nth and not self.weekday:
            raise mistake(("nth",), str(self.nth), "a weekday beside it")
        if self.weekday and not self.nth and "months" in self.model_fields_set:
            raise mistake(("months",), "months", "nth beside it: which such weekday of the month")
        return self

    def days(self) -> Iterator[date]:
        """Every such day from 2015 to 2045, in order."""
        if self.weekday and not self.nth:
            day = date(FIRST_YEAR, 1, 1)
            day += timedelta(days=(_WEEKDAYS.index(self.weekday) - day.weekday()) % 7)
            while day.year <= LAST_YEAR:
                yield day
                day += timedelta(days=7)
            return
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            for month in sorted(self.months):
                yield self._day_in(year, month)

    def _day_in(self, year: int, month: int) -> date:
        if self.day_of_month:
            return date(year, month, self.day_of_month)
        assert self.weekday and self.nth
        weeks = calendar.Calendar().monthdatescalendar(year, month)
        wanted = [week[_WEEKDAYS.index(self.weekday)] for week in weeks]
        inside = [day for day in wanted if day.month == month]
        return inside[self.nth - 1 if self.nth > 0 else -1]
