"""Sending a report from its page: to people of people.yml alone, of what they may see there, and none of it twice."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.deployment import deployment
from evenhand.people.in_force import people_in_force
from evenhand.people.people import ALL
from evenhand.people.rights import markets_of
from evenhand.records.persons import PersonRefused, normalised
from evenhand.reports.files import write
from evenhand.reports.language import Language
from evenhand.reports.letter import letter_of
from evenhand.reports.marks import of_the_very_same, one_at_a_time
from evenhand.reports.report import Report
from evenhand.settings import settings
from evenhand.tasks.alerts import tell_person, was_told

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sent:
    """What came of sending a report to somebody.

    Attributes:
        had_it: whether they were sent the very same before.
        failures: what kept notifiers from it.
    """

    person: str
    had_it: bool = False
    failures: Sequence[str] = ()


def recipients(markets: Sequence[str]) -> dict[str, str]:
    """Who may be sent what is of some markets, with their addresses: users of people.yml who may see all of them.

    Nobody where nobody is told by anything, or while it isn't known who may see what.

    Args:
        markets: none for all that there are.
    """
    here = settings()
    try:
        people = people_in_force(here.home, here.people)
    except PersonRefused:
        return {}
    if people is None or not deployment().people_notifiers:
        return {}
    found: dict[str, tuple[str, str]] = {}
    for each in people.people:
        if each.user and each.address:
            seen = markets_of(people, each.user, "see")
            if ALL in seen or (markets and set(markets) <= seen):
                # Who is listed several times is told at the first address.
                found.setdefault(normalised(each.user), (each.user, each.address))
    return dict(sorted(found.values()))


def send(report: Report, language: Language, to: dict[str, str], sender: str) -> list[Sent]:
    """Send a report to people with their addresses, by the notifiers that the night's reports are sent by.

    Args:
        to: some of those that `recipients` gives.
    """
    here = settings()
    folder = here.home / "reports" / f"night={report.night}"
    came = []
    # Who clicks twice waits for the first click, and for the night's own task.
    with one_at_a_time(folder):
        files = [str(path) for path in write(report, language, folder, here.pages)]
        subject, body = letter_of(report, language, files)
        for person, address in to.items():
            mark = of_the_very_same(folder, person, report, language, here.pages)
            if was_told(mark):
                came.append(Sent(person, had_it=True))
                continue
            failures = tell_person(person, address, subject, body, files=files, marks=[mark])
            came.append(Sent(person, failures=failures))
            # As Python writes a text, so that a name can't begin a line of its own.
            said = f"not sent ({'; '.join(failures)})" if failures else "sent"
            log.info("%r sends %s of night %s to %r: %s", sender, report.name, report.night, person, said)
    return came
