"""Reports in other languages have no English in them: whatever no catalogue said is a name or a number."""

from __future__ import annotations

from datetime import timedelta

import pytest

from console.pseudo import CLOSES, OPENS, unbracketed
from evenhand.explain.labels import Labels
from evenhand.notices.catalogs import load_catalogs
from evenhand.release.manifest import HeldMarket, History
from evenhand.reports.language import Language, languages, words_of
from evenhand.reports.make import report_of
from evenhand.reports.page import page_of
from evenhand.reports.rules import RULES
from evenhand.settings import Settings
from reports.test_reports import NIGHT, everything, here

__all__ = ["here"]
OTHERS = languages()[1:]


@pytest.mark.parametrize("kind", ["night", "week"])
def test_what_a_report_says_is_all_said_by_catalogues(
    here: Settings, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    everything(
        here.home,
        rule="its reason is there and is about it",
        held_markets=(HeldMarket(market="ID", why="there is no line 3", file="a.csv", line=3, since=None),),
        history=History(since=NIGHT - timedelta(days=8), until=NIGHT, unusual=("twice as many",)),
    )

    def wrapped(said: object) -> str:
        return f"{OPENS}{said}{CLOSES}" if said else ""

    with monkeypatch.context() as patched:
        patched.setattr(Language, "_word", lambda _, text: wrapped(text))
        patched.setattr(Language, "counted", lambda self, one, many, count, **values: self.sentence(many, **values))
        for name in ("day", "money", "figure"):
            patched.setattr(Language, name, lambda _, value, *more, **named: wrapped(value))
        patched.setattr(Labels, "of_unit", lambda *_: wrapped("a number of a unit"))
        of = Labels.of
        patched.setattr(Labels, "of", lambda self, kind, key: wrapped(of(self, kind, key)))
        speaks = Language("id", load_catalogs(here.translations))
        made = page_of(report_of(here, "week" if kind == "week" else "night", NIGHT, "id"), speaks, "https://pages")
    assert unbracketed(made, ["O'Brien", "Indonesia (ID)", "ID"]) == []


@pytest.mark.parametrize("name", OTHERS)
def test_every_rule_of_the_gates_that_rows_break_is_said_in_every_language(name: str) -> None:
    said = words_of(name)
    assert [each for each in RULES if each not in said] == []
