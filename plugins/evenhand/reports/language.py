"""How a report speaks: sentences, numbers and days in its reader's language, in English where there is no word."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from string import Formatter

from evenhand.explain.labels import Labels
from evenhand.explain.names import Names, called
from evenhand.explain.names import of_unit as number_of_unit
from evenhand.explain.worded import worded
from evenhand.notices.catalogs import REFERENCE, Catalogs
from evenhand.policy.market_names import market_called
from evenhand.policy.targets import Goal, Target
from evenhand.release.figures import ALL_MARKETS
from evenhand.release.history import said_of_history
from evenhand.release.manifest import Manifest
from evenhand.reports import units
from evenhand.reports.case_sentences import CASES
from evenhand.reports.catalogue import catalogue, languages_of
from evenhand.reports.formats import Formats, locale_of
from evenhand.reports.gate_sentences import GATES
from evenhand.reports.report import Cell, Sentence, text_of
from evenhand.reports.rules import GATE_RULE, rule_said
from evenhand.reports.sentences import Reader

WORDS = "evenhand.reports.words"


class NoSuchWords(Exception):
    """There are no words in the language that was asked for. The message says which there are."""


class Language(Formats):
    """One language, with what the catalogues call keys in it."""

    def __init__(self, name: str, catalogs: Catalogs, policies: Path | None = None) -> None:
        """Of a name such as `pt_BR`.

        Args:
            policies: the folder of packs, beside which markets have their names; without it they have their codes.

        Raises:
            NoSuchWords: there is no catalogue of reports in it.
        """
        if name not in languages():
            raise NoSuchWords(f"there are no reports in {name}; there are {', '.join(languages())}")
        super().__init__(locale_of(name))
        self.name = name
        self._words = catalogue(WORDS, name)
        self._policies = policies
        self._labels = Labels(catalogs, name if name in catalogs.languages else REFERENCE)

    def say(self, text: str, **values: Cell) -> str:
        """A text with words alone in it."""
        return text_of(self.sentence(text, **values))

    def sentence(self, text: str, **values: Cell) -> Sentence:
        """A sentence with numbers in it.

        Args:
            text: in English, with a place such as `{rows}` for each value.
        """
        return _filled(self._word(text), values)

    def counted(self, one: str, many: str, count: int, **values: Cell) -> Sentence:
        """The same of so many things: `one` is the English sentence for one of them, `many` for any other number."""
        return _filled(self._words.counted(one, count) or (one if count == 1 else many), values)

    def label(self, kind: str, key: str | None) -> str:
        """What the catalogues call a key, or how a rule of the gates is said."""
        if kind == GATE_RULE:
            return rule_said(self._word, key or "")
        return called(self._labels, self._word, kind, key)

    def market(self, code: str) -> str:
        """A market by its name and its code; or all of them."""
        if code == ALL_MARKETS:
            return self.say("All markets")
        return market_called(self._policies, code, self.name) if self._policies else code

    def worded(self, english: str) -> str:
        """A sentence of a release, which is in English, with names for the keys in it."""
        return worded(Labels(self._labels.catalogs), english)

    def of_history(self, manifest: Manifest) -> str:
        """What has to be known of a night of a history; empty of any other night."""
        return said_of_history(manifest, self._word, self.day, self.is_english)

    def of_unit(self, value: Decimal | int, unit: str) -> str:
        """A number of a unit."""
        return number_of_unit(self._labels, self._word, value, unit, self.number)

    def bound(self, wanted: Target | Goal, unit: str) -> str:
        """What a metric is to come to; `unit` is the metric's, and a bound's own counts first."""
        return units.bound(self, self._word, wanted, unit)

    def edition(self, policy: str) -> str:
        """A policy by its pack and version, such as `creators_id@2`."""
        pack, _, version = policy.partition("@")
        return self.say("{policy}, version {version}", policy=self.label("pack", pack), version=version)

    def of_case(self, title: str) -> str:
        """What a night called a case; as it stands in English, and where people called it so."""
        return CASES.told("title", title, self._reader()) or title

    def of_undecided(self, why: str) -> str | None:
        """Why a market wasn't decided, in another language than English; None where there are no words for it."""
        return GATES.told("undecided", why, self._reader())

    def _reader(self) -> Reader:
        names = Names(self._labels, self._word, self.day, self.number, self.in_currency)
        return Reader(names, self.market, rule=lambda rule: rule_said(self._word, rule))

    @property
    def is_english(self) -> bool:
        """Whether it is the language that releases say reasons in."""
        return self.name == REFERENCE

    def _word(self, english: str) -> str:
        return self._words.said(english) or english


def _filled(text: str, values: Mapping[str, Cell]) -> Sentence:
    parts: list[Cell] = []
    for words, name, _, _ in Formatter().parse(text):
        if words:
            parts.append(words)
        if name is not None:
            parts.append(values[name])
    return tuple(parts)


def languages() -> tuple[str, ...]:
    """The languages that reports are in, English first."""
    return languages_of(WORDS)


def words_of(name: str) -> Mapping[str, tuple[str, ...]]:
    """What a language says for each English sentence: one form, or one for each plural."""
    return catalogue(WORDS, name).forms
