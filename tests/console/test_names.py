"""What keys and metrics are called for people, and what packs are: in words of every language."""

from __future__ import annotations

import pytest

from evenhand.console.reader import languages
from evenhand.console.values import worded
from evenhand.policy.load import load_each, pack_files
from evenhand.policy.prose.pack_names import PACKS
from evenhand.release.figures import definitions
from evenhand.reports.catalogue import catalogue
from evenhand.reports.language import WORDS
from evenhand.reports.names import NAMES
from evenhand.settings import PROJECT

OTHERS = languages()[1:]


def test_every_shipped_pack_has_a_name() -> None:
    policies = PROJECT / "policies"
    found, _ = load_each(pack_files([*policies.glob("*.yml"), *policies.glob("published/**/*.yml")]))
    assert {each.pack.pack for each in found} == set(PACKS)


@pytest.mark.parametrize("name", OTHERS)
def test_every_name_is_one_in_every_language(name: str) -> None:
    said = {each for names in NAMES.values() for each in names.values()}
    assert len(said) > 100
    assert said - catalogue(WORDS, name).forms.keys() == set()


def test_every_metric_has_its_description_in_every_language() -> None:
    said = {each.description for each in definitions(PROJECT / "dbt_project").values()}
    assert len(said) > 30
    for name in OTHERS:
        assert said - catalogue(WORDS, name).forms.keys() == set(), name


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("no_live on live, in force since 2026-08-06", "no live streaming on live, in force since 2026-08-06"),
        ("6 points of account_health by the rule unsafe_goods", "6 points of account health by the rule unsafe goods"),
        # What has no name is somebody's own, such as an account or a batch.
        ("against my_account_1 in Notice_1, no_livery", "against my_account_1 in Notice_1, no_livery"),
        ("", ""),
    ],
)
def test_keys_in_sentences_of_a_release_are_said_by_their_names(sentence: str, said: str) -> None:
    assert worded(sentence) == said
