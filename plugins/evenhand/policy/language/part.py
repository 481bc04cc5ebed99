"""What the parts of the policy language share: strict models, names, numbers, and mistakes that know their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from evenhand.records.written import why_no_line


def _as_decimal(value: Any) -> Any:
    # By its text: the number that was written, not the binary fraction nearest to it.
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


# The programme of what people impose themselves, and the name of its ledger. No programme of a pack can have it.
EMERGENCY = "emergency"

NAME = r"^[a-z][a-z0-9_]*$"
# A market is spelt as the feed creators spells it.
MARKET = r"^[A-Za-z][A-Za-z0-9_-]*$"
# A language is spelt as a file of translations/ is.
LANGUAGE = r"^[a-z]{2,3}(_[A-Z][A-Za-z]+)*$"


# Looking through the machine's folder of time zones takes longer than the rest of a pack.
_time_zones = cache(available_timezones)


def _time_zone(name: str) -> str:
    if name not in _time_zones():
        raise PydanticCustomError("time_zone", "a time zone such as Asia/Jakarta")
    return name


def _one_line(text: str) -> str:
    if why := why_no_line(text):
        raise mistake((), repr(text), f"a text of one line that people see all of ({why})")
    return text


# Of what people call something, as pages, letters and files show it.
SEEN = AfterValidator(_one_line)
TimeZone = Annotated[str, AfterValidator(_time_zone)]
# With the account, which gate 1 bounds, they make the row_key that receivers take: docs/receivers.md.
LONGEST_KEY = 100
Name = Annotated[str, Field(pattern=NAME, max_length=LONGEST_KEY)]
Market = Annotated[str, Field(pattern=MARKET, max_length=LONGEST_KEY)]
# A hundred years; a clock that runs longer is none. From the last day, a day so much later is still one.
MOST_DAYS = 36_500
LAST_DAY = date(2999, 12, 31)
Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=LAST_DAY)]

_DECIMAL = (BeforeValidator(_as_decimal), WithJsonSchema({"type": "number"}))
# Two decimals for what a ledger adds up, four for what is read; as large as a number of a feed may be, so that what is
# made of both fits the tables that are built of them.
MOST = 99_999_999_999_999
Amount = Annotated[Decimal, *_DECIMAL, Field(ge=-MOST, le=MOST, decimal_places=2)]
Figure = Annotated[Decimal, *_DECIMAL, Field(ge=-MOST, le=MOST, decimal_places=4)]

Scope = Literal["live", "short_video", "showcase", "listing", "campaign", "ads", "commission", "account"]

Place = tuple[str | int, ...]


class Part(BaseModel):
    """A part of a pack: no key but its own, and no value of another type."""

    # YAML gives dates and numbers their types already; a word where a number belongs is a mistake, not a conversion.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class Comparison(Part):
    """A number compared with a bound. Whether the bound itself is inside is always said, never implied."""

    at_least: Figure | None = None
    """The bound and what is above it."""
    more_than: Figure | None = None
    """What is above the bound, without it."""
    at_most: Figure | None = None
    """The bound and what is below it."""
    less_than: Figure | None = None
    """What is below the bound, without it."""

    @property
    def comparison(self) -> tuple[str, Decimal] | None:
        """The comparator and the bound; None where nothing is compared."""
        return next(
            ((name, bound) for name in COMPARATORS if (bound := getattr(self, name)) is not None),
            None,
        )

    def comparators(self) -> list[str]:
        """Those that are written; a part says how many it wants."""
        return [name for name in COMPARATORS if getattr(self, name) is not None]


COMPARATORS = ("at_least", "more_than", "at_most", "less_than")


def mistake(at: Place, found: str, expected: str, choices: Sequence[str] = ()) -> PydanticCustomError:
    """An error at a place below the part that is being validated.

    Args:
        choices: where only certain words will do, which.
    """
    return PydanticCustomError(
        "mistake", "{found}", {"at": at, "found": found, "expected": expected, "choices": tuple(choices)}
    )


def refuse_doubles(names: Mapping[Place, str]) -> None:
    """Refuse a list in which a name stands twice, at the place of the second."""
    seen = set()
    for at, name in names.items():
        if name in seen:
            raise mistake(at, f"{name} again", "each only once")
        seen.add(name)


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    refuse_doubles({(at,): name for at, name in enumerate(names)})
    return names


# Names of which each stands once: what a rule table has twice would be counted twice.
Names = Annotated[tuple[Name, ...], AfterValidator(_each_once)]


def exactly_one(part: Part, names: Sequence[str], at: Place = ()) -> str:
    """The one of these keys that is written.

    Raises:
        PydanticCustomError: none is, or more than one.
    """
    written = [name for name in names if _is_written(getattr(part, name))]
    if len(written) > 1:
        raise mistake((*at, written[1]), " and ".join(written), f"exactly one of {', '.join(names)}")
    if not written:
        # A key that is there without saying anything is what its author has to look at.
        empty = [name for name in names if name in part.model_fields_set]
        if empty:
            shown = "false" if getattr(part, empty[0]) is False else "nothing"
            raise mistake((*at, empty[0]), shown, f"a value, or another of {', '.join(names)}")
        raise mistake(at, f"none of {', '.join(names)}", "exactly one of them")
    return written[0]


def _is_written(value: object) -> bool:
    # 0 is a number that somebody wrote.
    return value is not None and value is not False and value != ()


def known(names: Iterator[tuple[Place, str]], what: str, choices: Sequence[str]) -> None:
    """Refuse a reference to something that the pack doesn't have."""
    for at, name in names:
        if name not in choices:
            raise mistake(at, name, what if choices else f"{what}, which has none", choices)
