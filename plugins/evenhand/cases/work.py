"""What people do at cases: each looks at the right where it is applied, and at the version that they saw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from shlex import quote
from typing import Any

from evenhand.cases.case import Case, CaseCause
from evenhand.cases.kinds import KINDS
from evenhand.cases.owners import owners_of
from evenhand.cases.store import Cases, Draft
from evenhand.landing.names import composed
from evenhand.people.acts import WORK_CASE, refuse_who_may_not
from evenhand.people.in_force import people_in_force
from evenhand.people.people import ALL
from evenhand.records.persons import Person, normalised
from evenhand.records.refusals import Refused
from evenhand.records.written import LONGEST_REASON, TextRefused, line, remark
from evenhand.settings import settings

# So many of several are named.
_NAMED = 5


class WorkRefused(Refused):
    """This can't be done at the case. The message says why and what can, on the terminal."""


def open_case(
    cases: Cases, home: Path, by: Person, kind: str, market: str, subject: str, title: str, accounts: Sequence[str],
    on: date, facts: Sequence[str] = (),
) -> Case:  # fmt: skip
    """Open a case by hand; no night closes it.

    Raises:
        WorkRefused: there is such a case already, its kind isn't opened by hand, there is no such market, or an
            account isn't of it.
        evenhand.records.persons.PersonRefused: they may not work at cases of the market.
    """
    refuse_who_may_not(home, by, WORK_CASE, (market,))
    by_hand = [name for name, each in KINDS.items() if each.opened_by_hand]
    if kind not in by_hand:
        raise WorkRefused(f"{kind!r} isn't a kind that people open; write one of {', '.join(by_hand)}", "not_by_hand")
    if not subject.strip() or not title.strip():
        raise WorkRefused("a case needs a subject and a title: what it is about, and a line for people", "untitled")
    with _taken():
        subject, title = line(subject, "what the case is about"), line(title, "the title")
        facts = [line(fact, "a fact", LONGEST_REASON) for fact in facts]
    accounts = tuple(dict.fromkeys(map(composed, accounts)))
    _refuse_others(market, accounts)
    cause = CaseCause(kind, subject, market, title, accounts, tuple(facts), on, about="")
    known = cases.case(cause.case_id)
    if known:
        what = (
            "is open already"
            if known.state == "open"
            else f"was closed; reopen it: evenhand case reopen {cause.case_id}"
        )
        keeps = "known" if known.state == "open" else "was_closed"
        raise WorkRefused(f"{cause.case_id}, about {subject}, {what}", keeps, case=cause.case_id)
    cases.append([Draft(cause.case_id, 0, "opened", {"cause": cause.as_content(), "on": str(on)}, by)])
    return _case(cases, cause.case_id)


def assign(cases: Cases, home: Path, by: Person, case_id: str, to: str, seen: int | None = None) -> Case:
    """Have somebody else have a case, who may work at it.

    Raises:
        WorkRefused: it isn't open, or they may not work at it.
        evenhand.cases.store.CaseChanged: it has another version than was seen.
    """
    case = _workable(cases, home, by, case_id)
    owner = normalised(to)
    refuse_who_may_not(home, Person(owner, logged_in=False), WORK_CASE, (case.cause.market,))
    return _after(cases, case, seen, "assigned", {"owner": owner}, by)


def take(cases: Cases, home: Path, by: Person, case_id: str, seen: int | None = None) -> Case:
    """Have a case oneself.

    Raises:
        WorkRefused: it isn't open, or somebody else has it.
    """
    case = _workable(cases, home, by, case_id)
    if case.owner and case.owner != by.name:
        raise WorkRefused(
            f"{case.owner} has {case_id}; have it assigned: evenhand case assign {case_id} --to {by.name}",
            "owned",
            owner=case.owner,
        )
    return _after(cases, case, seen, "taken", {"owner": by.name}, by)


def comment(cases: Cases, home: Path, by: Person, case_id: str, text: str, seen: int | None = None) -> Case:
    """Say something of a case, open or closed."""
    case = _known(cases, home, by, case_id)
    if not text.strip():
        raise WorkRefused("an empty comment says nothing; write one", "empty")
    with _taken():
        said = remark(text, "the comment")
    return _after(cases, case, seen, "commented", {"text": said}, by)


def escalate(cases: Cases, home: Path, by: Person, case_id: str, why: str, seen: int | None = None) -> Case:
    """Have the person of the next level of the case's market have it, or of the one after where they have it already.

    Raises:
        WorkRefused: nobody is listed at that level, or there is no reason.
    """
    case = _workable(cases, home, by, case_id)
    reason = _said(why, case_id)
    level, owner = next_level(home, case)
    if not owner:
        raise WorkRefused(
            f"nobody is listed at level {level} for {case.cause.market} who may work at cases; give somebody"
            f" `level: {level}` and the right work_cases in people.yml",
            "nobody_at_level",
            level=level,
            market=case.cause.market,
        )
    return _after(cases, case, seen, "escalated", {"owner": owner, "level": level, "why": reason}, by)


def close(cases: Cases, home: Path, by: Person, case_id: str, why: str, on: date, seen: int | None = None) -> Case:
    """Close a case with a reason: it returns only on new facts.

    Raises:
        WorkRefused: its kind is closed by its answer alone, or there is no reason.
    """
    case = _workable(cases, home, by, case_id)
    if not KINDS[case.cause.kind].closed_by_people:
        name, _, market = case.cause.subject.partition("/")
        raise WorkRefused(
            f"{case_id}: a held list's case is closed by its answer alone: evenhand answer approve --night {on}"
            f" --list {name} --market {quote(market)}",
            "by_answer",
        )
    reason = _said(why, case_id)
    return _after(cases, case, seen, "closed", {"why": reason, "on": str(on)}, by)


def reopen(cases: Cases, home: Path, by: Person, case_id: str, why: str, on: date, seen: int | None = None) -> Case:
    """Open a closed case again.

    Raises:
        WorkRefused: it is open, its kind is opened by nights alone, or there is no reason.
    """
    case = _known(cases, home, by, case_id)
    if case.state == "open":
        raise WorkRefused(f"{case_id} is open already", "known", case=case_id)
    if not KINDS[case.cause.kind].closed_by_people:
        raise WorkRefused(f"{case_id}: a held list's case is opened by the night that holds it", "by_night")
    reason = _said(why, case_id)
    return _after(cases, case, seen, "reopened", {"why": reason, "on": str(on)}, by)


def _refuse_others(market: str, accounts: Sequence[str]) -> None:
    """A case is about accounts of its market alone, for its people read what they sell and what holds them.

    Of an account that is of another market, the same is said as of one that isn't there.
    """
    owners = owners_of(settings().releases, accounts)
    if owners is None:
        # Nothing is known of any account, and so nothing can be read of one.
        return
    if market not in (ALL, *owners.known):
        raise WorkRefused(
            f"there is no market {market!r} on night {owners.night}; write one of {_names(owners.known)}",
            "unknown_market",
            market=market,
        )
    allowed = owners.known if market == ALL else (market,)
    others = [each for each in accounts if owners.markets.get(each) not in allowed]
    if others:
        raise WorkRefused(
            f"no account of {market} on night {owners.night} is called {_names(others)}; a case is about accounts of"
            " its own market, spelt as in the feeds",
            "unknown_accounts",
            num=len(others),
            accounts=", ".join(others[:_NAMED]),
            market=market,
        )


def _names(of: Sequence[str]) -> str:
    more = f" and {len(of) - _NAMED:,} more" if len(of) > _NAMED else ""
    return f"{', '.join(of[:_NAMED])}{more}"


def _said(why: str, case_id: str) -> str:
    if not why.strip():
        raise WorkRefused(f"{case_id}: no reason is given; say why, which the case's history keeps", "no_reason")
    with _taken():
        return remark(why, "the reason", LONGEST_REASON)


@contextmanager
def _taken() -> Iterator[None]:
    try:
        yield
    except TextRefused as error:
        raise WorkRefused(str(error)) from error


def next_level(home: Path, case: Case) -> tuple[int, str]:
    """The first level above a case's whose person doesn't have it already, and who that is; empty for nobody."""
    level = case.level + 1
    while (person := _person_at(home, case.cause.market, level)) and person == case.owner:
        level += 1
    return level, person


def _person_at(home: Path, market: str, level: int) -> str:
    """Who has cases of a market at a level of escalation, and may work at them; empty for nobody."""
    people = people_in_force(home, settings().people)
    for each in people.people if people else ():
        if each.user and each.level == level and each.is_for(market):
            assert people
            if WORK_CASE.right in people.rights_of(each.user, market):
                return normalised(each.user)
    return ""


def _workable(cases: Cases, home: Path, by: Person, case_id: str) -> Case:
    case = _known(cases, home, by, case_id)
    if case.state != "open":
        raise WorkRefused(
            f"{case_id} is closed; reopen it first: evenhand case reopen {case_id} --reason TEXT", "closed"
        )
    return case


def _known(cases: Cases, home: Path, by: Person, case_id: str) -> Case:
    case = _case(cases, case_id)
    refuse_who_may_not(home, by, WORK_CASE, (case.cause.market,))
    return case


def _case(cases: Cases, case_id: str) -> Case:
    if case := cases.case(case_id):
        return case
    raise WorkRefused(f"there is no case {case_id}; evenhand cases lists those that there are", "no_case", case=case_id)


def _after(cases: Cases, case: Case, seen: int | None, action: Any, content: dict[str, Any], by: Person) -> Case:
    cases.append([Draft(case.case_id, case.version if seen is None else seen, action, content, by)])
    return _case(cases, case.case_id)
