"""What differs between deployments of the nightly run: when it starts, when it is late, and who hears of it.

| variable | meaning | default |
| --- | --- | --- |
| `EVENHAND_SCHEDULE` | cron expression, in the time zone below; empty: nights are run by hand | empty |
| `EVENHAND_TIMEZONE` | time zone that nights end in; another holds all lists until somebody else approves | `UTC` |
| `EVENHAND_CHANGED_BY` | who changed it last, by commas | empty |
| `EVENHAND_FIRST_NIGHTS` | `approve`: a person sees a market's first seven nights; `accept`: nobody | `approve` |
| `EVENHAND_DEADLINE_MINUTES` | a run that takes longer is reported as late; empty: none is | empty |
| `EVENHAND_NOTIFIERS` | JSON list of Airflow notifiers, as `{"classpath": …, "kwargs": {…}}` | `[]` |
| `EVENHAND_PEOPLE_NOTIFIERS` | likewise: how people of people.yml are told of their cases | `[]` |
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo


class DeploymentError(Exception):
    """A variable of the deployment can't be used. The message names it and says what to write."""


@dataclass(frozen=True)
class Deployment:
    """The settings of one deployment; see the module.

    Attributes:
        schedule: cron expression, or None.
        notifiers: class path and arguments of every notifier.
        people_notifiers: likewise, of those that tell a person of people.yml something.
    """

    schedule: str | None
    timezone: ZoneInfo
    deadline: timedelta | None
    notifiers: tuple[tuple[str, dict[str, Any]], ...]
    people_notifiers: tuple[tuple[str, dict[str, Any]], ...] = ()

    def night_of(self, logical_date: datetime) -> date:
        """The night that a run decides: its logical date, as a day in the deployment's time zone."""
        return logical_date.astimezone(self.timezone).date()

    def moment_of(self, night: date, clock: datetime) -> datetime:
        """A logical date of the night: its day, at the time of day that the clock shows in the time zone."""
        return datetime.combine(night, clock.astimezone(self.timezone).time(), self.timezone)


def changed_by() -> tuple[str, ...]:
    """Who changed the time zone, or where items' links come from, last: none of them approves what that does."""
    return tuple(name for each in (os.environ.get("EVENHAND_CHANGED_BY") or "").split(",") if (name := each.strip()))


def asks_first_nights() -> bool:
    """Whether a person has to see each of a market's first nights before anything of it leaves.

    Raises:
        DeploymentError: the variable says neither.
    """
    said = os.environ.get("EVENHAND_FIRST_NIGHTS") or "approve"
    if said not in ("approve", "accept"):
        raise DeploymentError(f"EVENHAND_FIRST_NIGHTS is {said!r}; write approve or accept")
    return said == "approve"


def deployment() -> Deployment:
    """The settings of this process, from the environment.

    Raises:
        DeploymentError: a variable can't be read.
    """
    zone = os.environ.get("EVENHAND_TIMEZONE") or "UTC"
    try:
        timezone = ZoneInfo(zone)
    except (KeyError, ValueError) as error:
        raise DeploymentError(f"EVENHAND_TIMEZONE is {zone!r}; write a name such as Asia/Ho_Chi_Minh") from error
    minutes = os.environ.get("EVENHAND_DEADLINE_MINUTES")
    try:
        deadline = timedelta(minutes=float(minutes)) if minutes else None
    except ValueError as error:
        raise DeploymentError(f"EVENHAND_DEADLINE_MINUTES is {minutes!r}; write a number of minutes") from error
    notifiers, people_notifiers = _notifiers("EVENHAND_NOTIFIERS"), _notifiers("EVENHAND_PEOPLE_NOTIFIERS")
    return Deployment(os.environ.get("EVENHAND_SCHEDULE") or None, timezone, deadline, notifiers, people_notifiers)


def _notifiers(variable: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    text = os.environ.get(variable) or "[]"
    try:
        return tuple((each["classpath"], dict(each.get("kwargs", {}))) for each in json.loads(text))
    except (ValueError, TypeError, KeyError) as error:
        raise DeploymentError(
            f'{variable} must be a JSON list such as [{{"classpath": "airflow.providers.smtp.notifications.smtp.'
            f'SmtpNotifier", "kwargs": {{"to": "nights@example.org"}}}}] ({error})'
        ) from error
