"""Numbers that YAML reads otherwise than they are written: what a release was decided by still says what it said."""

from __future__ import annotations

import pytest

from evenhand.policy.nodes import compose, parse
from evenhand.policy.written_numbers import in_plain_digits, read_otherwise


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("days: 0o17\n", "days: 15\n"),
        ("days: 017 # a fortnight\namount: 1e3\n", "days: 17 # a fortnight\namount: 1000\n"),
        ("zones: [{from: 1_000}, &most 0x10, *most, 0.1, '1e3', 2026-03-01]\n",
         "zones: [{from: 1000}, &most 16, *most, 0.1, '1e3', 2026-03-01]\n"),
    ],
)  # fmt: skip
def test_in_plain_digits_a_text_says_the_same(text: str, plain: str) -> None:
    assert in_plain_digits(text) == plain
    assert parse(text)[1] == parse(plain)[1]
    assert list(read_otherwise(compose(plain))) == []


@pytest.mark.parametrize("text", ["days: [1_000\n", "", "%YAML 1.1\n---\ndays: 010\n"])
def test_what_cannot_be_read_or_is_of_another_yaml_stays_as_it_is(text: str) -> None:
    assert in_plain_digits(text) == text
