"""Names and numbers as they are compared, and what was likely meant by a text that is none."""

from __future__ import annotations

from decimal import Decimal, localcontext

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.landing.names import compared, likely_meant, number_likely_meant


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("1.23457E+15", "1234570000000000"),
        ("1,23457E+15", "1234570000000000"),
        (" A\u200b1\u00a0", "A1"),
        ("-1.23457E+15", "-1234570000000000"),
        ("\u200b", None),
        # Letters of no width, and signs that will never be any.
        ("A\ufe0f1\u3164", "A1"),
        ("\u2800A\u034f1\U000e0100\ufff0", "A1"),
    ],
)
def test_what_was_likely_meant_is_told(value: str, meant: str | None) -> None:
    with duckdb.connect() as connection:
        assert connection.execute(f"select {likely_meant('$value')}", {"value": value}).fetchall() == [(meant,)]


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("1.2E+5", "120000"),
        ("1e3", "1000"),
        ("-1,5E-3", "-0.0015"),
        ("1.23457E+15", "1234570000000000"),
        ("12.0", "12"),
        (" +5", "5"),
        ("0.50000", "0.5"),
        # One thousand two hundred, or one and a fifth.
        ("1,200", None),
        ("five", None),
        ("1E+40", None),
        # Every digit as it stands; a text itself is no news.
        ("+1234567890123456789", "1234567890123456789"),
        ("1.8446744073709551615E19", "18446744073709551615"),
        ("1234567890123456789", None),
        ("12.345", None),
        ("1e-12", None),
        ("0E-20", "0"),
        ("-0.0e-99", "0"),
        ("0.12345678901", None),
        ("1E-99999999999", None),
    ],
)
def test_which_number_was_likely_meant_is_told(value: str, meant: str | None) -> None:
    with duckdb.connect() as connection:
        assert connection.execute(f"select {number_likely_meant('$value')}", {"value": value}).fetchall() == [(meant,)]


@given(
    st.from_regex(r" ?[+]?-?[0-9]([.,][0-9]{1,14})?[eE][+-]?[0-9]{1,2}", fullmatch=True)
    | st.from_regex(r" ?[+]?-?[0-9]{1,30}([.][0-9]{1,14})?", fullmatch=True)
)
@settings(deadline=None)
def test_a_number_that_was_likely_meant_has_the_value_that_stands_there(value: str) -> None:
    with localcontext(prec=200), duckdb.connect() as connection:
        ((meant,),) = connection.execute(f"select {number_likely_meant('$value')}", {"value": value}).fetchall()
        # Without the sign of -0.
        number = Decimal(value.strip().replace("+-", "-").replace(",", ".")) + 0
        fits = abs(number) < Decimal(10) ** 28 and number == round(number, 10)
        expected = f"{number.normalize():f}"
        assert meant == (expected if fits and expected != value else None)


def test_what_looks_alike_is_alike() -> None:
    with duckdb.connect() as connection:
        composed = connection.execute(
            f"select {compared('$a')} = {compared('$b')}", {"a": "cre\u0301a", "b": "cr\u00e9a"}
        )
        assert composed.fetchall() == [(True,)]
