"""Values as a person reads them: labels for keys, figures with their units, days in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from evenhand.explain.labels import Labels
from evenhand.explain.labels import number as with_commas
from evenhand.notices.catalogs import load_catalogs
from evenhand.settings import settings

_NOTHING, _MINUS = "\u2013", "\u2212"


def label(kind: str, key: str | None) -> str:
    """What the catalogues call a key; empty for nothing."""
    return labels().of(kind, key)


def number(value: Decimal | int | float | None) -> str:
    """A number with a comma for each thousand and no zeros that say nothing; a dash for nothing."""
    return _NOTHING if value is None else with_commas(Decimal(str(value)))


def counted(value: int, what: str) -> str:
    """A number with what it counts, such as 1 row or 2 rows."""
    return f"{value:,} {what}{'' if value == 1 else 's'}"


def signed(value: int) -> str:
    """A difference: with its sign, or that there is none."""
    return "no change" if value == 0 else f"{value:+,}".replace("-", _MINUS)


def share(value: Decimal | None) -> str:
    """A share of one, in percent."""
    return _NOTHING if value is None else f"{100 * value:.1f} %"


def day(value: date | None) -> str:
    """A day, such as 31 Oct 2026; a dash for none."""
    return _NOTHING if value is None else f"{value.day} {value:%b %Y}"


def last_day(value: date | None) -> str:
    """A last day, or that there is none."""
    return "no end" if value is None else day(value)


def labels() -> Labels:
    """The words of the catalogues, read again where one has changed."""
    folder = settings().translations
    return _labels_of(folder, max((path.stat().st_mtime_ns for path in folder.glob("*.po")), default=0))


@lru_cache(maxsize=4)
def _labels_of(folder: Path, changed: int) -> Labels:
    return Labels(load_catalogs(folder))
