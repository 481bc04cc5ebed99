"""What people decided about single files: that one is forgotten, or that one replaces what it was.

A file in `EVENHAND_HOME/feed_decisions/` for each, written once. A forgotten file counts no more from the newest night
that was released then; earlier nights, decided again, see it as they did.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from evenhand.landing.files import FeedBroken
from evenhand.landing.kept import FOLDER as KEPT
from evenhand.landing.kept import KeptFiles
from evenhand.landing.names import composed
from evenhand.records.history import add, everything
from evenhand.records.persons import Person, refuse_the_same_person
from evenhand.records.record_log import seal
from evenhand.records.written import reason

FOLDER = "feed_decisions"


class FileDecision(BaseModel):
    """One decision about one version of a file.

    Attributes:
        file: its name, from the landing folder on.
        sha256: the version that it is about.
        first_night: the first night that it holds on.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Literal["forget", "accept"]
    file: str
    sha256: str
    first_night: date
    by: Person
    approved_by: Person
    why: str
    at: AwareDatetime


def file_decisions(home: Path) -> list[FileDecision]:
    """All of them, in the order in which they were taken.

    Raises:
        HistoryBroken: one can't be read.
    """
    return everything(home / FOLDER, FileDecision)


def forgotten(decisions: Sequence[FileDecision], night: date) -> Mapping[tuple[str, str], FileDecision]:
    """The versions that a night doesn't see, by name and SHA-256."""
    return {
        (composed(each.file), each.sha256): each
        for each in decisions
        if each.action == "forget" and each.first_night <= night
    }


def accepted(decisions: Sequence[FileDecision]) -> set[tuple[str, str]]:
    """The versions that may replace what a file was, by name and SHA-256."""
    return {(composed(each.file), each.sha256) for each in decisions if each.action == "accept"}


def decide_file(
    home: Path,
    action: Literal["forget", "accept"],
    file: str,
    versions: Mapping[str, str],
    first_night: date,
    by: Person,
    approved_by: Person,
    why: str,
) -> FileDecision:
    """Write down a decision.

    Args:
        versions: the SHA-256 of each file that it can be about, by name.

    Raises:
        FeedBroken: there is no such file.
        PersonRefused: the second person is the first.
        TextRefused: the reason can't be taken.
    """
    refuse_the_same_person(by, approved_by, f"having {file} {'forgotten' if action == 'forget' else 'taken'}")
    refuse_unknown(file, versions)
    decision = FileDecision(
        action=action,
        file=file,
        sha256=versions[file],
        first_night=first_night,
        by=by,
        approved_by=approved_by,
        why=reason(why),
        at=datetime.now(UTC),
    )
    add(home / FOLDER, decision)
    seal(home)
    return decision


def refuse_unknown(file: str, versions: Mapping[str, str]) -> None:
    """Make sure that a file is one that can be decided about.

    Raises:
        FeedBroken: there is no such file.
    """
    if file not in versions:
        alike = [name for name in versions if name.endswith(file.rpartition("/")[2])]
        near = difflib.get_close_matches(file, sorted(alike), n=3, cutoff=0)
        said = f": is it {' or '.join(near)}?" if near else ", as orders/night=2026-03-01/a.csv"
        raise FeedBroken(f"{file}: no such file has landed. Name it from the landing folder on{said}")


def kept_versions(home: Path) -> dict[str, str]:
    """The SHA-256 of each file that counts, by name."""
    return {name: file.sha256 for name, file in KeptFiles(home / KEPT).files.items()}
