"""Catalogs: those of the checkout are complete, and every kind of problem in one is found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evenhand.notices.catalogs import CatalogError, catalog_of, load_catalogs, problems, text, translated_as
from notices.needed import LANGUAGES, PENALTIES, PROGRAMMES, REWARDS, SCOPES, TRANSLATIONS


def _problems(folder: Path) -> list[str]:
    return problems(load_catalogs(folder), (*PENALTIES, *REWARDS), SCOPES, PROGRAMMES, LANGUAGES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TRANSLATIONS, tmp_path / "translations"))


@pytest.fixture
def edit(folder: Path) -> Callable[[str, str, str], int]:
    """Replaces what a catalog has once, and returns the line."""

    def replace(file: str, old: str, new: str) -> int:
        path = folder / file
        before = path.read_text(encoding="utf-8")
        assert before.count(old) == 1
        path.write_text(before.replace(old, new), encoding="utf-8")
        return before[: before.index(old)].count("\n") + 1

    return replace


def test_the_checkouts_own_are_complete() -> None:
    assert _problems(TRANSLATIONS) == []


def test_a_missing_language(folder: Path) -> None:
    (folder / "ms.po").unlink()
    assert _problems(folder) == [f"{folder}/ms.po: missing; copy en.po there and translate every msgstr"]
    with pytest.raises(CatalogError, match=r"ms\.po: missing"):
        catalog_of(load_catalogs(folder), "ms")


def test_an_account_is_written_to_in_its_language_however_its_feed_writes_that(folder: Path) -> None:
    asked = ["pt_BR", "pt", "pt-br", "PT_br", "pt_PT", "en", "en_GB", "EN", "tlh", ""]
    of = [translated_as(load_catalogs(folder), each) for each in asked]
    assert of == ["pt_BR", "pt_BR", "pt_BR", "pt_BR", None, "en", None, "en", None, None]
    # With two, nobody knows which is meant.
    shutil.copy(folder / "pt_BR.po", folder / "pt_PT.po")
    assert [translated_as(load_catalogs(folder), each) for each in ("pt", "pt-pt")] == [None, "pt_PT"]
    # A file that can't be read is found all the same, and is an error of its own.
    (folder / "pt_PT.po").unlink()
    (folder / "pt_BR.po").write_text("msgid", encoding="utf-8")
    assert translated_as(load_catalogs(folder), "pt") == "pt_BR"


def test_without_the_reference_the_names_are_still_looked_for(
    folder: Path, edit: Callable[[str, str, str], int]
) -> None:
    (folder / "en.po").unlink()
    edit("vi.po", 'msgid "scope.ads"', 'msgid "scope.adverts"')
    assert _problems(folder) == [
        f"{folder}/en.po: missing; copy en.po there and translate every msgstr",
        f"{folder}/vi.po: scope.ads: missing; add it and translate it",
    ]


def test_a_missing_key(folder: Path, edit: Callable[[str, str, str], int]) -> None:
    edit("id.po", 'msgid "appeal.none"', 'msgid "appeal.nil"')
    assert _problems(folder) == [f"{folder}/id.po: appeal.none: missing; add it and translate it"]


def test_a_name_that_is_needed_but_nowhere(folder: Path) -> None:
    found = problems(load_catalogs(folder), ["shadow_ban"], [], [], ["th"])
    assert found == [
        f"{folder}/{language}.po: measure.shadow_ban: missing; add it and translate it" for language in ("en", "th")
    ]


def test_an_empty_translation(folder: Path, edit: Callable[[str, str, str], int]) -> None:
    line = edit("ms.po", 'msgid "measure.warning"\nmsgstr "Amaran"', 'msgid "measure.warning"\nmsgstr ""')
    said = f"{folder}/ms.po:{line}: measure.warning: it is empty or missing; translate it"
    assert _problems(folder) == [said]
    with pytest.raises(CatalogError) as error:
        text(catalog_of(load_catalogs(folder), "ms"), "measure.warning", {})
    assert str(error.value) == said


def test_a_fuzzy_translation(folder: Path, edit: Callable[[str, str, str], int]) -> None:
    line = edit("pt_BR.po", 'msgid "appeal.none"', '#, fuzzy\nmsgid "appeal.none"') + 1
    assert _problems(folder) == [
        f"{folder}/pt_BR.po:{line}: appeal.none: fuzzy; check the translation, then remove the mark"
    ]


def test_a_missing_and_an_unknown_placeholder(folder: Path, edit: Callable[[str, str, str], int]) -> None:
    line = edit("id.po", 'msgstr "Tindakan baru: {measure}"', 'msgstr "Tindakan baru: {tindakan}"') - 1
    place = f"{folder}/id.po:{line}: subject.penalties.new: 'Tindakan baru: {{tindakan}}'"
    assert _problems(folder) == [
        f"{place} lacks {{measure}}; write it as en.po does",
        f"{place} has {{tindakan}}, which en.po hasn't; remove or rename it",
    ]
    with pytest.raises(CatalogError, match=r"can't be filled; use only \{measure\}"):
        text(catalog_of(load_catalogs(folder), "id"), "subject.penalties.new", {"measure": "x"})


@pytest.mark.parametrize("form", [0, 1])
def test_a_placeholder_of_one_plural_form(form: int, folder: Path, edit: Callable[[str, str, str], int]) -> None:
    said = ["Há mais {more} violação além destas.", "Há mais {more} violações além destas."][form]
    edit("pt_BR.po", said, said.replace("{more} ", ""))
    [found] = _problems(folder)
    assert "why.more" in found
    assert "lacks {more}" in found


def test_a_brace_by_itself(folder: Path, edit: Callable[[str, str, str], int]) -> None:
    line = edit("zh.po", 'msgstr "新权益：{measure}"', 'msgstr "{measure"') - 1  # noqa: RUF001
    [found] = _problems(folder)
    assert found.startswith(f"{folder}/zh.po:{line}: subject.rewards.new: '{{measure' has a brace by itself")


def test_too_few_plural_forms(folder: Path, edit: Callable[[str, str, str], int]) -> None:
    line = edit("en.po", 'msgstr[1] "There are {more} more violations besides these."\n', "") - 3
    assert _problems(folder) == [
        f"{folder}/en.po:{line}: why.more: one of its plural forms is empty or missing; translate it"
    ]


def test_too_many_plural_forms(folder: Path, edit: Callable[[str, str, str], int]) -> None:
    said = 'msgstr[0] "Selain itu, ada {more} pelanggaran lain."\n'
    line = edit("id.po", said, f"{said}{said.replace('[0]', '[1]')}") - 2
    [found] = _problems(folder)
    assert found.startswith(f'{folder}/id.po:{line}: msgid "why.more": ')
    assert "one per form of Plural-Forms" in found
    with pytest.raises(CatalogError, match=r"why\.more"):
        catalog_of(load_catalogs(folder), "id")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('msgid_plural "why.more"\nmsgstr[0]', "msgstr", 'it has no plural forms; write msgid_plural "why.more"'),
        ('"appeal.none"\nmsgstr', '"appeal.none"\nmsgid_plural "appeal.none"\nmsgstr[0]', "it has plural forms, but"),
    ],
)
def test_plural_forms_on_one_side_only(
    old: str, new: str, said: str, folder: Path, edit: Callable[[str, str, str], int]
) -> None:
    edit("vi.po", old, new)
    [found] = _problems(folder)
    assert said in found


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("nplurals=2; plural=(n != 1);", "the language has 1 plural forms; write nplurals=1"),
        ("nplurals=1; plural=n;", "the language has 1 plural forms; write nplurals=1"),
        ("nplurals=1; plural=n n;", "write one with nplurals=1"),
    ],
)
def test_plural_forms_that_the_language_does_not_have(
    header: str, said: str, folder: Path, edit: Callable[[str, str, str], int]
) -> None:
    edit("th.po", "nplurals=1; plural=0;", header)
    [found] = _problems(folder)
    assert found.startswith(f"{folder}/th.po: Plural-Forms: ")
    assert said in found


def test_files_that_are_no_catalogs(folder: Path) -> None:
    (folder / "id.po").write_text('msgid "a"\nmsgstr "b"\nmessage "c"\n', encoding="utf-8")
    (folder / "ms.po").write_bytes(b'msgid "a"\nmsgstr "\xff"\n')
    (folder / "klingon.po").write_text("", encoding="utf-8")
    found = problems(load_catalogs(folder), [], [], [], ["id", "ms", "klingon"])
    assert [each.split(": ")[0] for each in found] == [
        f"{folder}/{file}" for file in ("id.po:3", "ms.po", "klingon.po")
    ]
    assert "name it like pt_BR.po" in found[2]
