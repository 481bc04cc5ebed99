"""Sentences that nights write in English, told in another language.

Releases and cases are never rewritten, so each sentence is read again: the text that it is made of says its kind, and
what stands in the places of that text are its figures. What isn't known here, as of another version, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, reduce
from string import Formatter

from evenhand.explain.names import Names

# As `re.escape` leaves it.
_OR = re.escape("|")
_GROUPS = r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?"
_NUMBER = rf"{_GROUPS}|-?\d+(?:\.\d+)?"
_DECIMAL = re.compile(rf"{_GROUPS}|-?\d+\.\d+", re.ASCII)
_DECIMALS = 3
# How several sentences of a kind are put together, by what stands between them in English.
_TOGETHER = {"; ": "{said}; {more}", ", ": "{said}, {more}"}
# What begins the next of several settings.
_ANOTHER = r", [^ ,]+ was "
# What a setting is that isn't a value of its own.
_SPECIAL = {"nothing": "nothing", "none": "nothing", "True": "yes", "False": "no", "time zone": "time zone"}


@dataclass(frozen=True)
class Reader:
    """Who is told.

    Attributes:
        names: what keys, numbers and days are called.
        market: what a market is called.
        language: what a language is called.
        rule: how a rule of the gates is said.
        of_packs: how it is told what a pack says otherwise than another, as English says it; None where nobody knows.
    """

    names: Names
    market: Callable[[str], str] = str
    language: Callable[[str], str] = str
    rule: Callable[[str], str] = str
    of_packs: Callable[[str], str | None] = lambda _: None


_Told = Callable[[Reader, str], str | None]


@dataclass(frozen=True)
class Place:
    """What can stand at a place of a text, and how it is told; None where that isn't known."""

    reads: str
    told: _Told


def number() -> Place:
    """A number, with or without commas."""
    return Place(_NUMBER, _number)


def day() -> Place:
    """A day as machines write it, or several with `and` between."""
    return Place(r"\d{4}-\d\d-\d\d(?: and \d{4}-\d\d-\d\d)*", _days)


def short_day() -> Place:
    """A day as English titles write it."""
    return Place(r"\d{1,2} [A-Z][a-z]{2,3} \d{4}", _short_day)


def text(reads: str = ".+?") -> Place:
    """What people, feeds or files say, as it stands there."""
    return Place(reads, lambda _, said: said)


def market() -> Place:
    """The code of a market."""
    return Place(r"[^ ,;]+", lambda reader, said: reader.market(said))


def language() -> Place:
    """The code of a language."""
    return Place(r"\w+", lambda reader, said: reader.language(said))


def money() -> Place:
    """An amount with the currency of its market, where that is known."""
    return Place(rf"(?:[A-Z]{{3}} )?(?:{_NUMBER})", _money)


def rule() -> Place:
    """A rule of the gates."""
    return Place(".+?", lambda reader, said: reader.rule(said))


def pack(reader: Reader, said: str) -> str:
    """A pack, or a file or a setting that stands in its place."""
    if said in _SPECIAL:
        return reader.names.words(_SPECIAL[said])
    return said if "." in said else reader.names.of("pack", said)


def key(kind: str, *keys: str) -> Place:
    """One of some keys, as it is called within a sentence."""
    return Place("|".join(keys), lambda reader, said: _within(reader.names.of(kind, said)))


def value() -> Place:
    """What a setting is or was."""
    return Place(f"(?:(?!{_ANOTHER}).)+?", _value)


def number_or_none() -> Place:
    """A number, where there is one."""
    none = value()
    return Place(f"{_NUMBER}|nothing", lambda reader, said: (none.told if said in _SPECIAL else _number)(reader, said))


def several() -> Place:
    """Names with `and` between."""
    return Place(".+?", lambda _, said: ", ".join(said.split(" and ")))


def label(kind: str) -> Place:
    """A key, written as it is or as words, by what it is called."""
    return Place(".+?", lambda reader, said: reader.names.of(kind, said.replace(" ", "_").lower()))


def known(kind: str) -> Place:
    """A key that has a name, written as words."""

    def told(reader: Reader, said: str) -> str | None:
        key = said.replace(" ", "_").lower()
        name = reader.names.of(kind, key)
        return None if name == reader.names.labels.unnamed(key) else name

    return Place(".+?", told)


def _money(reader: Reader, said: str) -> str:
    currency, _, written = said.rpartition(" ")
    amount = Decimal(written.replace(",", ""))
    return reader.names.money(amount, currency) if currency else reader.names.number(amount)


def _number(reader: Reader, said: str) -> str:
    """A number with all of its decimals, of which languages write the first few."""
    number = reader.names.number
    whole, _, decimals = said.replace(",", "").partition(".")
    if len(decimals) <= _DECIMALS:
        return number(Decimal(said.replace(",", "")))
    minus = number(Decimal(-1)).removesuffix(number(Decimal(1))) if whole.startswith("-") else ""
    point = number(Decimal("0.5")).removeprefix(number(Decimal(0))).removesuffix(number(Decimal(5)))
    return f"{minus}{number(Decimal(whole.removeprefix('-')))}{point}{decimals}"


def _value(reader: Reader, said: str) -> str:
    """A setting's value; a whole number without commas is as it is written, for it may be a year."""
    if said in _SPECIAL:
        return reader.names.words(_SPECIAL[said])
    return _number(reader, said) if _DECIMAL.fullmatch(said) else said


def _within(said: str) -> str:
    return said[:1].lower() + said[1:]


def _short_day(reader: Reader, said: str) -> str | None:
    try:
        return reader.names.day(datetime.strptime(said.replace("Sept ", "Sep "), "%d %b %Y").replace(tzinfo=UTC).date())
    except ValueError:
        return None


def _days(reader: Reader, said: str) -> str | None:
    """Days; None of what is only written like one, as a name can be."""
    try:
        return ", ".join(reader.names.day(date.fromisoformat(each)) for each in said.split(" and "))
    except ValueError:
        return None


@dataclass(frozen=True)
class Sentences:
    """Sentences of some kinds.

    Attributes:
        of: by kind, the texts of its sentences; at a place that is called as a kind stands one of its sentences, and
            for words in brackets one of them: `[is|are]`.
        places: what stands at the other places.
        between: by kind, what stands between its sentences where there can be several.
        are: the kinds of places that are called otherwise.
        reads: how sentences of a kind read, where that isn't plain from what stands around them.
    """

    of: Mapping[str, Sequence[str]]
    places: Mapping[str, Place]
    between: Mapping[str, str] = field(default_factory=dict)
    are: Mapping[str, str] = field(default_factory=dict)
    reads: Mapping[str, str] = field(default_factory=dict)

    def texts(self) -> Sequence[str]:
        """Every text that is to have words in other languages."""
        return sorted({*_TOGETHER.values(), *_SPECIAL.values(), *(each for some in self.of.values() for each in some)})

    def told(self, kind: str, english: str, reader: Reader, known: Mapping[str, str] | None = None) -> str | None:
        """A sentence of a kind in the reader's language; None in English, and where it isn't understood.

        Args:
            known: what stands at some places.
        """
        first = next(each for some in self.of.values() for each in some)
        if reader.names.words(first) == first:
            return None
        found = (self._filled(each, english, reader, known or {}) for each in self.of[kind])
        return next((each for each in found if each is not None), None)

    def _filled(self, of: str, english: str, reader: Reader, known: Mapping[str, str]) -> str | None:
        found = _pattern(of, tuple(map(self._reads, _places(of)))).fullmatch(english)
        if found and any(found[name] != known[name] for name in _places(of) if name in known):
            # What is known is itself like what stands around it. Such a pattern is of one sentence, and isn't kept.
            exact = [re.escape(known[name]) if name in known else self._reads(name) for name in _places(of)]
            found = _compiled(of, exact).fullmatch(english)
        if not found:
            return None
        filled = {}
        for name, value in found.groupdict().items():
            said = self.places[name].told(reader, value) if name in self.places else self._some(name, value, reader)
            if said is None:
                return None
            filled[name] = said
        return reader.names.words(of).format(**filled)

    def _some(self, name: str, value: str, reader: Reader) -> str | None:
        kind = self.are.get(name, name)
        between = self.between.get(kind)
        if between is None:
            return self.told(kind, value, reader)
        found = self._parts(kind, value.split(between), between, reader)
        if not found:
            return None
        more = reader.names.words(_TOGETHER[between])
        return reduce(lambda said, each: more.format(said=said, more=each), found)

    def _parts(self, kind: str, parts: Sequence[str], between: str, reader: Reader) -> Sequence[str]:
        """Several sentences, each told; none where one isn't understood."""
        # By where they begin, those of the rest. What stands between sentences may stand within one of them.
        rest: dict[int, Sequence[str]] = {}
        for start in reversed(range(len(parts))):
            for end in range(start + 1, len(parts) + 1):
                if end < len(parts) and end not in rest:
                    continue
                said = self.told(kind, between.join(parts[start:end]), reader)
                if said is not None:
                    rest[start] = [said, *rest.get(end, ())]
                    break
        return rest.get(0, ())

    def _reads(self, name: str) -> str:
        kind = self.are.get(name, name)
        return self.places[name].reads if name in self.places else self.reads.get(kind, ".+?")


def _places(of: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(of) if name]


@cache
def _pattern(of: str, reads: tuple[str, ...]) -> re.Pattern[str]:
    return _compiled(of, reads)


def _compiled(of: str, reads: Iterable[str]) -> re.Pattern[str]:
    left = iter(reads)
    return re.compile(
        "".join(
            _either(words) + (f"(?P<{name}>{next(left)})" if name else "")
            for words, name, _, _ in Formatter().parse(of)
        ),
        re.DOTALL | re.ASCII,
    )


def _either(words: str) -> str:
    """Words as they are to be read: of those in brackets one, which agrees with a number."""
    return re.sub(r"\\\[(.*?)\\\]", lambda found: f"(?:{found[1].replace(_OR, '|')})", re.escape(words))
