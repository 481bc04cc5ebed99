"""Amounts of money as English reasons, causes and facts tell them: with the currency of their market."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import get_territory_currencies

# What packs count sales in, and bonuses are paid in.
MONEY = "unit of money"


def currency_of(market: str) -> str | None:
    """The currency of a market that is named as a country is; None of another."""
    currencies = get_territory_currencies(market) if len(market) == 2 else []
    return str(currencies[0]) if currencies else None


def money(amount: Decimal, market: str) -> str:
    """An amount with its market's currency, and the number alone where that isn't known.

    dbt's macro of this name says it so in releases.
    """
    return in_currency(amount, currency_of(market) or "").lstrip()


def in_currency(amount: Decimal, currency: str) -> str:
    """`IDR 50,000`, and `SGD 49.50`: nobody writes the cents of a whole amount."""
    return f"{currency} {f'{amount:,.2f}'.removesuffix('.00')}"
