"""Reports that pages show: made once of the same releases, cases and words, for on large ones it takes seconds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from evenhand.release.query import revisions
from evenhand.reports.facts import exported, refuse_what_changed
from evenhand.reports.make import report_of
from evenhand.reports.report import Kind, Report
from evenhand.settings import Settings, settings


def made(kind: Kind, night: date, language: str, markets: Sequence[str]) -> Report:
    """A report, as `report_of` makes it and with what it raises.

    Raises:
        ReleaseChanged: a release that it was made of isn't any more what was released.
    """
    here = settings()
    refuse_what_changed(here.releases, night)
    words = max((path.stat().st_mtime_ns for path in here.translations.glob("*.po")), default=0)
    of = (*revisions(here.releases), exported(here.home, night), words)
    return _made(here, kind, night, language, tuple(markets), of)


# Revisions and exports never change, and a new one has another name.
@lru_cache(maxsize=64)
def _made(
    here: Settings, kind: Kind, night: date, language: str, markets: tuple[str, ...], of: tuple[Path | int | None, ...]
) -> Report:
    return report_of(here, kind, night, language, markets)
