"""What rows of lists say is told to who reads: no English sentence, no key and no JSON within another language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from evenhand.console.reader import read_in
from evenhand.console.row_values import conditions, gate_rule, moves, why
from evenhand.console.values import span

MINUS = "\N{MINUS SIGN}"
MOVED = (
    '[{"entry":"e4","rule":"unsafe_goods","amount":3.00,"because":"begins to count"},'
    '{"entry":"e5","rule":"course","amount":-1.50,"because":"is taken back"}]'
)
WHY = (
    "On 2026-03-02 the account went from 1 to 2 strikes of Copyright strikes and entered the zone limited (balance at"
    " least 2). This brings Publishing paused on short video, from 2026-03-02, until 2026-03-08."
)


@pytest.fixture(autouse=True)
def _afterwards() -> Iterator[None]:
    yield
    read_in("en")


@pytest.mark.parametrize(
    ("language", "unit", "said"),
    [
        ("en", "point", f"Unsafe goods +3 points: begins to count; Course {MINUS}1.5 points: is taken back"),
        ("id", "point", f"Barang tidak aman +3 poin: mulai dihitung; Kursus {MINUS}1,5 poin: ditarik kembali"),
        ("en", "unit of money", f"Unsafe goods +IDR 3: begins to count; Course {MINUS}IDR 1.50: is taken back"),
    ],
)
def test_what_moved_a_balance_is_told_in_words(language: str, unit: str, said: str) -> None:
    read_in(language)
    assert moves(MOVED, unit, "ID").replace("\u00a0", " ") == said


def test_conditions_and_rules_have_their_names() -> None:
    assert conditions("chr, pps_low") == "Good health rating, Performance not too low"
    read_in("zh")
    assert "chr" not in conditions("chr, pps_low")
    assert gate_rule("one row per account_id") not in ("", "one row per account_id")
    assert gate_rule("a rule of an earlier version") == "a rule of an earlier version"


@pytest.mark.parametrize("route", ["", "Write to us. Within 30 days, by 2026-03-31."])
def test_why_is_told_in_the_readers_language_and_what_the_pack_says_of_appeals_as_it_says_it(route: str) -> None:
    sentence = f"{WHY} {route}".strip()
    assert why(sentence, "copyright_strikes", ["strike"]) == ("", sentence)
    read_in("id")
    told, rest = why(sentence, "copyright_strikes", ["strike"])
    assert told.startswith("Pada 2 Mar 2026 akun ini berubah dari 1 menjadi 2 teguran")
    assert rest == route.replace("2026-03-31", "31 Mar 2026")
    # What people wrote stays as they wrote it, and what isn't understood too.
    assert why(sentence, "emergency", []) == ("", sentence)
    assert why("Something else. And more.", "copyright_strikes", []) == ("", "Something else. And more.")


def test_what_has_no_first_day_isnt_told_with_a_dash() -> None:
    """As of a measure that holds for as long as a zone of recent days does."""
    assert span(None, None) == "without an end"
    assert span(None, date(2026, 3, 8)) == "until 8 Mar 2026"
    assert span(date(2026, 3, 2), None) == "2 Mar 2026 on, without an end"
