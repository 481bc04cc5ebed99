"""How packs are told in a language of reports: by its words, the catalogues' labels, its numbers, days and lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from babel.dates import get_day_names, get_month_names
from babel.lists import format_list

from evenhand.reports.language import Language

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# The catalogues have no words for these, or those of notices: your short videos.
_IN_WORDS = ("kept_per", "kinds", "scope", "severity", "units", "zone")


class PackSpeech:
    """What `policy.prose.speech` asks of a language."""

    def __init__(self, language: Language) -> None:
        """Of a language of reports."""
        self._language = language

    def say(self, text: str, **values: str) -> str:
        """What it says for an English text."""
        return self._language.say(text, **values)

    def name(self, kind: str, key: str) -> str:
        """A label as it stands within a sentence; what nothing has words for is its key, in English."""
        if kind == "month":
            return str(get_month_names("wide", locale=self._language.locale)[int(key)])
        if kind == "weekday":
            return str(get_day_names("wide", locale=self._language.locale)[_WEEKDAYS.index(key)])
        if kind in _IN_WORDS:
            spoken = key.replace("_", " ")
            said = self._language.say(spoken)
            # Some zones are called within a sentence as they are by themselves.
            if kind != "zone" or said != spoken or self._language.is_english:
                return said
        called = self._language.label(kind, key)
        # A name such as YouTube is written so everywhere.
        first = called.partition(" ")[0]
        return called if first[1:] != first[1:].lower() else called[:1].lower() + called[1:]

    def number(self, value: Decimal | int) -> str:
        """A number."""
        return self._language.number(value)

    def counted(self, value: Decimal | int, unit: str) -> str:
        """A number of something: a share in percent, days, what the catalogues have a unit for, or its word."""
        if unit == "day":
            return self._language.figure(Decimal(value), "days")
        return self._language.of_unit(value, unit)

    def money(self, value: Decimal, currency: str) -> str:
        """An amount in a currency; a number where that is empty."""
        return self._language.in_currency(value, currency) if currency else self._language.number(value)

    def listed(self, names: Sequence[str], last: str) -> str:
        """Several things."""
        return format_list(names, "or" if last == "or" else "standard", self._language.locale)

    def day(self, day: date) -> str:
        """A day."""
        return self._language.day(day)

    def market(self, code: str) -> str:
        """A market by its name and its code."""
        return self._language.market(code)

    def own(self, text: str) -> str:
        """The same: nobody translated it."""
        return text
