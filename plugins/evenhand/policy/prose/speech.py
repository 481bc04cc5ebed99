"""Texts of packs in English and, where somebody asked for it, in another language beside it.

A text is English wherever it is compared, sorted or looked for; what people read of it is its `local`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from typing import Protocol

from evenhand.policy.prose.pack_names import PACKS


class Speech(Protocol):
    """Another language than English."""

    def say(self, text: str, **values: str) -> str:
        """What it says for an English text with places such as `{days}`."""

    def name(self, kind: str, key: str) -> str:
        """What it calls a `measure`, `zone`, `programme`, …, or a `month` or `weekday`."""

    def number(self, value: Decimal | int) -> str:
        """A number with its signs."""

    def counted(self, value: Decimal | int, unit: str) -> str:
        """A number of something, whose unit is given in the singular."""

    def money(self, value: Decimal, currency: str) -> str:
        """An amount in a currency; a number where that is empty."""

    def listed(self, names: Sequence[str], last: str) -> str:
        """Several things, the last behind `and` or `or`."""

    def day(self, day: date) -> str:
        """A day."""

    def market(self, code: str) -> str:
        """A market by its name and its code."""

    def own(self, text: str) -> str:
        """What a pack says in words of its own, which is in one language alone."""


class Said(str):
    """An English text, and what another language says for it."""

    local: str

    def __new__(cls, english: str, local: str) -> Said:
        said = super().__new__(cls, english)
        said.local = local
        return said


_SPEECH: ContextVar[Speech | None] = ContextVar("the language that packs are told in beside English", default=None)


def speech() -> Speech | None:
    """The language beside English; None where there is none."""
    return _SPEECH.get()


@contextmanager
def speaking(language: Speech | None) -> Iterator[None]:
    """Have what is said of packs be said in a language beside English, too."""
    token = _SPEECH.set(language)
    try:
        yield
    finally:
        _SPEECH.reset(token)


def local(text: str) -> str:
    """What people read of a text."""
    return text.local if isinstance(text, Said) else text


def say(text: str, **values: str) -> str:
    """A text with places such as `{days}`, each of which may be said in both."""
    english, other = text.format(**values), _SPEECH.get()
    return Said(english, other.say(text, **{name: local(each) for name, each in values.items()})) if other else english


def name(kind: str, key: str) -> str:
    """What a key is called, by what it is a key of."""
    english, other = key.replace("_", " "), _SPEECH.get()
    if kind == "pack":
        english = PACKS.get(key, english)
    return Said(english, other.name(kind, key)) if other else english


def day(value: date) -> str:
    """A day."""
    other = _SPEECH.get()
    return Said(str(value), other.day(value)) if other else str(value)


def market(code: str) -> str:
    """A market, which is called by its code wherever texts are compared."""
    other = _SPEECH.get()
    return Said(code, other.market(code)) if other else code


def own(text: str) -> str:
    """What a pack says in words of its own."""
    other = _SPEECH.get()
    return Said(text, other.own(text)) if other else text
