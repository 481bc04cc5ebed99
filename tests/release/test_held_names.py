"""What two lists of a market are held for alike is told once."""

from __future__ import annotations

from datetime import date

from evenhand.quality.held_lists import HeldList
from evenhand.release.held_names import why_once


def _held(name: str, market: str, *why: str) -> HeldList:
    return HeldList(name, market, "", 0, why, True, True, (), date(2026, 3, 5))


def test_what_is_said_of_both_lists_of_a_market_is_said_once() -> None:
    found = why_once(
        [
            _held("penalties", "ID", "a", "b", "c"),
            _held("rewards", "ID", "b", "c", "d"),
            _held("rewards", "MY", "b", "c"),
        ]
    )
    assert found == {
        ("penalties", "ID"): (("a", "b", "c"), ""),
        ("rewards", "ID"): (["d"], "penalties"),
        ("rewards", "MY"): (("b", "c"), ""),
    }


def test_one_sentence_alone_is_said_of_each() -> None:
    found = why_once([_held("penalties", "ID", "a"), _held("rewards", "ID", "a", "b")])
    assert found["rewards", "ID"] == (("a", "b"), "")
