"""What keys are called for people: the words of the catalogues, else the key with blanks for underscores."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from evenhand.notices.catalogs import REFERENCE, Catalogs, text
from evenhand.policy.prose.words import spoken


class NoSuchLanguage(Exception):
    """There are no words in the language that was asked for. The message says which there are."""


@dataclass(frozen=True)
class Labels:
    """The words of one language.

    Raises:
        NoSuchLanguage: there is no catalogue of it.
    """

    catalogs: Catalogs
    language: str = REFERENCE

    def __post_init__(self) -> None:
        if self.language not in self.catalogs.languages:
            there = ", ".join(sorted(self.catalogs.languages))
            raise NoSuchLanguage(f"{self.catalogs.folder}: there are no words in {self.language}; there are {there}")

    def of(self, kind: str, key: str | None) -> str:
        """The label of a `measure`, `scope`, `programme`, `violation_type`, …; empty for nothing."""
        if not key:
            return ""
        name = f"{kind}.{key}"
        for language in (self.language, REFERENCE):
            catalog = self.catalogs.languages.get(language)
            if catalog and name in catalog.messages and catalog.messages[name].string:
                return begun(text(catalog, name, {}))
        return self.unnamed(key)

    def unnamed(self, key: str | None) -> str:
        """How a key is written that no catalogue has a word for."""
        return begun(spoken(key)) if key else ""

    def of_unit(self, value: Decimal | int, unit: str, count: str) -> str:
        """A number of a unit in this language; empty where its catalogue has no such unit.

        Args:
            count: the number as the language writes it.
        """
        name = f"unit.{unit}"
        catalog = self.catalogs.languages[self.language]
        if name not in catalog.messages:
            return ""
        # Of a part, as of several.
        whole = int(value) if value == int(value) else 2
        return text(catalog, name, {"count": count}, abs(whole))


def begun(said: str) -> str:
    """As it begins a line."""
    return said[:1].upper() + said[1:]


def number(value: Decimal) -> str:
    """A number without zeros that say nothing, and with a comma for each thousand."""
    whole, _, rest = f"{value:,f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest}" if rest else whole
