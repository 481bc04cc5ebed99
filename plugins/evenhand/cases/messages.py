"""Who is to be told what of the cases: one message for each person and night, of what came to them and what is due.

What is new is what happened since the last message that reached them, so that one that failed loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from evenhand.cases.case import Case
from evenhand.cases.kinds import KINDS
from evenhand.cases.store import Cases
from evenhand.people.acts import WORK_CASE
from evenhand.people.people import Listed, People
from evenhand.records.persons import normalised

# So many days before it is due a case is told of, each night until it is closed.
DUE_SOON_DAYS = 1


@dataclass(frozen=True)
class Came:
    """How a case came to somebody: it was `assigned` or `escalated` to them, by whom and why."""

    action: str
    who: str
    why: str


@dataclass(frozen=True)
class ToldCase:
    """A case that somebody is told of.

    Attributes:
        came: how it came to them since they were told last, by others.
        due: the day that it is due, where that is soon or over.
        days_left: less than none where it is over.
    """

    case_id: str
    kind: str
    title: str
    came: Sequence[Came]
    due: date | None
    days_left: int


@dataclass(frozen=True)
class Message:
    """What somebody is told: in which language, and of which cases, what is due first at the beginning.

    Attributes:
        address: as people.yml has it.
        until: the moment of the newest event that was read for it. What happens while it is sent is told of next time.
    """

    person: str
    address: str
    language: str
    cases: Sequence[ToldCase]
    until: datetime


def messages_of(cases: Cases, people: People, night: date) -> list[Message]:
    """The messages of a night: to those with an address, who may still work at what came to them."""
    sent = cases.messages()
    told_tonight = {row["person"] for row in sent if row["night"] == str(night) and row["error"] in ("", SENDING)}
    found = []
    mine: dict[str, list[Case]] = {}
    known = cases.all().values()
    until = max((event.at for case in known for event in case.events), default=datetime.now(UTC))
    for case in known:
        if case.owner and case.state == "open":
            mine.setdefault(case.owner, []).append(case)
    for person, listed in sorted(_with_addresses(people).items()):
        if person in told_tonight:
            continue
        since = max((row["at"] for row in sent if row["person"] == person and not row["error"]), default="")
        if told := _told(person, mine.get(person, ()), people, since, night):
            found.append(Message(person, listed.address, listed.language, told, until))
    return found


# What a kill left: it isn't known whether it was sent, and it isn't sent twice on one night.
SENDING = "it isn't known whether it was sent"


def _told(person: str, cases: Sequence[Case], people: People, since: str, night: date) -> list[ToldCase]:
    found = []
    for case in cases:
        if WORK_CASE.right not in people.rights_of(person, case.cause.market):
            continue
        due = case.due(KINDS[case.cause.kind].days)
        left = (due - night).days
        came = _came(case, person, since)
        is_soon = left <= DUE_SOON_DAYS
        if came or is_soon:
            cause = case.cause
            found.append(ToldCase(case.case_id, cause.kind, cause.title, came, due if is_soon else None, left))
    return sorted(found, key=lambda each: (each.days_left, each.case_id))


def _came(case: Case, person: str, since: str) -> list[Came]:
    after = datetime.fromisoformat(since) if since else None
    return [
        Came(event.action, str(event.who), str(event.content.get("why") or ""))
        for event in case.events
        if event.action in ("assigned", "escalated")
        and event.content["owner"] == person
        and (event.by is None or event.by.name != person)
        and (after is None or event.at > after)
    ]


def _with_addresses(people: People) -> dict[str, Listed]:
    return {normalised(each.user): each for each in people.people if each.user and each.address}
