"""What a night said in English, told in the reader's language; what isn't understood stays, marked as English."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup, escape

from evenhand.console.policies import following_said
from evenhand.console.reader import once, reader
from evenhand.console.row_values import gate_rule
from evenhand.console.shown import Shown
from evenhand.console.values import language_name, market, names, worded
from evenhand.reports.catalogue import ENGLISH
from evenhand.reports.delivery_sentences import DELIVERED
from evenhand.reports.gate_sentences import GATES
from evenhand.reports.sentences import Reader


def why_held(sentence: str, shown: Shown | None) -> str:
    """Why a list is held, of a release."""
    return _told("why", sentence, shown)


def why_undecided(sentence: str) -> str:
    """Why a market wasn't decided."""
    return _told("undecided", sentence, None)


def not_decided(sentence: str, shown: Shown | None) -> str:
    """What of a creator waits for somebody."""
    return _told("not_decided", sentence, shown)


def remedy(sentence: str) -> str:
    """What is to be done about rows that break a rule."""
    return _told("remedy", sentence, None)


def delivered(sentence: str) -> str:
    """What a delivery did."""
    return DELIVERED.told("delivered", sentence, who_reads()) or in_english(sentence)


def reconciled(sentence: str) -> str:
    """Whether a receiver holds what it should."""
    return DELIVERED.told("reconciled", sentence, who_reads()) or in_english(sentence)


def as_text(said: str) -> str:
    """The same where there is no markup."""
    return said.striptags() if isinstance(said, Markup) else said


def in_english(sentence: str) -> str:
    """A sentence that there are no other words for; to who reads English, there is nothing to mark."""
    return sentence if reader().name == ENGLISH else Markup('<span lang="en">%s</span>') % escape(sentence)


def _told(kind: str, sentence: str, shown: Shown | None) -> str:
    told = GATES.told(kind, sentence, who_reads(shown))
    return in_english(worded(sentence)) if told is None else told


def who_reads(shown: Shown | None = None) -> Reader:
    """Who is told; `shown` is the release whose packs are told of."""

    def of_packs(said: str) -> str | None:
        return once("following versions", partial(following_said, shown)).get(said) if shown else None

    return Reader(names(), market, language_name, gate_rule, of_packs)
