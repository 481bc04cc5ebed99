"""What lands in a drawn history: accounts, what happens to them, and appeals, each row with the night of its file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol, TypeVar

from evenhand.policy.language.pack import Pack
from transform.continuity.names import Called

DAY = timedelta(days=1)
# What is drawn happens between them.
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2026, 4, 30)


@dataclass(frozen=True)
class AccountRow:
    """An account, as one of its rows says: a later one can be of another market or kind."""

    landed: date
    market: str
    kind: str = "creator"
    onboarded_on: date = date(2026, 1, 1)


@dataclass(frozen=True)
class Content:
    """What a violation is about."""

    key: str
    published: date | None
    landed: date


@dataclass(frozen=True)
class Event:
    """A violation, by its type, or an activity, by its name. A later row of the same key corrects it."""

    key: str
    on: date
    landed: date
    violation: str | None = None
    activity: str | None = None
    severity: str | None = None
    batch: str | None = None
    subject: str | None = None
    quantity: Decimal | None = None
    points: Decimal | None = None
    content: Content | None = None
    restored_on: date | None = None
    updated_at: datetime | None = None
    withdrawn: bool = False


@dataclass(frozen=True)
class Appeal:
    """An appeal against a violation. A later row of the same key brings the decision."""

    key: str
    against: str
    filed_on: date
    landed: date
    outcome: str
    decided_on: date | None = None
    points: Decimal | None = None
    updated_at: datetime | None = None
    withdrawn: bool = False


@dataclass(frozen=True)
class Emergency:
    """What people impose or lift of an account for some days.

    Attributes:
        key: in the order of their approval.
        on: the list.
        name: the measure or the reward.
        ended: the first day on which people had ended it by its name.
    """

    key: str
    lifts: bool
    on: str
    market: str
    name: str
    scope: str
    first: date
    last: date
    ended: date | None = None


@dataclass(frozen=True)
class Account:
    account_id: str
    rows: tuple[AccountRow, ...]
    events: tuple[Event, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    emergencies: tuple[Emergency, ...] = ()

    def known_on(self, night: date) -> bool:
        return any(row.landed <= night for row in self.rows)


@dataclass(frozen=True)
class History:
    """The packs of some markets that no other history has, and the accounts of these markets.

    The name of each account begins with its name. What versions call their parts otherwise is `called`; in `packs`,
    each part has its first name.
    """

    name: str
    packs: tuple[Pack, ...]
    accounts: tuple[Account, ...]
    called: tuple[Called, ...] = ()


class Landed(Protocol):
    """A row with a key."""

    @property
    def key(self) -> str: ...
    @property
    def landed(self) -> date: ...
    @property
    def updated_at(self) -> datetime | None: ...
    @property
    def withdrawn(self) -> bool: ...


Row = TypeVar("Row", bound=Landed)


def changed_at(row: Landed) -> datetime:
    """When its source changed it, or else the end of the night that it landed in."""
    return row.updated_at or datetime.combine(row.landed + DAY, time(), UTC)


def known(rows: Sequence[Row], night: date) -> list[Row]:
    """The newest version of every key that had landed by a night, without those that are withdrawn."""
    newest: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: (changed_at(row), row.landed)):
        if row.landed <= night:
            newest[row.key] = row
    return [row for _, row in sorted(newest.items()) if not row.withdrawn]


def events_on(account: Account, night: date) -> list[Event]:
    """What is known of an account on a night; of contents that hadn't landed, only that they are named."""
    return [
        replace(each, content=replace(each.content, published=None))
        if each.content and each.content.landed > night
        else each
        for each in known(account.events, night)
    ]


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY
