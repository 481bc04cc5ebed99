"""What the catalogues of a package say in a language for English sentences, and in English where they have no word.

A catalogue that can't be read is as if it weren't there: its readers read English, and the log says why.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from gettext import c2py
from importlib.resources import files
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

# The language that sentences are written in.
ENGLISH = "en"
log = logging.getLogger(__name__)


def _as_in_english(count: int) -> int:
    return 0 if count == 1 else 1


@dataclass(frozen=True)
class Catalogue:
    """What a language says.

    Attributes:
        forms: by English sentence: one form, or one for each plural.
        form: which plural form a count takes, from 0.
    """

    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    form: Callable[[int], int] = _as_in_english

    def said(self, text: str) -> str | None:
        """What it says for a sentence; None where it says nothing."""
        return next(iter(self.forms.get(text, ())), None)

    def counted(self, one: str, count: int) -> str | None:
        """What it says for a sentence of so many things, known by the English one for one of them."""
        forms = self.forms.get(one)
        return forms[min(self.form(count), len(forms) - 1)] if forms else None


@cache
def languages_of(package: str) -> tuple[str, ...]:
    """The languages that a package has words in, English first."""
    found = (each.name.removesuffix(".po") for each in files(package).iterdir() if each.name.endswith(".po"))
    return (ENGLISH, *sorted(found))


@cache
def catalogue(package: str, name: str) -> Catalogue:
    """What a package says in a language."""
    if name == ENGLISH:
        return Catalogue()
    try:
        po = read_po(BytesIO((files(package) / f"{name}.po").read_bytes()), locale=name, abort_invalid=True)
        return Catalogue(dict(_said(po)), c2py(po.plural_expr))
    except (PoFileError, ValueError, OSError) as error:
        log.warning("%s.po of %s can't be read, so it is said in English: %s", name, package, error)
        return Catalogue()


def _said(po: Catalog) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for message in po:
        forms = tuple(message.string) if isinstance(message.string, tuple) else (str(message.string),)
        if message.id and not message.fuzzy and all(forms):
            found.append((str(message.id[0] if isinstance(message.id, tuple) else message.id), forms))
    return found
