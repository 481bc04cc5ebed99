"""The reports of a night, sent to those of people.yml who are to have them; it neither holds nor fails a night.

Heavy imports are inside the functions, for this module is imported wherever a DAG is parsed.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from evenhand.settings import Settings, settings
from evenhand.tasks.cases import alone
from evenhand.tasks.facts import Facts, note, told_if_it_fails
from evenhand.tasks.facts_task import facts_task

if TYPE_CHECKING:
    from evenhand.people.people import People
    from evenhand.reports.boards import Board, Boards
    from evenhand.reports.report import Kind, Report

log = logging.getLogger(__name__)

# On the night of this day of the week, 7 for Sunday, the week until it is told of.
_WEEKS_DAY = 7


class NotSent(Exception):
    """Somebody wasn't sent a report. The message says who and why; trying again may help."""

    passes = True


@dataclass(frozen=True)
class _Wanted:
    """A report for somebody: of markets, or of all that there are where none is named.

    Attributes:
        what: a night, a week, or a board.
        on_news: whether it is sent only where a figure of it misses its target, and did not on the night before.
    """

    person: str
    address: str
    what: Kind | Board
    markets: tuple[str, ...]
    language: str
    on_news: bool = False


@told_if_it_fails("send_reports")
def send_reports(night: date) -> Facts:
    """Send the reports of a night: each once, to whom people.yml says.

    Raises:
        NotSent: one of them couldn't be sent.
    """
    from evenhand.deployment import deployment
    from evenhand.people.in_force import PeopleClosed, people_in_force
    from evenhand.release.figures import definitions
    from evenhand.reports.boards import Boards, read_boards
    from evenhand.tasks.alerts import tell

    here = settings()
    try:
        people = people_in_force(here.home, here.people)
    except PeopleClosed:
        # Nobody is told anything until it is known who may know what; nights go on.
        people = None
    told = people if deployment().people_notifiers else None
    boards = read_boards(here.boards, definitions(here.dbt_project)) if told else Boards({}, ())
    wanted = [*_wanted(told, night), *_wanted_boards(told, boards, night)] if told else []
    came, unknown = [], set()
    for each in wanted:
        failure, of_nothing = _sent(here, night, each)
        came.append(failure)
        unknown |= {(market, each.person) for market in of_nothing}
    failed = [each for each in came if each]
    broken = [f"a board can't be used: {each}" for each in boards.mistakes]
    broken += [f"nothing is known of {market}, for {person} in people.yml" for market, person in sorted(unknown)]
    said = f"{len([each for each in came if each is not None])} reports, {len(failed)} of them not sent"
    noted = note(night, "send_reports", {"told": "; ".join([said, *broken])})
    if failed:
        raise NotSent("; ".join([*failed, *broken]))
    if broken:
        # Nobody is waited for, and trying again doesn't help.
        tell("; ".join(broken))
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


def _wanted_boards(people: People, boards: Boards, night: date) -> Iterator[_Wanted]:
    """The boards that somebody may hear of on a night: of the markets that they may see, where they have an address."""
    from evenhand.people.people import ALL
    from evenhand.records.persons import normalised
    from evenhand.reports.boards import told_markets

    is_weeks_day = night.isoweekday() == _WEEKS_DAY
    for loaded in boards.boards.values():
        for told in loaded.board.told:
            listed = (each for each in people.people if each.user and normalised(each.user) == normalised(told.user))
            entry = next((each for each in listed if each.address), None)
            markets = told_markets(loaded.board, people, told.user)
            if not entry or not entry.user or not markets:
                continue
            always = "night" in told.when or ("week" in told.when and is_weeks_day)
            if always or "off_target" in told.when:
                of = () if ALL in markets else tuple(sorted(markets))
                yield _Wanted(entry.user, entry.address, loaded.board, of, entry.language, not always)


def _sent(here: Settings, night: date, wanted: _Wanted) -> tuple[str | None, Collection[str]]:
    """The same of a report that may not come about: that keeps nobody else from theirs."""
    try:
        return _send(here, night, wanted)
    except Exception as error:
        what = f"the {wanted.what}" if isinstance(wanted.what, str) else f"the board {wanted.what.board}"
        log.exception("%s wasn't sent %s", wanted.person, what)
        return f"{wanted.person} wasn't sent {what} ({type(error).__name__}: {error})", ()


def _send(here: Settings, night: date, wanted: _Wanted) -> tuple[str | None, Collection[str]]:
    """Send a report, unless this night's was sent.

    Returns:
        What kept it from that, which is nothing where it is sent, and None where there is no news to send; and the
        markets that it was to be of, and of which nothing is known.
    """
    from evenhand.notices.catalogs import load_catalogs
    from evenhand.reports.files import write
    from evenhand.reports.language import Language
    from evenhand.reports.letter import letter_of
    from evenhand.reports.make import NoSuchMarket
    from evenhand.reports.marks import of_the_night, of_the_very_same, one_at_a_time
    from evenhand.tasks.alerts import tell_person, was_told

    try:
        report = _report(here, night, wanted)
    except NoSuchMarket:
        # Nothing is known of any of them, so there is nothing to tell.
        return "", wanted.markets
    if report is None:
        return None, ()
    unknown = set(wanted.markets) - set(report.markets)
    speaks = Language(report.language, load_catalogs(here.translations))
    folder = here.home / "reports" / f"night={night}"
    mark = of_the_night(folder, wanted.person, report)
    same = of_the_very_same(folder, wanted.person, report, speaks, here.pages)
    # Somebody may have sent it from its page, or does so now.
    with one_at_a_time(folder):
        if was_told(mark) or was_told(same):
            return "", unknown
        files: Sequence[str] = [str(path) for path in write(report, speaks, folder, here.pages)]
        subject, body = letter_of(report, speaks, files)
        failures = tell_person(wanted.person, wanted.address, subject, body, files=files, marks=[mark, same])
    failure = f"{wanted.person} wasn't sent {report.name} ({'; '.join(failures)})" if failures else ""
    return failure, unknown


def _report(here: Settings, night: date, wanted: _Wanted) -> Report | None:
    """What somebody is to be sent; None where it is sent on news alone, and there is none.

    Raises:
        NoSuchMarket: nothing is known of its markets.
    """
    from evenhand.reports.board_report import board_report, off_target
    from evenhand.reports.language import languages
    from evenhand.reports.make import NoSuchMarket, report_of

    language = wanted.language if wanted.language in languages() else "en"
    if isinstance(wanted.what, str):
        return report_of(here, wanted.what, night, language, wanted.markets, say_unknown=True)
    report = board_report(here, wanted.what, night, language, wanted.markets or None)
    if not report.markets:
        raise NoSuchMarket(f"nothing is known on {night} of a market of {wanted.what.board}")
    if wanted.on_news:
        off = off_target(here, report, wanted.what, night)
        known = off_target(here, report, wanted.what, report.before) if report.before else frozenset()
        # While one stays so, once a week.
        if not off or (off <= known and night.isoweekday() != _WEEKS_DAY):
            return None
    return report


@facts_task(task_id="send_reports", owner="strategy")
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
