"""The folder of emergencies: a file for each, written once and never changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import ValidationError

from evenhand.emergency.emergency import LONGEST, Emergency, EmergencyRefused, Proposal
from evenhand.people.acts import EMERGENCY, refuse_who_may_not
from evenhand.records.atomic_files import write_once
from evenhand.records.persons import Person, refuse_the_same_person
from evenhand.records.record_log import seal


class EmergencyBroken(Exception):
    """A file in the folder isn't an emergency. The message names it and says what to do."""


@dataclass(frozen=True)
class RecordedEmergency:
    """An emergency and the SHA-256 of its file, by which a release names it."""

    emergency: Emergency
    sha256: str


def record(
    folder: Path,
    proposal: Proposal,
    approved_by: Person,
    approved_at: datetime,
    night: date,
    also_approved_by: Person | None = None,
) -> Emergency:
    """Record a proposal that others approved; the same approval again changes nothing.

    Args:
        folder: where emergencies are.
        proposal: what was approved.
        approved_by: the second person.
        also_approved_by: the third person, whom a proposal that meets many accounts needs.
        approved_at: when, with its time zone.
        night: the first night that it holds on.

    Raises:
        EmergencyRefused: it is over before it begins, lasts too long, or lacks its third person.
        evenhand.records.persons.PersonRefused: two of them are one person, or one may not for this market.
    """
    refuse_the_same_person(proposal.author, approved_by, proposal.what)
    if also_approved_by:
        refuse_the_same_person(proposal.author, also_approved_by, proposal.what)
        refuse_the_same_person(approved_by, also_approved_by, proposal.what, "was the second person for")
    elif proposal.needs > EMERGENCY.approvals:
        raise EmergencyRefused(
            f"{proposal.what} meets {len(proposal.accounts):,} accounts, so that a third person has to approve it too"
        )
    for person in (proposal.author, approved_by, also_approved_by):
        if person:
            refuse_who_may_not(folder.parent, person, EMERGENCY, (proposal.market,))
    refuse_what_lasts_too_long(proposal.until, night)
    if proposal.until < night:
        if proposal.ends:
            raise EmergencyRefused(f"{proposal.ends} was over on {proposal.until}, so that there is nothing to end")
        raise EmergencyRefused(
            f"it ends on {proposal.until}, before the night {night} that it would begin on; propose it again"
        )
    emergency = Emergency(
        **proposal.model_dump(),
        emergency_id=_id_of(proposal, approved_at),
        approved_by=approved_by,
        also_approved_by=also_approved_by,
        approved_at=approved_at,
        first_night=night,
    )
    path = folder / f"{emergency.emergency_id}.json"
    write_once(path, (emergency.model_dump_json(indent=2, exclude_defaults=True) + "\n").encode())
    seal(folder.parent)
    # What is there counts: it may have been recorded before, on an earlier night.
    return _read(path).emergency


def refuse_what_lasts_too_long(until: date, night: date) -> None:
    """Make sure that an emergency ends soon after it begins.

    Raises:
        EmergencyRefused: it doesn't.
    """
    if until > night + LONGEST:
        raise EmergencyRefused(
            f"until is {until}; an emergency ends within {LONGEST.days} days, by {night + LONGEST} at the latest. Write"
            " an earlier day; to go on after it, ask for another emergency then, or change the policy",
            "lasts_too_long",
            until=until,
            days=LONGEST.days,
            latest=night + LONGEST,
        )


def known(folder: Path, night: date) -> list[RecordedEmergency]:
    """The emergencies that a night knows, in the order of their approval: all that began by then.

    Raises:
        EmergencyBroken: a file can't be read.
    """
    found = [_read(path) for path in sorted(folder.glob("*.json"))]
    return [each for each in found if each.emergency.first_night <= night]


def _id_of(proposal: Proposal, approved_at: datetime) -> str:
    # Never nine digits in a row, which would be taken for somebody's number where it is published.
    what = hashlib.sha256(proposal.model_dump_json(exclude_defaults=True).encode()).hexdigest()[:6]
    return f"{approved_at.astimezone(UTC):%Y-%m-%dT%H-%M-%SZ}-{proposal.action}-{what}"


def _read(path: Path) -> RecordedEmergency:
    content = path.read_bytes()
    try:
        emergency = Emergency.model_validate_json(content)
    except ValidationError as error:
        raise EmergencyBroken(
            f"{path}: isn't an emergency ({error.error_count()} fields are wrong, the first: "
            f"{error.errors()[0]['loc']} {error.errors()[0]['msg']}). Emergencies are recorded by the DAG "
            "emergency_measure or by `evenhand emergency`, never by hand: take the file out of this folder."
        ) from error
    if emergency.emergency_id != path.stem:
        raise EmergencyBroken(f"{path}: names itself {emergency.emergency_id}; give it back its own name")
    return RecordedEmergency(emergency, hashlib.sha256(content).hexdigest())
