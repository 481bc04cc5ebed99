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
