"""What a metric is to come to: a ratio, a median, a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median
from typing import Any

from insight.recomputing.market import Row, days, hours

Number = int | Decimal


@dataclass(frozen=True)
class Wanted:
    """What a row of the metrics is to say.

    Attributes:
        figure: exactly; none where nothing can be said.
        sample: what says whether there is enough.
        out_of: of how many the sample is, where some rows can't be told.
    """

    figure: Fraction | None
    sample: Fraction | None
    unit: str
    numerator: Number | None = None
    denominator: Number | None = None
    out_of: int | None = None


def share(rows: Iterable[Row], which: Callable[[Row], Any], out_of: int | None = None) -> Wanted:
    """How many of some rows are of a kind."""
    found = [bool(which(row)) for row in rows]
    return ratio(sum(found), len(found), "share", out_of=out_of)


def ratio(
    part: Number,
    whole: Number,
    unit: str,
    per: int | Fraction = 1,
    sample: Number | Fraction | None = None,
    out_of: int | None = None,
) -> Wanted:
    """So much for each, or for so many."""
    figure = Fraction(part) * per / Fraction(whole) if whole else None
    return Wanted(figure, Fraction(whole if sample is None else sample), unit, part, whole, out_of)


def count(rows: Sequence[Row]) -> Wanted:
    """How many."""
    return Wanted(Fraction(len(rows)), Fraction(len(rows)), "count", len(rows))


def money(rows: Sequence[Row], amount: str, sample: int | None = None) -> Wanted:
    """What an amount of some rows comes to."""
    total = sum((Decimal(row[amount]) for row in rows), Decimal(0))
    return Wanted(Fraction(total), Fraction(len(rows) if sample is None else sample), "money", total)


def time_between(rows: Sequence[Row], begun: str, ended: str) -> Wanted:
    """The median from one event to another, in hours where at least half of those with both days have both times."""
    in_days = [found for row in rows if (found := days(row, f"{begun}_on", f"{ended}_on")) is not None]
    in_hours = [found for row in rows if (found := hours(row, f"{begun}_at", f"{ended}_at")) is not None]
    said, unit = (in_hours, "hours") if in_hours and 2 * len(in_hours) >= len(in_days) else (in_days, "days")
    return Wanted(middle(said), Fraction(len(said)), unit, out_of=len(in_days))


def middle(values: Sequence[Decimal | int]) -> Fraction | None:
    """The median."""
    return median(Fraction(value) for value in values) if values else None


def rounded(value: Fraction | None, to: Decimal) -> Decimal | None:
    """To the last digit that is told, exactly and not through a binary fraction."""
    if value is None:
        return None
    whole = Decimal(value.numerator) * 10**30 / value.denominator
    return (whole / 10**30).quantize(to, ROUND_HALF_UP)
