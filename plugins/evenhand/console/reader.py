"""Who reads a page, as far as it matters to its words: in which language, and what each sentence is in it.

Sentences are written in English, with a place such as `%(rows)s` for each value. What the catalogues of these pages
(`words/`) have no word for is looked for in those of reports, else it is said in English: no page stops for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from babel.dates import format_datetime
from markupsafe import Markup, escape

from evenhand.reports.catalogue import ENGLISH, Catalogue, catalogue, languages_of
from evenhand.reports.formats import NOTHING, Formats, locale_of
from evenhand.reports.language import WORDS as OF_REPORTS

_T = TypeVar("_T")
WORDS = "evenhand.console.words"
# As each calls itself.
NAMES: Mapping[str, str] = {"en": "English", "id": "Bahasa Indonesia", "zh": "中文", "pt_BR": "Português (Brasil)"}
log = logging.getLogger(__name__)


class Reader(Formats):
    """Somebody who reads a language."""

    def __init__(self, name: str) -> None:
        super().__init__(locale_of(name))
        self.name = name
        self._catalogues: Sequence[Catalogue] = [catalogue(package, name) for package in (WORDS, OF_REPORTS)]

    @property
    def tag(self) -> str:
        """The language as pages name it, such as `pt-BR`."""
        return self.name.replace("_", "-")

    def words(self, text: str) -> str:
        """A sentence with its places."""
        return next((said for each in self._catalogues if (said := each.said(text))), text)

    def called(self, name: str) -> str:
        """What a key is called: the pages may say the same English word of something else."""
        return self._catalogues[-1].said(name) or self.words(name)

    def words_of(self, one: str, many: str, count: int) -> str:
        """The same of so many things."""
        found = (said for each in self._catalogues if (said := each.counted(one, count)))
        return next(found, one if count == 1 else many)

    def moment(self, at: datetime) -> str:
        """A moment, with its time zone."""
        return f"{self.day(at)} {format_datetime(at, 'HH:mm zzz', locale=self.locale)}"

    def value(self, value: Any) -> Any:
        """A value as it stands in a sentence: numbers and days as the language writes them."""
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return self.number(value)
        return NOTHING if value is None else value


_READS: ContextVar[str] = ContextVar("the language of who reads", default=ENGLISH)
_KEPT: ContextVar[dict[str, Any] | None] = ContextVar("what is looked up once for a request", default=None)


def read_in(name: str) -> None:
    """Note which language all that answers to a request is in."""
    _READS.set(name)
    _KEPT.set({})


def once(name: str, look_up: Callable[[], _T]) -> _T:
    """Something that is looked up once for all that answers to a request, and each time where nobody asked."""
    kept = _KEPT.get()
    if kept is None:
        return look_up()
    if name not in kept:
        kept[name] = look_up()
    found: _T = kept[name]
    return found


def reader() -> Reader:
    """Who reads the page that is made."""
    return reader_of(_READS.get())


@cache
def reader_of(name: str) -> Reader:
    """Who reads a language."""
    return Reader(name)


def say(text: str, **values: Any) -> str:
    """A sentence in the reader's language; where it has markup of its own or in a value, the rest is escaped."""
    return _filled(reader().words(text), text, values)


def say_counted(one: str, many: str, count: int, **values: Any) -> str:
    """The same of so many things, whose number stands at `%(num)s`."""
    english = one if count == 1 else many
    return _filled(reader().words_of(one, many, count), english, {"num": count, **values})


def marked(text: str) -> str:
    """A sentence that is said elsewhere, where its reader is known: here it is only found by who translates."""
    return text


def marked_counted(one: str, many: str) -> tuple[str, str]:
    """The same of one that counts something: how it is said of one thing, and of several."""
    return one, many


def language_among(said: str) -> str | None:
    """The language of these pages that is meant by a name such as `pt-BR`, `zh-Hans-CN` or `en`; None for another."""
    wanted = said.strip().replace("-", "_").lower()
    there = {name.lower(): name for name in languages()}
    of_territories = {name.partition("_")[0]: name for name in languages()}
    return there.get(wanted) or of_territories.get(wanted.partition("_")[0])


def accepted(header: str) -> str | None:
    """The language that a browser likes best among those of these pages."""
    liked: list[tuple[float, str]] = []
    for each in header.split(","):
        name, _, rest = each.partition(";")
        try:
            quality = float(rest.partition("q=")[2] or 1)
        except ValueError:
            continue
        found = language_among(name)
        if found and quality > 0:
            liked.append((quality, found))
    # The first of those that are liked alike.
    return max(liked, key=lambda each: each[0])[1] if liked else None


def languages() -> tuple[str, ...]:
    """The languages that pages are in, English first."""
    return languages_of(WORDS)


def _filled(said: str, english: str, values: Mapping[str, Any]) -> str:
    if not values:
        return Markup(said) if "<" in english else said
    written = {name: reader().value(value) for name, value in values.items()}
    is_markup = "<" in english or any(isinstance(each, Markup) for each in written.values())
    for words in (said, english):
        try:
            return (Markup(words) if "<" in english else escape(words)) % written if is_markup else words % written
        except (KeyError, ValueError, TypeError) as error:
            log.warning("%r can't be filled, so it is said in English: %s", words, error)
    raise ValueError(f"{english!r} has another place than {', '.join(values)}")
