"""A case: what it is about, and what became of it, put together from its events."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from evenhand.records.persons import Person

Action = Literal[
    "opened", "updated", "closed", "reopened", "assigned", "taken", "commented", "escalated", "night", "told"
]
State = Literal["open", "closed"]
MOST_ACCOUNTS = 100


@dataclass(frozen=True)
class CaseCause:
    """Why there is a case: one for each kind and subject.

    Attributes:
        kind: of the table of kinds.
        subject: what it is about, within its kind: an appeal, a violation, a list of a market, …
        market: whose people look at it; `all` for what concerns every market.
        title: in one line, for people.
        accounts: whom it is about.
        facts: what is known, a line each. A case that a person closed returns only when they are others.
        since: the first day of it.
        due: by when; None where its kind's own days count from the night that opened it.
        page: the address of what to look at, below that of the pages; empty for none.
        about: the violation or the penalty whose measures weigh; empty for all that the account has, None for none.
    """

    kind: str
    subject: str
    market: str
    title: str
    accounts: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    since: date | None = None
    due: date | None = None
    page: str = ""
    about: str | None = None

    @property
    def case_id(self) -> str:
        """What its case is called."""
        return f"{self.kind}-{hashlib.sha256(self.subject.encode()).hexdigest()[:10]}"

    @property
    def facts_sha256(self) -> str:
        """What its facts come to: others are new facts."""
        content = json.dumps([self.market, self.accounts[:MOST_ACCOUNTS], self.facts, str(self.due)])
        return hashlib.sha256(content.encode()).hexdigest()

    def as_content(self) -> dict[str, Any]:
        """As it is written down."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "market": self.market,
            "title": self.title,
            # Of a list of thousands, some: all of them are in the night's files.
            "accounts": list(self.accounts[:MOST_ACCOUNTS]),
            "facts": list(self.facts),
            "since": self.since and self.since.isoformat(),
            "due": self.due and self.due.isoformat(),
            "page": self.page,
            "about": self.about,
        }

    @classmethod
    def of_content(cls, content: Mapping[str, Any]) -> CaseCause:
        """As it was written down."""
        return cls(
            kind=content["kind"],
            subject=content["subject"],
            market=content["market"],
            title=content["title"],
            accounts=tuple(content["accounts"]),
            facts=tuple(content["facts"]),
            since=date.fromisoformat(content["since"]) if content["since"] else None,
            due=date.fromisoformat(content["due"]) if content["due"] else None,
            page=content["page"],
            about=content["about"],
        )


@dataclass(frozen=True)
class CaseEvent:
    """One line of a case's history.

    Attributes:
        version: counts the events of the case from 1.
        by: None for the night.
    """

    case_id: str
    version: int
    action: Action
    at: datetime
    by: Person | None
    content: Mapping[str, Any]

    @property
    def who(self) -> str:
        """Who it was, for people."""
        return str(self.by) if self.by else "the night"


@dataclass(frozen=True)
class Case:
    """A case as it stands.

    Attributes:
        version: of its newest event; who changes it says which version they saw.
        opened_on: the night, or the day on which somebody opened it, from which its own days count.
        by_hand: whether a person opened it, so that no night closes it.
        closed_by_person: whether it stays closed until there are new facts.
        owner: who has it; empty for nobody.
        level: how far it was escalated; 0 for not.
    """

    case_id: str
    version: int
    cause: CaseCause
    state: State
    opened_on: date
    by_hand: bool = False
    closed_by_person: bool = False
    owner: str = ""
    level: int = 0
    events: tuple[CaseEvent, ...] = field(default=(), repr=False)

    def due(self, days: int) -> date:
        """By when it is to be answered.

        Args:
            days: its kind's own.
        """
        return self.cause.due or self.opened_on + timedelta(days=days)


def cases_of(events: Iterable[CaseEvent]) -> dict[str, Case]:
    """All cases, by what they are called, from their events in order."""
    found: dict[str, Case] = {}
    history: dict[str, list[CaseEvent]] = {}
    for event in events:
        if event.action == "night":
            continue
        found[event.case_id] = _after(found.get(event.case_id), event)
        history.setdefault(event.case_id, []).append(event)
    return {name: replace(case, events=tuple(history[name])) for name, case in found.items()}


def _after(case: Case | None, event: CaseEvent) -> Case:
    content = event.content
    if case is None:
        return Case(
            event.case_id, event.version, CaseCause.of_content(content["cause"]), "open",
            date.fromisoformat(content["on"]), by_hand=event.by is not None,
        )  # fmt: skip
    case = replace(case, version=event.version)
    if event.action == "updated":
        return replace(case, cause=CaseCause.of_content(content["cause"]))
    if event.action == "reopened":
        cause = CaseCause.of_content(content["cause"]) if "cause" in content else case.cause
        on = date.fromisoformat(content["on"])
        return replace(case, cause=cause, state="open", opened_on=on, closed_by_person=False)
    if event.action == "closed":
        return replace(case, state="closed", closed_by_person=event.by is not None)
    if event.action in ("assigned", "taken"):
        return replace(case, owner=content["owner"])
    if event.action == "escalated":
        return replace(case, owner=content["owner"], level=content["level"])
    return case
