"""Words for what packs bring: what a notice couldn't name is found before a night needs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evenhand.commands.policy_check import check
from evenhand.notices.catalogs import CatalogError
from evenhand.notices.names_to_translate import refuse_what_cannot_be_told, words_of
from evenhand.policy.load import load_pack, load_packs
from evenhand.settings import PROJECT, Settings
from notices.needed import LANGUAGES, TRANSLATIONS

PACK = """\
pack: words
version: 1
markets: [world]
effective_from: 2026-01-01
appeal_route: Write to us.
measures: [warning, frozen, forfeited, unused]
calendars: {months: {day_of_month: 1}}
programmes:
  account_health:
    unit: point
    entries: [{rule: late, violation_types: [late], amount: 1, lasts_days: 30}]
    zones:
      - zone: good
      - zone: shut
        at_least: 1
        measures:
          - {measure: frozen, scope: commission, appeal_days: 30, then: [{measure: forfeited, scope: ads}]}
    rewards: [{reward: badge, scope: showcase, zones: [good]}]
eligibility:
  campaign_access:
    conditions: [{condition: few, programme: account_health, at_most: 0}]
    while_eligible: [{reward: coupon, scope: campaign}]
    while_not_eligible: [{measure: warning, scope: account}]
bonuses:
  first_post: {activity: post, pays: 1, scope: live, per: months, budget: 100}
"""


def test_everything_that_a_notice_can_name_is_looked_for(tmp_path: Path) -> None:
    path = tmp_path / "words.yml"
    path.write_text(PACK)
    words = words_of([load_pack(path).pack])
    assert words.measures == {"frozen", "forfeited", "badge", "coupon", "warning", "first_post"}
    assert words.scopes == {"commission", "ads", "showcase", "campaign", "account", "live"}
    assert words.programmes == {"account_health", "campaign_access", "first_post", "emergency"}


def test_our_packs_can_be_told_in_every_language() -> None:
    refuse_what_cannot_be_told([loaded.pack for loaded in load_packs(PROJECT / "policies")], TRANSLATIONS)
    assert {path.stem for path in TRANSLATIONS.glob("*.po")} == set(LANGUAGES)


def test_a_night_is_refused_and_a_check_says_where(tmp_path: Path) -> None:
    policies, translations = tmp_path / "policies", tmp_path / "translations"
    policies.mkdir()
    (policies / "words.yml").write_text(PACK.replace("reward: badge", "reward: samples"))
    translations.mkdir()
    for language in ("en", "id"):
        shutil.copy(TRANSLATIONS / f"{language}.po", translations)
    packs = [loaded.pack for loaded in load_packs(policies)]
    missing = [
        f"{translations / f'{language}.po'}: {name}: missing; add it and translate it"
        for language in ("en", "id")
        for name in ("measure.coupon", "measure.first_post", "measure.forfeited", "measure.frozen",
                     "programme.first_post")
    ]  # fmt: skip
    with pytest.raises(CatalogError) as error:
        refuse_what_cannot_be_told(packs, translations)
    assert str(error.value).splitlines() == ["Notices couldn't be written:", *missing]

    here = Settings(PROJECT, tmp_path / "home", policies, PROJECT / "receivers.yml", translations=translations)
    said = [finding for finding in check([policies], here).findings if finding.check == "notices"]
    assert [str(finding) for finding in said] == [each.replace(".po: ", ".po: error: ") for each in missing]


def test_a_line_of_a_translation_is_named(tmp_path: Path) -> None:
    policies, translations = tmp_path / "policies", tmp_path / "translations"
    policies.mkdir()
    shutil.copy(PROJECT / "policies" / "takedowns.yml", policies)
    translations.mkdir()
    text = (TRANSLATIONS / "en.po").read_text()
    line = text[: text.index('msgid "measure.warning"')].count("\n") + 1
    (translations / "en.po").write_text(text.replace('msgstr "Warning"', 'msgstr ""'))
    here = Settings(PROJECT, tmp_path / "home", policies, PROJECT / "receivers.yml", translations=translations)
    (found,) = [finding for finding in check([policies], here).findings if finding.check == "notices"]
    assert (found.file, found.line, found.severity) == (str(translations / "en.po"), line, "error")
    assert found.said == "measure.warning: it is empty or missing; translate it"
