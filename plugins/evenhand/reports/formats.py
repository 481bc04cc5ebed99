"""Numbers, days and amounts as people of a language write them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit

from evenhand.policy.prose.money import currency_of
from evenhand.release.figures import is_money
from evenhand.reports.catalogue import ENGLISH

NOTHING = "\u2013"
_MINUS = "\u2212"
_BETWEEN_LETTER_AND_DIGIT = re.compile(r"(?<=[A-Za-z])(?=\d)")


def locale_of(language: str) -> Locale:
    """How a language is written: who reads English reads days and numbers as the British write them."""
    return Locale.parse("en_GB" if language == ENGLISH else language)


class Formats:
    """How a locale writes."""

    def __init__(self, locale: Locale) -> None:
        self.locale = locale

    def number(self, value: Decimal | int) -> str:
        """A number, with the language's signs for thousands and decimals."""
        return format_decimal(value, locale=self.locale).replace("-", _MINUS)

    def signed(self, value: Decimal | int) -> str:
        """A difference, with its sign."""
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    def share(self, value: Decimal) -> str:
        """A share of one, in percent."""
        # What is less than a tenth of a percent isn't nothing.
        digits = "0" if not value or abs(value) >= Decimal("0.001") else "0" * -(value.adjusted() + 2) + "#"
        return format_percent(value, f"#,##0.{digits}\u00a0%", locale=self.locale).replace("-", _MINUS)

    def day(self, day: date | None) -> str:
        """A day; a dash for none."""
        return NOTHING if day is None else format_date(day, "medium", locale=self.locale)

    def money(self, amount: Decimal, market: str, is_exact: bool = True) -> str:
        """An amount in the currency of the market's country; a number where it is no country.

        Args:
            is_exact: whether it keeps digits beyond those that the currency has coins for, as what is paid does.
        """
        currency = currency_of(market)
        return self.in_currency(amount, currency, is_exact) if currency else self.number(amount)

    def in_currency(self, amount: Decimal, currency: str, is_exact: bool = True) -> str:
        """An amount in a currency; `is_exact` as of `money`."""
        # Nobody writes the cents of a whole amount, nor a currency's letters without a blank.
        if amount == amount.to_integral_value():
            whole = self.locale.currency_formats["standard"].pattern.replace(".00", "")
            said = format_currency(amount, currency, whole, locale=self.locale, currency_digits=False)
        else:
            said = format_currency(amount, currency, locale=self.locale, decimal_quantization=not is_exact)
        return _BETWEEN_LETTER_AND_DIGIT.sub("\N{NO-BREAK SPACE}", said).replace("-", _MINUS)

    def figure(self, figure: Decimal, unit: str, market: str = "") -> str:
        """A figure of a metric with its unit; money in the currency of its market."""
        if is_money(unit):
            return self.money(round(figure, 2), market, is_exact=False)
        if unit == "share":
            return self.share(figure)
        if unit in ("hours", "days"):
            # Without zeros behind the point, with which an hour would be several.
            return self._time(round(figure, 1).normalize() + 0, f"duration-{unit[:-1]}")
        if unit == "count":
            return self.number(round(figure))
        if abs(figure) >= 1 or not figure:
            return self.number(round(figure, 2))
        # Otherwise it had at most three digits behind the point, of which all may be zeros.
        said = format_decimal(Decimal(f"{figure:.2g}"), decimal_quantization=False, locale=self.locale)
        return said.replace("-", _MINUS)

    def _time(self, time: Decimal, unit: str) -> str:
        said = format_unit(time, unit, "long", locale=self.locale)
        # Where a language has no long form of its own, it says it as it does in short.
        return format_unit(time, unit, "short", locale=self.locale) if unit in said else said
