"""What keys and metrics are called for people, and what packs are: in words of every language."""

from __future__ import annotations

import re
from datetime import date

import pytest

from evenhand.console.reader import languages
from evenhand.console.values import dated, happened, worded
from evenhand.explain.explanation import Happened
from evenhand.explain.names import NAMES
from evenhand.notices.catalogs import load_catalogs
from evenhand.policy.load import load_each, pack_files
from evenhand.policy.prose.pack_names import PACKS
from evenhand.policy.prose.pages import page
from evenhand.policy.prose.speech import local, speaking
from evenhand.release.figures import definitions
from evenhand.reports.catalogue import catalogue
from evenhand.reports.language import WORDS, Language
from evenhand.reports.pack_speech import PackSpeech
from evenhand.settings import PROJECT

OTHERS = languages()[1:]


class WithoutItsOwn(PackSpeech):
    """A language in which nothing is told of what a pack says in words of its own."""

    def own(self, text: str) -> str:
        return ""


def test_every_shipped_pack_has_a_name() -> None:
    policies = PROJECT / "policies"
    found, _ = load_each(pack_files([*policies.glob("*.yml"), *policies.glob("published/**/*.yml")]))
    assert {each.pack.pack for each in found} == set(PACKS)


def test_every_measure_of_a_shipped_or_published_pack_has_a_name() -> None:
    policies = PROJECT / "policies"
    found, _ = load_each(pack_files([*policies.glob("*.yml"), *policies.glob("published/**/*.yml")]))
    measures: set[str] = set()
    for each in found:
        measures |= set(each.pack.measures)
        measures |= {reward.reward for programme in each.pack.programmes.values() for reward in programme.rewards}
    told_to_accounts = load_catalogs(PROJECT / "translations").languages["en"].messages
    assert {each for each in measures if f"measure.{each}" not in told_to_accounts} - NAMES["measure"].keys() == set()


@pytest.mark.parametrize("name", languages())
def test_a_published_policy_is_told_without_an_underscore_in_every_language(name: str) -> None:
    found, _ = load_each(pack_files((PROJECT / "policies" / "published").glob("**/*.yml")))
    assert len(found) > 15
    with speaking(WithoutItsOwn(Language(name, load_catalogs(PROJECT / "translations")))):
        for each in found:
            told = local(page(each.pack))
            said = re.sub(r"`[^`]*`|https?://\S+", "", told)
            assert [word for word in said.split() if "_" in word] == [], each.pack.pack


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


def test_so_has_what_metrics_are_told_by() -> None:
    told_by = {part for each in definitions(PROJECT / "dbt_project").values() for part in each.slices}
    assert told_by - NAMES["slice"].keys() == set()


@pytest.mark.parametrize(
    ("kind", "key", "said"),
    [
        ("reward", "lower_commission", "Komisi platform lebih rendah"),
        ("bonus", "welcome_bonus", "Bonus selamat datang"),
        ("report_type", "counterfeit", "Barang palsu"),
        ("notifier", "trusted_flagger", "Pelapor tepercaya"),
        ("measure", "no_such", "No such"),
    ],
)
def test_a_part_of_a_metric_is_called_as_what_it_is(kind: str, key: str, said: str) -> None:
    speaks = Language("id", load_catalogs(PROJECT / "translations"))
    assert speaks.label(kind, key) == said


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("no_live on live, in force since 2026-08-06", "no live streaming on live, in force since 6 Aug 2026"),
        ("6 points of account_health by the rule unsafe_goods", "6 points of account health by the rule unsafe goods"),
        # What has no name is somebody's own, such as an account or a batch.
        ("against my_account_1 in Notice_1, no_livery", "against my_account_1 in Notice_1, no_livery"),
        ("", ""),
    ],
)
def test_keys_in_sentences_of_a_release_are_said_by_their_names(sentence: str, said: str) -> None:
    assert worded(sentence) == said


def test_what_people_wrote_of_what_they_imposed_stays_as_they_wrote_it() -> None:
    sentence = "as see account_frozen, file seller_rate_15."
    assert worded(sentence) == worded(sentence, "account_health") != sentence
    assert worded(sentence, "emergency") == sentence


def test_a_day_is_written_as_people_do_where_it_is_one_and_no_part_of_a_name() -> None:
    for said, shown in (
        ("on 2026-03-01", "on 1 Mar 2026"),
        ("since 2026-03-01.", "since 1 Mar 2026."),
        ("until 2026-03-01: fraud, (2026-03-02)", "until 1 Mar 2026: fraud, (2 Mar 2026)"),
    ):
        assert dated(said) == shown
    for name in ("C/2026-03-01.2", "2026-03-01/2", "a.2026-03-01", "2026-03-01.2", "v:2026-03-01", "2026-03-01:7"):
        assert dated(f"content {name}, now 3") == f"content {name}, now 3"


def test_a_timeline_has_the_days_of_a_releases_sentences_alone_rewritten() -> None:
    def step(event: str, is_english: bool) -> Happened:
        return Happened(date(2026, 3, 1), event, "", "until 2026-03-04: said", is_english)

    assert happened(step("entry", True)) == "until 4 Mar 2026: said"
    # Neither what people wrote is, nor a sentence of the reader's language, which has days of its own.
    assert happened(step("emergency_imposed", True)) == "until 2026-03-04: said"
    assert happened(step("entry", False)) == "until 2026-03-04: said"
