"""A language in which each text that is understood says so, for what nights write in English."""

from __future__ import annotations

from collections.abc import Iterable

from evenhand.cases.case import CaseCause
from evenhand.explain.labels import Labels
from evenhand.explain.names import Names
from evenhand.notices.catalogs import load_catalogs
from evenhand.reports.case_sentences import CASES
from evenhand.reports.rules import rule_said
from evenhand.reports.sentences import Reader
from evenhand.settings import PROJECT

TOLD = "told: "


def _words(english: str) -> str:
    return TOLD + english


def who_reads() -> Reader:
    """Who reads it."""
    names = Names(Labels(load_catalogs(PROJECT / "translations"), "en"), _words)
    return Reader(names, rule=lambda rule: rule_said(_words, rule))


def not_understood(causes: Iterable[CaseCause], others: Iterable[str] = ()) -> list[str]:
    """The titles and facts of cases that are no sentence that is known, nor one of some others."""
    reads = who_reads()
    of_cases = [(kind, said) for each in causes for kind, said in (("title", each.title), *_facts(each))]
    return [said for kind, said in of_cases if CASES.told(kind, said, reads) is None and said not in others]


def _facts(cause: CaseCause) -> list[tuple[str, str]]:
    return [("fact", each) for each in cause.facts]
