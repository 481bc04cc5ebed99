"""The reports of a night, sent to those of people.yml who are to have them; it neither holds nor fails a night.

Heavy imports are inside the functions, for this module is imported wherever a DAG is parsed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk import task

from evenhand.settings import Settings, settings
from evenhand.tasks.cases import alone
from evenhand.tasks.facts import Facts, note, told_if_it_fails

if TYPE_CHECKING:
    from evenhand.people.people import People
    from evenhand.reports.report import Kind

# On the night of this day of the week, 7 for Sunday, the week until it is told of.
_WEEKS_DAY = 7


class NotSent(Exception):
    """Somebody wasn't sent a report. The message says who and why; trying again may help."""

    passes = True


@dataclass(frozen=True)
class _Wanted:
    """A report for somebody: of markets, or of all that there are where none is named."""

    person: str
    address: str
    kind: Kind
    markets: tuple[str, ...]
    language: str


@told_if_it_fails("send_reports")
def send_reports(night: date) -> Facts:
    """Send the reports of a night: each once, to whom people.yml says.

    Raises:
        NotSent: one of them couldn't be sent.
    """
    from evenhand.deployment import deployment
    from evenhand.people.in_force import PeopleClosed, people_in_force

    here = settings()
    try:
        people = people_in_force(here.home, here.people)
    except PeopleClosed:
        # Nobody is told anything until it is known who may know what; nights go on.
        people = None
    wanted = list(_wanted(people, night)) if people and deployment().people_notifiers else []
    failed = [failure for each in wanted for failure in _send(here, night, each)]
    noted = note(night, "send_reports", {"told": f"{len(wanted)} reports, {len(failed)} of them not sent"})
    if failed:
        raise NotSent("; ".join(failed))
    return noted


def _wanted(people: People, night: date) -> Iterator[_Wanted]:
    from evenhand.people.people import ALL
    from evenhand.people.rights import markets_of

    for each in people.people:
        if not each.user or not each.address:
            continue
        # Of what they may see, the markets that this entry is about.
        seen = markets_of(people, each.user, "see")
        markets = seen if ALL in each.markets else set(each.markets) if ALL in seen else seen & set(each.markets)
        for kind in each.reports:
            if markets and (kind == "night" or night.isoweekday() == _WEEKS_DAY):
                of = () if ALL in markets else tuple(sorted(markets))
                yield _Wanted(each.user, each.address, kind, of, each.language)


def _send(here: Settings, night: date, wanted: _Wanted) -> list[str]:
    """Send a report, unless this night's was sent; returns what kept it from that."""
    from evenhand.notices.catalogs import load_catalogs
    from evenhand.records.atomic_files import write_once
    from evenhand.reports.files import write
    from evenhand.reports.language import Language, languages
    from evenhand.reports.letter import letter_of
    from evenhand.reports.make import NoSuchMarket, report_of
    from evenhand.tasks.alerts import tell_person

    language = wanted.language if wanted.language in languages() else "en"
    speaks = Language(language, load_catalogs(here.translations))
    try:
        report = report_of(here, wanted.kind, night, language, wanted.markets)
    except NoSuchMarket:
        # Nothing is known of it yet, so there is nothing to tell.
        return []
    folder = here.home / "reports" / f"night={night}"
    sent = folder / "sent" / f"{wanted.person}.{report.name}".replace("/", "_")
    if sent.exists():
        return []
    page, workbook = write(report, speaks, folder, here.pages)
    subject, body = letter_of(report, speaks, [str(page), str(workbook)])
    failures = tell_person(wanted.person, wanted.address, subject, body, files=[str(page), str(workbook)])
    if failures:
        return [f"{wanted.person} wasn't sent {report.name} ({'; '.join(failures)})"]
    write_once(sent, f"{wanted.address}\n".encode())
    return []


@task(task_id="send_reports", owner="strategy")
def _send_reports(night: str, ti: Any = None) -> Facts:
    """Send the night's reports to those who are to have them; it fails for itself alone."""
    return alone(lambda: send_reports(date.fromisoformat(night)), ti, "the reports weren't all sent")


def reports_task(night: str, looked: Any) -> Any:
    """Send reports once the cases are looked at.

    Args:
        night: the night, YYYY-MM-DD, or the template of it.
        looked: the task that looks at the cases.
    """
    sent = _send_reports(night)
    looked >> sent
    return sent
