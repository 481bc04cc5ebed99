"""What would restore an account, and by when: the night's own models over the nights to come, with nothing new.

Each way is tried on a copy of the account: nothing at all, each appeal that can still be filed or is pending, granted
tomorrow, each training and relief that the packs name, done tomorrow; and all of them together. What hangs on others
(a place among peers, a budget for all) can't be told from one account.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import duckdb

from evenhand.deciding.compiled import run_models
from evenhand.deciding.copies import lay_copies
from evenhand.deciding.project import CompiledModel
from evenhand.explain.explanation import FOR_SUPPORT, Explanation
from evenhand.explain.names import Names
from evenhand.explain.ways import Way
from evenhand.landing.contracts import BY_NAME, Contract
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

NIGHTS = 180
PERMANENT = "permanent"
DAY = timedelta(days=1)
TONIGHT = "tonight"
Outcome = Literal["on", "not_within", "for_good"]


class CannotBeTried(Exception):
    """What would restore the account can't be computed. The message says why and what to do."""


@dataclass(frozen=True)
class Restored:
    """When something ends or opens on a way.

    Attributes:
        what: the row of a penalty, an eligibility, or a reward that zones bring: its programme, scope and name.
        outcome: `on` a day; `not_within` the nights that are looked at; or `for_good`.
        free_on: the first night without it, with it open, or with the reward.
        measure: the penalty or the reward; empty of an eligibility.
        scope: what it touches.
        then: another penalty of the programme that the scope has after it, such as a milder zone's; empty if none.
        then_on: the first night with that.
    """

    what: str
    outcome: Outcome
    free_on: date | None = None
    measure: str = ""
    scope: str = ""
    then: str = ""
    then_on: date | None = None

    def called(self, names: Names) -> str:
        """What it is called, whether or not it is released."""
        if not self.measure:
            return names.of("eligibility", self.what)
        return f"{names.of('measure', self.measure)} ({names.of('scope', self.scope)})"

    def called_apart(self, names: Names, others: Sequence[Restored]) -> str:
        """What it is called, with its programme where another of the same name is restored by itself."""
        called = self.called(names)
        if not any(each.what != self.what and each.called(names) == called for each in others):
            return called
        first, second, last = self.what.rsplit("/", 2)
        return f"{called}, {names.of('programme', first if last == self.measure else second)}"

    def said(self, names: Names) -> str:
        """In words."""
        if self.free_on and self.then:
            return f"restored from {self.free_on} on; {names.of('measure', self.then)} from {self.then_on} on"
        if self.free_on:
            return f"restored from {self.free_on} on"
        return "for good" if self.outcome == "for_good" else f"not within {NIGHTS} nights"


@dataclass(frozen=True)
class TriedWay:
    """A way, and what becomes on it of each penalty, each shut eligibility and each reward of a zone that is lacked."""

    way: Way
    restored: Sequence[Restored]

    def of(self, what: str) -> Restored:
        """What becomes of one."""
        return next(each for each in self.restored if each.what == what)


def try_at_once(
    connection: duckdb.DuckDBPyConnection,
    models: Sequence[CompiledModel],
    night: date,
    nights: int,
    account: str,
    batch: Sequence[Way],
    single: Sequence[Way],
    built: Callable[[int], None],
) -> list[TriedWay]:
    """Nothing at all and some ways, in one run of the models.

    Args:
        connection: with the night's work attached as `tonight`, its rules, and the nights that are asked about.
        batch: the ways that are tried.
        single: all that there are, for all of them together.
        built: is told after each model how many are built.
    """
    ways = [Way("nothing"), *batch]
    lay_copies(connection, TONIGHT, [(account, copy) for copy in range(len(ways))])
    for number, way in enumerate(ways):
        for step in single if way.kind == "all" else [way]:
            _take(connection, step, account, number, night + DAY)
    run_models(connection, models, night + nights * DAY, built)
    values = {"account": account, "night": night}
    of_zones = connection.execute(_SQL("rewards_of_other_zones", warehouse=TONIGHT), values).fetchall()
    return _tried(connection, account, ways, night, {reward for (reward,) in of_zones})


def _take(connection: duckdb.DuckDBPyConnection, way: Way, account: str, copy: int, day: date) -> None:
    """Have a way be gone on a day."""
    if way.kind == "appeal":
        violation = f"{way.about}~{copy}"
        pending = connection.execute(_SQL("grant_pending"), {"day": str(day), "violation": violation}).fetchall()
        if not pending:
            _insert(
                connection,
                BY_NAME["appeals"],
                day,
                appeal_id=f"if granted/{violation}",
                violation_id=violation,
                account_id=f"{account}~{copy}",
                filed_on=str(day),
                outcome="granted",
                decided_on=str(day),
            )
    elif way.kind == "activity":
        _insert(
            connection,
            BY_NAME["activities"],
            day,
            activity_id=f"if done/{way.about}/{way.violation}~{copy}",
            account_id=f"{account}~{copy}",
            activity=way.about,
            on_day=str(day),
            violation_id=f"{way.violation}~{copy}" if way.violation else None,
        )


def _insert(connection: duckdb.DuckDBPyConnection, contract: Contract, day: date, **values: str | None) -> None:
    names = ["landed_night", "landed_file", "landed_row", *values]
    for table in (contract.feed, contract.versions):
        if table:
            connection.execute(
                f"insert into accepted.{table} ({', '.join(names)}) values ({', '.join('?' for _ in names)})",
                [day, "what would restore it", 1, *values.values()],
            )


def _tried(
    connection: duckdb.DuckDBPyConnection, account: str, ways: Sequence[Way], night: date, of_zones: Collection[str]
) -> list[TriedWay]:
    measures = connection.execute(_SQL("measures")).fetchall()
    eligibilities = connection.execute(_SQL("eligibilities")).fetchall()
    nights = [
        asked
        for (asked,) in connection.execute("select distinct night from policy.asked_nights order by all").fetchall()
    ]
    shut: dict[tuple[str, str], set[date]] = {}
    lengths: dict[tuple[str, str], str] = {}
    others: dict[tuple[str, str], dict[date, str]] = {}
    tonight = {row_key: (measure, scope) for _, row_key, as_of, _, measure, scope in measures if as_of == night}
    called = {row_key.replace(f"{account}~0", account, 1): of for row_key, of in tonight.items()}
    for who, row_key, as_of, length, measure, _ in measures:
        copy = who.rpartition("~")[2]
        what = row_key.replace(who, account, 1)
        if called.get(what, (measure,))[0] == measure:
            shut.setdefault((copy, what), set()).add(as_of)
            lengths[copy, what] = length
        else:
            others.setdefault((copy, what), {})[as_of] = measure
    # One that no pack has any more is as shut as it was.
    open_on: dict[tuple[str, str], set[date]] = {}
    for who, eligibility, as_of, is_open in eligibilities:
        nights_of_it = open_on.setdefault((who.rpartition("~")[2], eligibility), set())
        if is_open:
            nights_of_it.add(as_of)
    shut |= {of: set(nights) - on for of, on in open_on.items()}
    for_good = connection.execute(_SQL("shut_for_good"), {"last": nights[-1]}).fetchall()
    lengths |= {(who.rpartition("~")[2], eligibility): PERMANENT for who, eligibility in for_good}
    there: dict[tuple[str, str], set[date]] = {}
    for who, row_key, as_of in connection.execute(_SQL("rewards")).fetchall():
        what = row_key.removeprefix(f"{who}/")
        if what in of_zones:
            there.setdefault((who.rpartition("~")[2], what), set()).add(as_of)
    for what in of_zones:
        _, scope, reward = what.split("/")
        called[what] = reward, scope
        for copy in map(str, range(len(ways))):
            # A reward that ends by itself is back on the first night that it is there.
            first = min(there.get((copy, what), ()), default=None)
            shut[copy, what] = {each for each in nights if first is None or each < first}
    things = sorted({what for (copy, what), on in shut.items() if copy == "0" and night in on})
    return [
        TriedWay(
            way,
            tuple(
                Restored(
                    what,
                    *_outcome(nights, shut.get((str(number), what), set()), lengths.get((str(number), what))),
                    *called.get(what, ("", "")),
                    *_then(shut.get((str(number), what), set()), others.get((str(number), what), {})),
                )
                for what in things
            ),
        )
        for number, way in enumerate(ways)
    ]


def _outcome(nights: Sequence[date], shut: set[date], length: str | None) -> tuple[Outcome, date | None]:
    """The first night from which on it stays away."""
    last = max((night for night in nights if night in shut), default=None)
    if last is None:
        return "on", nights[0]
    if last == nights[-1]:
        return "for_good" if length == PERMANENT else "not_within", None
    return "on", last + DAY


def _then(shut: set[date], others: Mapping[date, str]) -> tuple[str, date | None]:
    """The first other penalty on a scope once one stays away."""
    later = [night for night in others if night > max(shut, default=date.min)]
    return (others[min(later)], min(later)) if later else ("", None)


def told_of(tried: Sequence[TriedWay], found: Explanation) -> list[TriedWay]:
    """What may be told to who an explanation is for: support isn't told of what waits."""
    if found.audience != FOR_SUPPORT:
        return list(tried)
    told = [TriedWay(each.way, tuple(of for of in each.restored if of.what in found.restorable)) for each in tried]
    return [each for each in told if each.restored]


def summed_up(tried: Sequence[TriedWay]) -> Mapping[str, Sequence[TriedWay]]:
    """For each thing, the ways that bring it back sooner than nothing does, the soonest first.

    All together are told of what none of them brings back by itself.
    """
    nothing = tried[0]
    found: dict[str, list[TriedWay]] = {}
    for thing in nothing.restored:
        better = [
            each
            for each in tried[1:]
            if (free := each.of(thing.what).free_on) and (thing.free_on is None or free < thing.free_on)
        ]
        by_itself = [each for each in better if each.way.kind != "all"]
        found[thing.what] = sorted(by_itself or better, key=lambda each: each.of(thing.what).free_on or date.max)
    return found
