"""Who is to be told what of the cases: one message for each person and night, of what came to them and what is due.

What is new is what happened since the last message that reached them, so that one that failed loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from evenhand.cases.case import Case
from evenhand.cases.kinds import KINDS
from evenhand.cases.store import Cases
from evenhand.people.people import People
from evenhand.policy.prose.words import counted, days
from evenhand.records.persons import normalised

# So many days before it is due a case is told of, each night until it is closed.
DUE_SOON_DAYS = 1
# A message names so many and counts the rest.
_MOST = 20


@dataclass(frozen=True)
class Message:
    """What somebody is told.

    Attributes:
        address: as people.yml has it.
    """

    person: str
    address: str
    subject: str
    body: str


def messages_of(cases: Cases, people: People, night: date) -> list[Message]:
    """The messages of a night: to those with an address, who may still work at what came to them."""
    sent = cases.messages()
    told_tonight = {row["person"] for row in sent if row["night"] == str(night) and row["error"] in ("", SENDING)}
    found = []
    mine: dict[str, list[Case]] = {}
    for case in cases.all().values():
        if case.owner and case.state == "open":
            mine.setdefault(case.owner, []).append(case)
    for person, address in sorted(_addresses(people).items()):
        if person in told_tonight:
            continue
        since = max((row["at"] for row in sent if row["person"] == person and not row["error"]), default="")
        lines = _lines(person, mine.get(person, ()), people, since, night)
        if lines:
            subject = f"{counted(len(lines), 'case')} for you, as of night {night}"
            more = [f"and {len(lines) - _MOST:,} more: evenhand cases --owner {person}"] if len(lines) > _MOST else []
            found.append(Message(person, address, subject, "\n".join([*lines[:_MOST], *more])))
    return found


# What a kill left: it isn't known whether it was sent, and it isn't sent twice on one night.
SENDING = "it isn't known whether it was sent"


def _lines(person: str, cases: Sequence[Case], people: People, since: str, night: date) -> list[str]:
    found = []
    for case in cases:
        if "work_cases" not in people.rights_of(person, case.cause.market):
            continue
        due = case.due(KINDS[case.cause.kind].days)
        left = (due - night).days
        came = _came(case, person, since)
        if came or left <= DUE_SOON_DAYS:
            when = f"{days(left)} left" if left >= 0 else f"{days(-left)} over"
            why = "; ".join([*came, *([f"due {due}"] if left <= DUE_SOON_DAYS else [])])
            found.append((left, f"{case.case_id} ({when}; {why}): {case.cause.title}"))
    return [line for _, line in sorted(found)]


def _came(case: Case, person: str, since: str) -> list[str]:
    """How a case came to somebody since they were told last, by others."""
    after = datetime.fromisoformat(since) if since else None
    said: Mapping[str, str] = {"assigned": "assigned to you by", "escalated": "escalated to you by"}
    return [
        f"{said[event.action]} {event.who}{_reason(event.content)}"
        for event in case.events
        if event.action in said
        and event.content["owner"] == person
        and (event.by is None or event.by.name != person)
        and (after is None or event.at > after)
    ]


def _reason(content: Mapping[str, Any]) -> str:
    return f" ({content['why']})" if content.get("why") else ""


def _addresses(people: People) -> dict[str, str]:
    return {normalised(each.user): each.address for each in people.people if each.user and each.address}
