"""Whether somebody may do something: looked at where it is applied, whichever way the answer came."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from evenhand.people.in_force import PeopleClosed, people_in_force
from evenhand.people.people import ALL, People, Right
from evenhand.records.persons import Person, PersonRefused, normalised
from evenhand.settings import settings

# So many of those who may are named.
_NAMED = 5
_TO = {
    "see": "see the pages",
    "support": "see what creators may be told",
    "work_cases": "work at cases",
    "approve": "approve",
    "emergency": "ask for or approve emergencies",
    "stop": "stop, resume or reverse",
    "admin": "decide about the installation",
}


class WithoutRight(PersonRefused):
    """Somebody may not do this. The message says who may.

    Attributes:
        others: all who may.
    """

    def __init__(self, message: str, others: Sequence[str], kind: str, market: str) -> None:
        super().__init__(message, kind, others=", ".join(others[:_NAMED]), market=market)
        self.others = others


def refuse_without_right(
    home: Path, person: Person, right: Right, markets: Iterable[str], at: datetime | None = None
) -> None:
    """Make sure that somebody may do something.

    Args:
        markets: those that it is about; `(ALL,)` for what concerns every market.
        at: when they did it, if that is past; by default now.

    Raises:
        WithoutRight: people.yml gives them no such right for one of the markets.
        PeopleClosed: it isn't known who may.
        ValueError: no market is named, so that nothing would be looked at.
    """
    asked = tuple(markets)
    if not asked:
        raise ValueError(f"for which markets must {person.name} have the right to {_TO[right]}? None is named")
    if people := people_in_force(home, settings().people, at):
        for market in asked:
            refuse_by(people, person, right, market)


def refuse_by(people: People, person: Person, right: Right, market: str) -> None:
    """The same by a text of people.yml that is known.

    Raises:
        WithoutRight: it gives them no such right.
    """
    if right in people.rights_of(person.name, market):
        return
    of = "all markets" if market == ALL else market
    others = people.who_may(right, market)
    said = f"{', '.join(others[:_NAMED])} may" if others else "nobody may; have two admins give somebody the right"
    kind = "no_right" if others else "nobody_has_right"
    raise WithoutRight(f"{person.name} may not {_TO[right]} for {of} (people.yml); {said}", others, kind, market)


def refuse_to_stop(home: Path, person: Person) -> None:
    """Make sure that somebody may stop deliveries: who may for a market, and everybody while nobody knows who may.

    Raises:
        WithoutRight: they may for no market.
    """
    try:
        people = people_in_force(home, settings().people)
    except PeopleClosed:
        # It is the safe direction: a slip in a file keeps nobody from it.
        return
    if people and not markets_of(people, person.name, "stop"):
        others = sorted({each.user for each in people.people if each.user and markets_of(people, each.user, "stop")})
        said = f"whoever may for a market: {', '.join(others)}"
        kind = "no_right" if others else "nobody_has_right"
        raise WithoutRight(f"{person.name} may not stop deliveries (people.yml); {said}", others, kind, ALL)


def markets_of(
    people: People, user: str, right: Right, roles: Collection[str] = (), teams: Collection[str] = ()
) -> set[str]:
    """The markets for which a log-in has a right; `ALL` among them for every market.

    Args:
        roles: of Airflow's log-in, where they are known.
        teams: likewise.
    """
    found: set[str] = set()
    for each in people.people:
        is_meant = each.role in roles if each.role else each.team in teams if each.team else False
        if is_meant and right in each.rights:
            found |= set(each.markets)
        if each.user:
            found |= {market for market in each.markets if right in people.rights_of(user, market)}
    return found


def language_of(people: People, user: str, roles: Collection[str] = (), teams: Collection[str] = ()) -> str | None:
    """The language that a log-in reads: what its own lines say, else those of its groups; None if none does."""
    own = [each for each in people.people if each.user and normalised(each.user) == normalised(user)]
    of_groups = [
        each for each in people.people if (each.role or each.team) and (each.role in roles or each.team in teams)
    ]
    return next((each.language for each in (*own, *of_groups) if "language" in each.model_fields_set), None)
