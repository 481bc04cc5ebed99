"""Which people.yml is in force: the one that two persons agreed to last, and not what the file says meanwhile.

    people/0001.json   the first that was there; it only takes away what everybody might, so that it holds at once
    people/0002.json   a change of it, once a second person has approved it

The file itself closes what people see as soon as it is gone or can't be read. What was answered before counts by what
was in force then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict

from evenhand.people.people import People, people_of, read_people
from evenhand.policy.texts import PackError
from evenhand.records.history import HistoryBroken, add, everything
from evenhand.records.persons import Person, PersonRefused, refuse_the_same_person
from evenhand.records.record_log import seal
from evenhand.records.written import reason

FOLDER = "people"


class PeopleClosed(PersonRefused):
    """It isn't known who may do what, so that nobody may. The message says why and what to do."""


class Agreed(BaseModel):
    """A text of people.yml that holds from a moment on.

    Attributes:
        text: None where two persons agreed that there is none any more, and everybody may do all.
        by: who proposed it; None for the first.
        approved_by: the second person; None for the first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str | None
    by: Person | None = None
    approved_by: Person | None = None
    why: str = ""
    at: AwareDatetime


def people_in_force(home: Path, file: Path, at: datetime | None = None) -> People | None:
    """Who may do what; None where nobody is told apart (one-person mode).

    Args:
        home: the data directory.
        file: people.yml.
        at: a moment that is past, for what was answered then; by default now.

    Raises:
        PeopleClosed: the file is gone or can't be read, or what was agreed to can't.
    """
    try:
        agreed = everything(home / FOLDER, Agreed)
        if at is not None:
            known = [each for each in agreed if each.at <= at]
            return _people(known[-1], file) if known else None
        if not agreed:
            return _first(home, file)
        if agreed[-1].text is not None:
            # What it says counts once it is approved; that it can't be read counts at once.
            read_people(file)
        elif file.exists():
            return _first(home, file)
        return _people(agreed[-1], file)
    except (PackError, HistoryBroken, OSError, UnicodeDecodeError) as error:
        gone = isinstance(error, PackError) and not file.exists()
        said = f"{file} is gone" if gone else str(error)
        raise PeopleClosed(
            f"It isn't known who may do what, so nobody may until this is mended: {said}. Write it as it was; to have"
            " it otherwise, have two persons agree: evenhand people propose",
            "people_closed",
            why=said,
        ) from error


def waiting(home: Path, file: Path) -> str | None:
    """The text of the file where it is another than that in force; None where it is that one."""
    agreed = everything(home / FOLDER, Agreed)
    now = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    return now if agreed and now != (agreed[-1].text or "") else None


def agreed_so_far(home: Path) -> Sequence[Agreed]:
    """All that was agreed to, in order.

    Raises:
        HistoryBroken: one can't be read.
    """
    return everything(home / FOLDER, Agreed)


def last_agreed(home: Path, file: Path) -> People | None:
    """What two persons agreed to last, whatever the file says: who may change it again.

    Raises:
        PeopleClosed: it can't be read.
    """
    agreed = everything(home / FOLDER, Agreed)
    return people_in_force(home, file, agreed[-1].at) if agreed else people_in_force(home, file)


def agree(home: Path, text: str | None, by: Person, approved_by: Person, why: str) -> Agreed:
    """Have a text of people.yml hold from now on, as two persons say who may.

    Raises:
        PersonRefused: the second person is the first.
        TextRefused: the reason can't be taken.
    """
    refuse_the_same_person(by, approved_by, "the change of people.yml")
    agreed = Agreed(text=text, by=by, approved_by=approved_by, why=reason(why), at=_now())
    add(home / FOLDER, agreed)
    seal(home)
    return agreed


def digest(text: str) -> str:
    """Names a text of people.yml."""
    return hashlib.sha256(text.encode()).hexdigest()


def _first(home: Path, file: Path) -> People | None:
    if not file.exists():
        return None
    people, text = read_people(file), file.read_text(encoding="utf-8")
    add(home / FOLDER, Agreed(text=text, why="the first", at=_now()))
    seal(home)
    return people


def _people(agreed: Agreed, file: Path) -> People | None:
    return people_of(agreed.text, file) if agreed.text is not None else None


def _now() -> datetime:
    # As answers are, to the second.
    return datetime.now(UTC).replace(microsecond=0)
