"""Briefs in other languages: all of what they say is said in it, and English stays what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.notices.catalogs import load_catalogs
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import load_each, pack_files
from evenhand.policy.prose import pages
from evenhand.policy.prose.brief import brief
from evenhand.policy.prose.speech import local, speaking
from evenhand.reports.language import Language, languages, words_of
from evenhand.reports.pack_speech import PackSpeech
from evenhand.settings import PROJECT
from policy.briefs import OLD, pack_of
from policy.marked import Marked
from policy.said import texts

CATALOGS = load_catalogs(PROJECT / "translations")


def packs() -> list[Pack]:
    files = [*(PROJECT / "policies").glob("*.yml"), *(PROJECT / "policies" / "published").glob("*.yml")]
    found, _ = load_each(pack_files(files))
    assert len(found) > 20
    return [each.pack for each in found]


def pairs() -> Iterator[tuple[Pack, Pack]]:
    """Each pack beside the next one, and the other way round."""
    for one, other in pairwise(packs()):
        yield from ((one, other), (other, one))


@pytest.mark.parametrize("language", languages()[1:])
def test_every_text_has_words(language: str) -> None:
    assert len(texts()) > 200
    assert texts() - words_of(language).keys() == set()


def test_nothing_is_said_that_no_language_is_asked_for() -> None:
    for old, new in pairs():
        said = brief(old, new, Marked())
        # What isn't in a language: time zones, versions, keys, the way to appeal as the pack has it.
        raw = {
            *(each.pack.replace("_", " ") for each in (old, new)),
            *(each.timezone for each in (old, new) if each.timezone),
            *type(new).model_fields,
            old.appeal_route,
            new.appeal_route,
        }
        for line in said.splitlines():
            left = re.sub(r"⟦[^⟦⟧]*⟧", " ", line)
            for each in sorted(raw, key=len, reverse=True):
                left = left.replace(each, " ")
            assert not re.search(r"[A-Za-z]{2,}", left), (line, left)


def test_neither_is_it_on_a_page() -> None:
    for old, new in [*pairs(), *((None, pack) for pack in packs())]:
        with speaking(Marked()):
            said = local(pages.page(new, old))
        left = re.sub(r"⟦[^⟦⟧]*⟧", " ", re.sub(r"⟦[^⟦⟧]*⟧", " ", said))
        raw = {each.timezone for each in (old, new) if each and each.timezone}
        for one in sorted(raw, key=len, reverse=True):
            left = left.replace(one, " ")
        assert re.findall(r"[A-Za-z]{2,}", left) == []


def test_a_page_says_the_same_in_english_whatever_is_spoken_beside_it_and_has_as_many_lines() -> None:
    for language in languages()[1:]:
        for pack in packs():
            with speaking(PackSpeech(Language(language, CATALOGS))):
                said = pages.page(pack)
            assert said == pages.page(pack)
            assert [bool(each) for each in local(said).splitlines()] == [bool(each) for each in said.splitlines()]


def test_a_brief_has_as_many_lines_in_each_language() -> None:
    for language in languages()[1:]:
        speech = PackSpeech(Language(language, CATALOGS))
        for old, new in pairs():
            one, other = brief(old, new).splitlines(), brief(old, new, speech).splitlines()
            assert [bool(each) for each in one] == [bool(each) for each in other]


def test_bounds_and_dates_are_as_the_language_writes_them(tmp_path: Path) -> None:
    old = pack_of(tmp_path, OLD)
    changed = (
        OLD.replace("version: 1", "version: 2").replace("at_least: 6", "more_than: 4").replace("amount: 2", "amount: 3")
    )
    new = pack_of(tmp_path, changed)
    # Chinese has marks of its own width.
    said = normalize("NFKC", brief(old, new, PackSpeech(Language("zh", CATALOGS))))
    first, last = (f"creators xx 第 {version} 版:XX 的创作者,自 2026年1月1日 起" for version in (1, 2))
    assert said.splitlines()[0] == f"# 从 {first} 到 {last}"
    assert "- 项目 health:规则 fakes:带来:3 分(此前:2 分)。" in said
    assert "- Health为 5 分:区间 受限,带来禁止直播;此前为区间 已警告。" in said
    said = brief(old, new, PackSpeech(Language("pt_BR", CATALOGS)))
    assert "- Programa health: regra fakes: traz: 3 pontos (antes: 2 pontos)." in said


def test_english_is_what_it_was_and_a_language_is_left_again(tmp_path: Path) -> None:
    old = pack_of(tmp_path, OLD)
    new = pack_of(tmp_path, OLD.replace("version: 1", "version: 2").replace("amount: 2", "amount: 3"))
    plain = brief(old, new)
    with speaking(PackSpeech(Language("id", CATALOGS))):
        # A page is in English whatever else is said meanwhile.
        page = pages.page(new, old)
    assert pages.page(new, old) == page
    assert brief(old, new) == plain
    assert type(plain.splitlines()[0]) is str


@pytest.mark.parametrize("language", languages())
def test_the_command_takes_a_language_and_says_which_there_are(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_POLICIES", str(PROJECT / "policies"))
    arguments = ["policy", "brief", "creators_id", "--against", "creators_th"]
    done = CliRunner().invoke(app, [*arguments, "--lang", language])
    heading = {"en": "## For reviewers", "id": "## Untuk peninjau", "pt_BR": "## Para revisores", "zh": "## 致审核人员"}
    assert (done.exit_code, heading[language] in done.stdout) == (0, True)
    wrong = CliRunner().invoke(app, [*arguments, "--lang", "xx"])
    assert wrong.exit_code == 1 and "there are no reports in xx; there are en, id, pt_BR, zh" in wrong.output
