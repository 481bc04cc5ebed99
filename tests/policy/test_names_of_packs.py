"""What the keys of shipped and published packs are called: each has words of its own in every language of reports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evenhand.explain.names import NAMES
from evenhand.policy.language.pack import Pack
from evenhand.reports.language import Language, languages, words_of
from policy.test_brief_languages import CATALOGS, packs


def keys() -> set[tuple[str, str]]:
    """By kind."""
    return {key for pack in packs() for key in _of(pack)}


def _of(pack: Pack) -> Iterator[tuple[str, str]]:
    yield from (("programme", each) for each in pack.programmes)
    yield from (("eligibility", each) for each in pack.eligibility)
    yield from (("bonus", each) for each in pack.bonuses)
    yield from (("condition", test.condition) for each in pack.eligibility.values() for test in each.conditions)
    for programme in pack.programmes.values():
        yield from (("zone", each.zone) for each in programme.zones)
        yield from (("rule", each.rule) for each in programme.entries)


@pytest.mark.parametrize("name", languages()[1:])
def test_each_has_words_in_every_language(name: str) -> None:
    english, own = Language("en", CATALOGS), Language(name, CATALOGS)
    said = words_of(name)
    assert len(keys()) > 200
    left = {
        (kind, key)
        for kind, key in keys()
        if own.label(kind, key) == english.label(kind, key) and english.label(kind, key) not in said
    }
    assert left == set()


def test_an_abbreviation_is_no_name() -> None:
    assert [key for key in ("chr", "pps", "pps_low", "pps_missing", "vp") if key not in NAMES["condition"]] == []
