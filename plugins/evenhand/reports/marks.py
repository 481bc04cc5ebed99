"""The files that tell who was sent which report of a night: the one of the night, and whatever says the very same."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from evenhand.records.file_names import fitting
from evenhand.reports.language import Language
from evenhand.reports.page import page_of
from evenhand.reports.report import Report


def of_the_night(folder: Path, person: str, report: Report) -> Path:
    """The mark of the night's own letter, which is sent once, whatever comes out otherwise later."""
    return _mark(folder, person, report.name)


def of_the_very_same(folder: Path, person: str, report: Report, language: Language, address: str) -> Path:
    """The mark of all that says the same: what came out otherwise is another letter.

    Args:
        folder: the night's reports.
        address: of the console's pages, for links.
    """
    content = hashlib.sha256(page_of(report, language, address).encode()).hexdigest()[:12]
    return _mark(folder, person, f"{content}.{report.name}")


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Whoever sends a report of a night waits for who does so already, in whichever process that is."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "sending.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _mark(folder: Path, person: str, what: str) -> Path:
    return folder / "sent" / fitting(f"{quote(person, safe='@ ')}.{what}")
