"""How a report speaks: sentences, numbers and days in its reader's language, in English where there is no word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from gettext import c2py
from importlib.resources import files
from io import BytesIO
from string import Formatter

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent, get_territory_currencies
from babel.units import format_unit

from evenhand.explain.labels import Labels
from evenhand.notices.catalogs import REFERENCE, Catalogs
from evenhand.policy.prose.words import COMPARATORS
from evenhand.policy.targets import Goal, Target
from evenhand.reports.report import Cell, Sentence, text_of

_MINUS = "\u2212"
_NOTHING = "\u2013"


class NoSuchWords(Exception):
    """There are no words in the language that was asked for. The message says which there are."""


class Language:
    """One language, with what the catalogues call keys in it."""

    def __init__(self, name: str, catalogs: Catalogs) -> None:
        """Of a name such as `pt_BR`.

        Raises:
            NoSuchWords: there is no catalogue of reports in it.
        """
        if name not in languages():
            raise NoSuchWords(f"there are no reports in {name}; there are {', '.join(languages())}")
        self.name = name
        self.locale = Locale.parse(name)
        self._words = _words(name)
        self._labels = Labels(catalogs, name if name in catalogs.languages else REFERENCE)

    def say(self, text: str, **values: Cell) -> str:
        """A text with words alone in it."""
        return text_of(self.sentence(text, **values))

    def sentence(self, text: str, **values: Cell) -> Sentence:
        """A sentence with numbers in it.

        Args:
            text: in English, with a place such as `{rows}` for each value.
        """
        message = self._words.get(text) if self._words else None
        said = message.string if message else ""
        return _filled(said if isinstance(said, str) and said else text, values)

    def counted(self, one: str, many: str, count: int, **values: Cell) -> Sentence:
        """The same of so many things: `one` is the English sentence for one of them, `many` for any other number."""
        message = self._words.get(one) if self._words else None
        said = message.string if message else ""
        if self._words and isinstance(said, tuple) and all(said):
            return _filled(said[min(_rule(self._words.plural_expr)(count), len(said) - 1)], values)
        return _filled(one if count == 1 else many, values)

    def label(self, kind: str, key: str | None) -> str:
        """What the catalogues call a key."""
        return self._labels.of(kind, key)

    def of_unit(self, value: Decimal | int, unit: str) -> str:
        """A number of a unit that the catalogues have, such as a point; empty where they have none."""
        return self._labels.of_unit(value, unit, self.number(value))

    def number(self, value: Decimal | int) -> str:
        """A number, with the language's signs for thousands and decimals."""
        return format_decimal(value, locale=self.locale).replace("-", _MINUS)

    def signed(self, value: Decimal | int) -> str:
        """A difference, with its sign."""
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    def day(self, day: date | None) -> str:
        """A day; a dash for none."""
        return _NOTHING if day is None else format_date(day, "medium", locale=self.locale)

    def money(self, amount: Decimal, market: str) -> str:
        """An amount in the currency of the market's country; a number where it is no country."""
        currencies = get_territory_currencies(market) if len(market) == 2 else []
        return format_currency(amount, currencies[0], locale=self.locale) if currencies else self.number(amount)

    def figure(self, figure: Decimal, unit: str) -> str:
        """A figure of a metric with its unit."""
        if unit == "share":
            return format_percent(figure, "#,##0.0\u00a0%", locale=self.locale)
        if unit in ("hours", "days"):
            return self._time(round(figure, 1), f"duration-{unit[:-1]}")
        if unit == "count":
            return self.number(round(figure))
        return self.number(round(figure, 2) if abs(figure) >= 1 or not figure else Decimal(f"{figure:.2g}"))

    def _time(self, time: Decimal, unit: str) -> str:
        said = format_unit(time, unit, "long", locale=self.locale)
        # Where a language has no long form of its own, it says it as it does in short.
        return format_unit(time, unit, "short", locale=self.locale) if unit in said else said

    def bound(self, wanted: Target | Goal, unit: str) -> str:
        """What a metric is to come to; `unit` is the metric's, and a bound's own counts first."""
        how, value = wanted.comparison or ("at_most", Decimal(0))
        return f"{self.say(COMPARATORS[how])} {self.figure(value, wanted.unit or unit)}"


def _filled(text: str, values: Mapping[str, Cell]) -> Sentence:
    parts: list[Cell] = []
    for words, name, _, _ in Formatter().parse(text):
        if words:
            parts.append(words)
        if name is not None:
            parts.append(values[name])
    return tuple(parts)


@cache
def languages() -> tuple[str, ...]:
    """The languages that reports are in, English first."""
    found = (each.name.removesuffix(".po") for each in files("evenhand.reports.words").iterdir())
    return (REFERENCE, *sorted(name for name in found if not name.startswith("__")))


def words_of(name: str) -> Mapping[str, tuple[str, ...]]:
    """What a language says for each English sentence: one form, or one for each plural."""
    words = _words(name)
    return {
        str(message.id[0] if isinstance(message.id, tuple) else message.id): (
            tuple(message.string) if isinstance(message.string, tuple) else (str(message.string),)
        )
        for message in (words or ())
        if message.id
    }


@cache
def _words(name: str) -> Catalog | None:
    if name == REFERENCE:
        return None
    text = (files("evenhand.reports.words") / f"{name}.po").read_bytes()
    return read_po(BytesIO(text), locale=name)


@cache
def _rule(expression: str) -> Callable[[int], int]:
    return c2py(expression)
