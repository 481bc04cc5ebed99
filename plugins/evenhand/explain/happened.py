"""What happened to an account and why, in the reader's language: a release says it in English, with names in it.

Releases are never rewritten, so theirs is read again. What isn't known here, as of another version, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from string import Formatter

from evenhand.explain.names import Names
from evenhand.notices.catalogs import REFERENCE
from evenhand.policy.prose.words import COMPARATORS, PERCENT_OF, plural

# Of each event the parts that a release says, with what is before each of them; all but the first may be missing.
PARTS: Mapping[str, Sequence[tuple[str, str]]] = {
    "onboarded": [("", "onboarded as {kind} in {market}")],
    "violation_decided": [
        ("", "{violation_type}"),
        (", ", "{severity}"),
        (" ", "on {surface}"),
        (", ", "content {content}"),
        (", ", "live {live}"),
        (", ", "detected on {day}"),
        (" ", "by {detected_by}"),
    ],
    "appeal_filed": [("", "against {violation}")],
    "appeal_decided": [("", "{appeal_outcome}, against {violation}"), (", ", "now {points} points")],
    "violation_restored": [("", "{violation_type}, without an appeal")],
    "training_passed": [("", "{activity}")],
    "entry": [("", "{amount} of {programme} by the rule {rule}"), (", ", "counts until {day}")],
    "zone_entered": [("", "from {before} to {zone}"), (", ", "at {value}")],
    "emergency_imposed": [("", "{measure} on {scope} until {day}: {reason}")],
    "emergency_lifted": [("", "{measure} on {scope} until {day}: {reason}")],
    "emergency_ended": [("", "{measure} on {scope} until {day}: {reason}")],
    "penalty_begins": [("", "{measure} on {scope}")],
    "penalty_ends": [("", "{measure} on {scope}"), (", ", "in force since {day}")],
    "penalty_reversed": [("", "{measure} on {scope}"), (", ", "in force since {day}")],
}
# The stage comes with or without the one before it, and with one of these reasons, or a penalty's key.
STAGES, STAGE = ("from {stage_before} to {stage}", "to {stage}"), "{said}: {why}"
WHYS = (
    "it left",
    "no penalty is in force",
    "within {days} days of its onboarding",
    "within {days} days after its onboarding",
    "{measure} on {scope} ({programme})",
)
# Why there is a penalty; then what it brings, and why there is a reward.
BECAUSE = (
    "On {day} people decided about the account themselves, as {emergency}",
    "Since {day} the account is not eligible for {programme} ({conditions})",
    "The account is not eligible for {programme} ({conditions})",
    "The account is in the zone {zone} of {programme} ({conditions})",
    "On {day} the account went from {had} to {amount} of {programme} and entered the zone {zone} ({conditions})",
    "On {day} the account went from {had} to no value of {programme} and entered the zone {zone} ({conditions})",
)
BRINGS = (
    ("", "This brings {measure} on {scope}"),
    (" ", "from {day}"),
    (" ", "until {last_day}"),
    (", ", "without end"),
    (", ", "for as long as it is in this zone"),
    (", ", "for as long as a condition fails"),
    (", ", "until it is settled when it ends"),
)
REWARDED = (
    "What the account did for {programme} in the period from {day} brings {money} on {scope}",
    "The account is eligible for {programme} ({conditions}), which brings {measure} on {scope} for as long as it does",
    "The account entered the zone {zone} of {programme} ({conditions}), which brings {measure} on {scope} until {day}",
    "The account is in the zone {zone} of {programme}, which brings {measure} on {scope} for as long as it stays there",
)
# What a release has in brackets behind a zone or what an account is eligible for, and as the condition of a reason.
CONDITIONS = (
    "every condition holds",
    "failed: {failed}",
    "in the zone {zone}",
    "balance {how} {value}",
    "{money} for the period from {day}",
)
NO_VALUE = "no value"
# How parts are put together, and how a sentence ends.
TOGETHER, STOPPED = "{said}, {more}", "{said}."
_DAY = r"\d{4}-\d\d-\d\d"
_NUMBER = r"-?\d+(?:\.\d+)?"
_READ: Mapping[str, str] = {
    "day": _DAY,
    "last_day": _DAY,
    "had": rf"{_NUMBER}(?: %)?|{NO_VALUE}",
    "points": _NUMBER,
    "value": rf"{_NUMBER}(?: %)?",
    "money": r"(?:[A-Z]{3} )?\d+(?:,\d{3})*(?:\.\d+)?",
    "days": r"\d+",
    "how": "|".join(COMPARATORS.values()),
    "severity": r"(?!content |live |detected )[^,]+?",
    "surface": r"[^,]+?",
}
# What a place's key is one of, where it isn't called as the place is.
_KINDS = {"before": "zone", "stage_before": "stage"}
# Of these a release has the name, of others the key with blanks.
_NAMED = frozenset({"measure", "programme", "violation_type"})
_AS_IT_IS = frozenset({"market", "content", "live", "violation", "reason", "why", "emergency"})
_NUMBERS = frozenset({"points", "value", "days", "had"})
_DAYS = frozenset({"day", "last_day"})


class Story:
    """What a release says of an account, told in the reader's language."""

    def __init__(self, names: Names, units: Collection[str]) -> None:
        """Args: units: of the programmes."""
        self.names = names
        english = names.labels.catalogs.languages[REFERENCE].messages
        # By kind, the keys of what the release calls by its name.
        self._keys = {
            kind: {each.string: key.removeprefix(f"{kind}.") for key, each in english.items() if _is_of(kind, key)}
            for kind in _NAMED
        }
        known = {*units, *(key.removeprefix("unit.") for key in english if _is_of("unit", key))}
        known -= {*PERCENT_OF}
        # Releases of earlier versions wrote each of them as one or more: point(s).
        self._unit_of = {said: each for each in sorted(known) for said in (each, plural(each), f"{each}(s)")}
        self._amount = "|".join(re.escape(each) for each in sorted(("%", *self._unit_of), key=len, reverse=True))

    def told(self, event: str, english: str) -> str | None:
        """A step of it; None where what the release says of it isn't understood."""
        return self._if_understood(lambda: self._told(event, english))

    def in_english(self, event: str, told: str) -> str | None:
        """A step of which the release has keys in its sentence, with what they are called; None of any other."""
        if event != "stage_entered":
            return None
        try:
            return self._stage(told)
        except (ValueError, ArithmeticError):
            return None

    def why(self, english: str) -> str | None:
        """Why there is a measure, without how to appeal; None where that isn't understood."""
        return self._if_understood(lambda: self._why(english))

    def condition(self, english: str) -> str | None:
        """The condition of a reason; None where that isn't understood."""
        return self._if_understood(lambda: self._first(CONDITIONS, english))

    def _if_understood(self, said: Callable[[], str | None]) -> str | None:
        if not self._has_words:
            return None
        try:
            return said()
        # A name in it may look like what could follow it, with a day or a number that there isn't; or what is in
        # brackets isn't known.
        except (ValueError, ArithmeticError):
            return None

    def _told(self, event: str, english: str) -> str | None:
        if event == "stage_entered":
            return self._stage(english)
        return self._parts(tuple(PARTS[event]), english) if event in PARTS else None

    def _why(self, english: str) -> str | None:
        because, brings, what = english.removesuffix(".").partition(". This brings ")
        if not brings:
            said = [self._first(REWARDED, because)]
        else:
            said = [self._first(BECAUSE, because), self._parts(BRINGS, f"This brings {what}")]
        sentences = [self.names.words(STOPPED).format(said=each) for each in said if each]
        return " ".join(sentences) if len(sentences) == len(said) else None

    @property
    def _has_words(self) -> bool:
        return self.names.words(WHYS[0]) != WHYS[0]

    def _first(self, sentences: Sequence[str], english: str) -> str | None:
        found = ((each, _of(each, self._amount).fullmatch(english)) for each in sentences)
        return next((self._filled(each, match.groupdict()) for each, match in found if match), None)

    def _parts(self, parts: Sequence[tuple[str, str]], english: str) -> str | None:
        found = _pattern(tuple(parts), self._amount).fullmatch(english)
        if not found:
            return None
        first, *more = (self._filled(part, found.groupdict()) for at, (_, part) in enumerate(parts) if found[f"_{at}"])
        for each in more:
            first = self.names.words(TOGETHER).format(said=first, more=each)
        return first

    def _stage(self, english: str) -> str | None:
        stage, _, why = english.partition(": ")
        said = self._first(STAGES, stage)
        return said and self.names.words(STAGE).format(said=said, why=self._first(WHYS, why) or why)

    def _filled(self, sentence: str, values: Mapping[str, str | None]) -> str:
        said = {name: self._said(name, values[name] or "") for name in _places(sentence)}
        return self.names.words(sentence).format(**said)

    def _said(self, name: str, value: str) -> str:
        if name in _AS_IT_IS:
            return value
        if name in _DAYS:
            return self.names.day(date.fromisoformat(value))
        if name in _NUMBERS:
            if value == NO_VALUE:
                return self.names.words(NO_VALUE)
            if value.endswith(" %"):
                return self._amount_of(value)
            return self.names.number(Decimal(value))
        if name == "money":
            return self._money(value)
        if name == "how":
            return self.names.words(value)
        if name == "conditions":
            return self._conditions(value)
        if name == "failed":
            return ", ".join(self.names.of("condition", self._key("condition", each)) for each in value.split(", "))
        if name == "amount":
            return self._amount_of(value)
        kind = _KINDS.get(name, name)
        return self.names.of(kind, self._key(kind, value))

    def _conditions(self, english: str) -> str:
        said = self._first(CONDITIONS, english)
        if said is None:
            raise ValueError(f"{english}: that is no condition of a release that is known here")
        return said

    def _amount_of(self, said: str) -> str:
        """As a release has it: of what is a part of a whole, and of that alone, it has percent."""
        written, _, unit = said.partition(" ")
        return self.names.of_unit(Decimal(written), "percent" if unit == "%" else self._unit_of.get(unit, ""))

    def _money(self, said: str) -> str:
        """Without a currency where its market is no country, and in releases of earlier versions."""
        currency, _, written = said.rpartition(" ")
        amount = Decimal(written.replace(",", ""))
        return self.names.money(amount, currency) if currency else self.names.number(amount)

    def _key(self, kind: str, said: str) -> str:
        return self._keys.get(kind, {}).get(said) or said.replace(" ", "_").lower()


def texts() -> Iterator[str]:
    """Every sentence that is to have words in other languages."""
    parts = (each for of in (*PARTS.values(), BRINGS) for _, each in of)
    yield from (each for each in parts if not re.fullmatch(r"\{\w+\}", each))
    yield from (*STAGES, STAGE, *WHYS, *BECAUSE, *REWARDED, *CONDITIONS, NO_VALUE, TOGETHER, STOPPED)


def _is_of(kind: str, key: str) -> bool:
    return key.startswith(f"{kind}.")


@cache
def _pattern(parts: tuple[tuple[str, str], ...], units: str) -> re.Pattern[str]:
    first, *more = (f"(?P<_{at}>{re.escape(before)}{_reading(part, units)})" for at, (before, part) in enumerate(parts))
    return re.compile(first + "".join(f"{each}?" for each in more), re.DOTALL)


@cache
def _of(sentence: str, units: str) -> re.Pattern[str]:
    return re.compile(_reading(sentence, units), re.DOTALL)


def _reading(sentence: str, units: str) -> str:
    read = {**_READ, "amount": f"{_NUMBER}(?: (?:{units}))?"}
    return "".join(
        re.escape(words) + (f"(?P<{name}>{read.get(name, '.+?')})" if name else "")
        for words, name, _, _ in Formatter().parse(sentence)
    )


def _places(sentence: str) -> Iterator[str]:
    return (name for _, name, _, _ in Formatter().parse(sentence) if name)
