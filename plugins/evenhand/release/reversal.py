"""Reversing a night: its lists are again those of the release before it, until somebody lifts that.

A reversal is an entry in `EVENHAND_HOME/reversals/night=D/`, and so is its end. Publishing looks there, so that running
the night again doesn't undo it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from evenhand.people.acts import REVERSE, refuse_who_may_not
from evenhand.records.history import add, newest
from evenhand.records.persons import Person, refuse_the_same_person
from evenhand.records.record_log import seal
from evenhand.records.refusals import Refused
from evenhand.records.written import in_one_line, reason
from evenhand.release.history import history_of
from evenhand.release.manifest import LastRelease, Reversed, read_manifest
from evenhand.release.previous import last_release


class NotReversible(Refused):
    """The night can't be reversed, or there is nothing to lift. The message says why and what can be done."""


class Reversal(Reversed):
    """A night was reversed, or that was lifted.

    Attributes:
        release_id: the night's release when it was asked for.
        back_to: the release whose lists it has instead.
        by: who asked for it.
        approved_by: the second person.
    """

    action: Literal["reversed", "lifted"]
    night: date

    @property
    def in_manifest(self) -> Reversed:
        """What the release says of it."""
        return Reversed(**{name: getattr(self, name) for name in Reversed.model_fields})

    def __str__(self) -> str:
        """One line for people."""
        what = (
            f"reversed to the lists of {self.back_to.night}"
            if self.action == "reversed"
            else f"no longer reversed to the lists of {self.back_to.night}"
        )
        return f"night {self.night} was {what} by {self.by}, approved by {self.approved_by}: {in_one_line(self.why)}"


def reversal_of(home: Path, night: date) -> Reversal | None:
    """The reversal of a night that is in force, if there is one.

    Raises:
        HistoryBroken: that can't be read.
    """
    last = newest(_folder(home, night), Reversal)
    return last if last and last.action == "reversed" else None


def reversible(releases: Path, night: date) -> tuple[Path, Path]:
    """The release of a night that can be reversed, and the one before it.

    Raises:
        NotReversible: it isn't the newest night, or nothing was released before it.
    """
    release = releases / f"night={night}"
    if not release.exists():
        raise NotReversible(
            f"night {night} isn't released, so there is nothing to reverse", "not_released", night=night
        )
    last = max(path.name for path in releases.glob("night=*")).removeprefix("night=")
    if last != str(night):
        raise NotReversible(
            f"night {last} is released after night {night}, and no receiver is taken back behind it. Reverse {last}, "
            "or correct the cause and run that night again",
            "not_the_newest",
            later=date.fromisoformat(last),
            night=night,
        )
    if history_of(release):
        raise NotReversible(f"night {night} is history: its lists were never in force anywhere", "history", night=night)
    before = last_release(releases, night)
    if before is None:
        said = f"nothing was released before night {night}, so there is nothing to go back to"
        raise NotReversible(said, "nothing_before", night=night)
    return release, before


def reverse(home: Path, releases: Path, night: date, by: Person, approved_by: Person, why: str) -> Reversal:
    """Have a night's lists be those of the release before it; a night that is reversed stays as it is.

    Raises:
        NotReversible: see `reversible`.
        PersonRefused: the second person is the first, or one of them may not.
        TextRefused: the reason can't be taken.
        HistoryBroken: it can't be read whether it is reversed.
    """
    _refuse_these(home, by, approved_by, f"reversing night {night}")
    release, before = reversible(releases, night)
    return reversal_of(home, night) or _add(
        home,
        Reversal(
            action="reversed",
            night=night,
            release_id=read_manifest(release).release_id,
            back_to=LastRelease(
                night=date.fromisoformat(before.name.removeprefix("night=")),
                release_id=read_manifest(before).release_id,
            ),
            by=by,
            approved_by=approved_by,
            why=reason(why),
            at=datetime.now(UTC),
        ),
    )


def lift(home: Path, releases: Path, night: date, by: Person, approved_by: Person, why: str) -> Reversal:
    """Have a night that was reversed be what it was decided to be.

    Raises:
        NotReversible: it isn't reversed, or isn't the newest night any more.
        PersonRefused: the second person is the first, or one of them may not.
        TextRefused: the reason can't be taken.
        HistoryBroken: it can't be read whether it is reversed.
    """
    _refuse_these(home, by, approved_by, f"lifting the reversal of night {night}")
    release, _ = reversible(releases, night)
    in_force = reversal_of(home, night)
    if in_force is None:
        raise NotReversible(f"night {night} isn't reversed, so there is nothing to lift", "not_reversed", night=night)
    return _add(
        home,
        in_force.model_copy(
            update={
                "action": "lifted",
                "release_id": read_manifest(release).release_id,
                "by": by,
                "approved_by": approved_by,
                "why": reason(why),
                "at": datetime.now(UTC),
            }
        ),
    )


def _refuse_these(home: Path, by: Person, approved_by: Person, what: str) -> None:
    refuse_the_same_person(by, approved_by, what)
    for person in (by, approved_by):
        refuse_who_may_not(home, person, REVERSE)


def _add(home: Path, entry: Reversal) -> Reversal:
    add(_folder(home, entry.night), entry)
    seal(home)
    return entry


def _folder(home: Path, night: date) -> Path:
    return home / "reversals" / f"night={night}"
