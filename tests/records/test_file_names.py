"""Names of files: each fits, is one of its own, and says what it is of where it can."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.records.file_names import fitting, lettered
from evenhand.reports.report import Report

# Names of markets as anybody may write them, and ones that are easily taken for another.
MARKET = st.one_of(
    st.text(max_size=12), st.text("AB-_+~. ", max_size=5), st.builds(lettered, st.text("A +", min_size=1, max_size=3))
)
LETTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+~.")


def name(*markets: str, board: str = "") -> str:
    return Report(
        "board" if board else "night", date(2026, 3, 1), None, "en", markets, "t", (), (), "", (), markets, board
    ).name


def test_markets_are_told_apart_and_by_their_names() -> None:
    assert name() == "night.en"
    assert name("SG", "B2B") == "night.SG+B2B.en"
    assert name("SG-B2B") == "night.SG-B2B.en"
    assert name("SG_B2B", board="b") == "board.b.SG_B2B.en"
    assert name("O'Brien <b>").startswith("night.O_Brien_b_~")


@given(st.lists(MARKET, min_size=1, max_size=4), st.lists(MARKET, min_size=1, max_size=4))
def test_no_two_are_called_the_same(one: list[str], other: list[str]) -> None:
    assert (name(*one) == name(*other)) == (one == other)
    assert set(name(*one)) <= LETTERS


@pytest.mark.parametrize("count", [90, 3000])
def test_what_is_too_long_is_cut_and_still_its_own(count: int) -> None:
    markets = [f"M{number:04}" for number in range(count)]
    names = {name(*markets), name(*markets[:-1]), name(*markets[:-1], "M"), name(board="b" * count * 5)}
    assert len(names) == 4
    assert all(190 < len(each) <= 200 for each in names)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_a_name_fits_and_is_as_it_was_where_it_did(said: str) -> None:
    fits = len(said.encode()) <= 200
    assert (fitting(said) == said) == fits
    assert len(fitting(said).encode()) <= 200
