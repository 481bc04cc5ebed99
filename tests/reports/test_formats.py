"""Amounts as people of a language write them: exactly in rows, and as the currency has coins in figures."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel import Locale

from evenhand.reports.formats import Formats


@pytest.mark.parametrize(
    ("amount", "market", "exactly", "about"),
    [
        ("2.50", "VN", "₫2.5", "₫2"),
        ("0.40", "JP", "JP¥0.4", "JP¥0"),
        ("0.0125", "US", "US$0.0125", "US$0.01"),
        ("20", "US", "US$20", "US$20"),
        ("20.0000", "VN", "₫20", "₫20"),
    ],
)
def test_an_amount_has_all_its_digits_and_a_figure_those_of_its_currency(
    amount: str, market: str, exactly: str, about: str
) -> None:
    language = Formats(Locale.parse("en_GB"))
    assert language.money(Decimal(amount), market) == exactly
    assert language.figure(Decimal(amount), "money", market) == about


@pytest.mark.parametrize(
    ("figure", "unit", "said"),
    [
        ("0", "share", "0.0 %"),
        ("0.0123", "share", "1.2 %"),
        ("0.001", "share", "0.1 %"),
        ("0.0004", "share", "0.04 %"),
        ("-0.00012", "share", "\u22120.012 %"),
        ("0.0023", "number", "0.0023"),
        ("0.00012", "number", "0.00012"),
        ("12.345", "number", "12.34"),
    ],
)
def test_a_small_figure_has_as_many_digits_as_say_something(figure: str, unit: str, said: str) -> None:
    language = Formats(Locale.parse("en_GB"))
    assert language.figure(Decimal(figure), unit).replace("\N{NO-BREAK SPACE}", " ") == said
