"""What people are told of their cases, in their language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from evenhand.cases.kinds import KINDS
from evenhand.cases.messages import Came, Message, ToldCase
from evenhand.notices.catalogs import load_catalogs
from evenhand.reports.case_letter import case_letter_of
from evenhand.reports.language import Language, languages, words_of
from evenhand.settings import PROJECT

NIGHT = date(2026, 3, 6)
CATALOGS = load_catalogs(PROJECT / "translations")


def told(left: int, *came: Came, kind: str = "appeal") -> ToldCase:
    return ToldCase("appeal-1", kind, "Appeal p1 {x}", came, NIGHT + timedelta(days=left) if left < 2 else None, left)


def letter(language: str, *cases: ToldCase) -> tuple[str, list[str]]:
    until = datetime(2026, 3, 6, tzinfo=UTC)
    message = Message("cy o'", "cy@here", language, cases, until)
    subject, body = case_letter_of(message, Language(language, CATALOGS), NIGHT)
    return subject, body.splitlines()


def test_a_letter_is_in_its_readers_language() -> None:
    cases = told(-1), told(9, Came("assigned", "ann", "she knows {it}"))
    assert letter("en", *cases) == (
        "2 cases for you, as of night 2026-03-06",
        ["appeal-1 (1 day overdue; due 2026-03-05): Appeal p1 {x}",
         "appeal-1 (9 days left; assigned to you by ann (she knows {it})): Appeal p1 {x}"],
    )  # fmt: skip
    assert letter("id", *cases) == (
        "2 kasus untuk Anda, per malam 2026-03-06",
        ["appeal-1 (lewat 1 hari; jatuh tempo 2026-03-05): Banding terbuka: Appeal p1 {x}",
         "appeal-1 (sisa 9 hari; ditugaskan kepada Anda oleh ann (she knows {it})): Banding terbuka: Appeal p1 {x}"],
    )  # fmt: skip
    # What a night called one is said too, and what people wrote stays.
    found = replace(told(1), title="Copyright of a1 isn't decided")
    assert letter("id", found)[1][0].endswith(": Hak cipta pada a1 belum diputuskan")
    assert letter("en", found)[1][0].endswith(": Copyright of a1 isn't decided")
    assert letter("pt_BR", told(1))[1][0].startswith("appeal-1 (falta 1 dia; prazo 2026-03-07): ")
    assert letter("zh", told(0, Came("escalated", "bo", "")))[1][0].startswith(
        "appeal-1 (还剩 0 天; 由 bo 上报给您; 截止 2026-03-06): "
    )


def test_more_than_twenty_are_counted_with_the_command_that_lists_them() -> None:
    for language in languages():
        subject, lines = letter(language, *[told(5, Came("assigned", "ann", ""))] * 1022)
        assert len(lines) == 21
        assert "evenhand cases --owner 'cy o'\"'\"''" in lines[-1]
        assert subject.startswith("1") or "1," in subject or "1." in subject


@pytest.mark.parametrize("language", languages()[1:])
def test_every_kind_of_case_and_every_word_of_a_letter_has_words(language: str) -> None:
    words = words_of(language)
    assert {each.label for each in KINDS.values()} <= words.keys()
    for kind in KINDS:
        for action in ("assigned", "escalated"):
            for why in ("", "x"):
                for left in (-2, 0, 5):
                    subject, lines = letter(language, told(left, Came(action, "ann", why), kind=kind))
                    english = letter("en", told(left, Came(action, "ann", why), kind=kind))
                    assert subject != english[0]
                    # Between its name and its title, nothing is as in English.
                    assert not {"left", "over", "assigned", "escalated", "due", "you"} & set(
                        lines[0].replace(";", " ").replace("(", " ").split(")")[0].split()
                    )
