"""Nights that are decided to try packs: on each day on which something of them begins or ends, empty and at random.

What `policy check` reads off the texts can't be all that breaks a night. So the models of the nightly run, with their
contracts and tests, decide an empty night and a small random one on each of these days, all packs beside each other.
Where one fails, each pack is tried by itself, to say whose fault it is. The random rows hang on the night alone.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from evenhand.deciding.build import models_in
from evenhand.deciding.project import Project
from evenhand.landing.accepted import create_accepted
from evenhand.landing.contracts import BY_NAME, FEEDS
from evenhand.policy.compile import compile_packs
from evenhand.policy.days import turns
from evenhand.policy.load import LoadedPack
from evenhand.policy.renaming import take_names
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

# Accounts of each market and kind on a random night, and what happens to each of them in the days before it.
ACCOUNTS, EVENTS, LOOKED_BACK_DAYS = 3, 12, 200
Row = Mapping[str, object]


@dataclass(frozen=True)
class FailedNight:
    """A night that couldn't be decided.

    Attributes:
        is_empty: whether nothing had happened; else a few random rows had.
        packs: whose fault it is, as far as that can be told: one pack with its versions, or all that fail together.
        said: what failed, in one line.
    """

    night: date
    is_empty: bool
    packs: tuple[LoadedPack, ...]
    said: str


def days_to_try(packs: Sequence[LoadedPack], today: date) -> list[date]:
    """Today, and the days on which a part of a version begins, has its last day, or isn't there any more.

    Args:
        today: versions that ended before it have no days of their own.

    Raises:
        duckdb.Error: the packs can't be compiled.
    """
    with duckdb.connect() as connection:
        compile_packs(packs, connection)
        return _days(connection, today)


def try_nights(
    packs: Sequence[LoadedPack],
    project: Project,
    days: Sequence[date],
    order: Mapping[str, Sequence[str]] | None = None,
    tell: Callable[[str], None] = lambda said: None,
) -> list[FailedNight]:
    """Decide an empty and a random night on each of the days, and say which can't be decided.

    Args:
        packs: that can be decided with beside each other.
        order: of markets with several packs, the order of their measures.
        tell: told of each night before it is decided.
    """
    failed: list[FailedNight] = []
    with duckdb.connect(config={"threads": 1}) as connection:
        create_accepted(connection)
        _compile(connection, packs, order)
        for night in days:
            for is_empty in (True, False):
                tell(f"night {night}, {'nothing lands' if is_empty else 'random rows'}")
                if said := _decided(connection, project, night, is_empty):
                    at_fault = _at_fault(connection, packs, project, night, is_empty, order)
                    failed.append(FailedNight(night, is_empty, at_fault, said))
                    _compile(connection, packs, order)
    return failed


def _compile(
    connection: duckdb.DuckDBPyConnection, packs: Sequence[LoadedPack], order: Mapping[str, Sequence[str]] | None
) -> None:
    connection.begin()
    compile_packs(packs, connection, order=order)
    connection.commit()


def _days(connection: duckdb.DuckDBPyConnection, today: date) -> list[date]:
    """Today, and the days on which something of a version that isn't over begins, ends or is over."""
    lasting = set(connection.execute(_SQL("lasting"), {"today": today}).fetchall())
    days = {today}
    for turn in turns(connection):
        if (turn.day.market, turn.day.pack, turn.day.version) in lasting:
            days |= {turn.day.day, turn.day.day - timedelta(days=1)} if turn.ends else {turn.day.day}
    return sorted(days)


def _at_fault(
    connection: duckdb.DuckDBPyConnection,
    packs: Sequence[LoadedPack],
    project: Project,
    night: date,
    is_empty: bool,
    order: Mapping[str, Sequence[str]] | None,
) -> tuple[LoadedPack, ...]:
    """The packs with which the night fails by themselves, each with its versions of then; else all of then."""
    of_then = [loaded for loaded in packs if _judges(loaded, night)]
    found: list[LoadedPack] = []
    for name in sorted({loaded.pack.pack for loaded in packs}):
        versions = [loaded for loaded in packs if loaded.pack.pack == name]
        _compile(connection, versions, order)
        if _decided(connection, project, night, is_empty):
            found += [loaded for loaded in versions if loaded in of_then] or versions
    return tuple(found or of_then or packs)


def _judges(loaded: LoadedPack, night: date) -> bool:
    """Whether a version is in force on the night or the one before, which a night looks at too."""
    first, last = loaded.pack.effective_from, loaded.pack.effective_until
    return first <= night and (last is None or last >= night - timedelta(days=1))


def _decided(connection: duckdb.DuckDBPyConnection, project: Project, night: date, is_empty: bool) -> str:
    """Decide a night on what is compiled; returns what fails, or nothing."""
    connection.begin()
    try:
        for contract in FEEDS:
            connection.execute(f"delete from accepted.{contract.feed}")
        if not is_empty:
            for feed, rows in _random_rows(connection, night).items():
                _fill(connection, feed, rows)
        take_names(connection, night)
        problems = models_in(connection, project, night)
    finally:
        connection.rollback()
    return "; ".join(f"{each.of}: {_in_one_line(each.said)}" for each in problems[:1])


def _random_rows(connection: duckdb.DuckDBPyConnection, night: date) -> Mapping[str, Sequence[Row]]:
    """A few rows of what the packs read, of accounts of every market and kind, in the days up to the night."""
    draw = random.Random(f"trial night {night}")
    rows: dict[str, list[Row]] = {contract.feed: [] for contract in FEEDS}
    kinds = connection.execute(_SQL("kinds")).fetchall()
    violations, activities, metrics = (
        _names_of_each_market(connection, query) for query in (_SQL("violations"), _SQL("activities"), _SQL("metrics"))
    )
    for market, kind in kinds:
        for number in range(ACCOUNTS):
            account = f"{market}/{kind}/{number}"
            days = sorted(night - timedelta(days=draw.randrange(LOOKED_BACK_DAYS)) for _ in range(EVENTS))
            rows["creators"].append(
                {
                    "account_id": account, "market": market, "kind": kind, "language": "en", "onboarded_on": days[0],
                    "followers": draw.randrange(10_000),
                }
            )  # fmt: skip
            rows["contents"].append(
                {"content_id": account, "account_id": account, "kind": "short_video", "published_on": days[0]}
            )
            for nth, day in enumerate(days):
                key = f"{account}/{nth}"
                for feed, row in _events(draw, day, violations[market], activities[market], metrics[market]):
                    rows[feed].append({BY_NAME[feed].key: key, "account_id": account, **row})
                    if feed == "violations" and draw.random() < 0.5:
                        rows["appeals"].append(_appeal(draw, key, account, day, night))
    return rows


def _names_of_each_market(connection: duckdb.DuckDBPyConnection, query: str) -> Mapping[str, Sequence[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for market, name in connection.execute(f"{query} order by all").fetchall():
        names[market].append(name)
    return names


def _events(
    draw: random.Random, day: date, violations: Sequence[str], activities: Sequence[str], metrics: Sequence[str]
) -> Iterator[tuple[str, Row]]:
    """A violation or an activity of a day, of those that the market's packs count, and one of their metrics."""
    if violations and (draw.random() < 0.5 or not activities):
        points = draw.choice([None, 1, 2])
        yield "violations", {"violation_type": draw.choice(violations), "decided_on": day, "points": points}
    elif activities:
        quantity, subject = draw.choice([None, 1, 7]), draw.choice([None, "x"])
        yield "activities", {
            "activity": draw.choice(activities), "on_day": day, "quantity": quantity, "subject": subject
        }  # fmt: skip
    if metrics:
        yield "metrics", {"metric": draw.choice(metrics), "on_day": day, "value": draw.choice(["0", "0.5", "40", "95"])}


def _appeal(draw: random.Random, violation: str, account: str, day: date, night: date) -> Row:
    decided_on = min(day + timedelta(days=draw.randrange(20)), night)
    outcome = draw.choice(["granted", "denied", "pending"])
    return {
        "appeal_id": violation, "violation_id": violation, "account_id": account, "filed_on": day, "outcome": outcome,
        "decided_on": None if outcome == "pending" else decided_on,
    }  # fmt: skip


def _fill(connection: duckdb.DuckDBPyConnection, feed: str, rows: Sequence[Row]) -> None:
    """Write rows of a feed, as gate 1 would accept them."""
    if not rows:
        return
    names = BY_NAME[feed].column_names
    marks = ", ".join("unnest(?::varchar[])" for _ in names)
    connection.execute(
        f"insert into accepted.{feed} select date '2000-01-01', 'trial', 1, {marks}",
        [[None if row.get(name) is None else str(row[name]) for row in rows] for name in names],
    )


def _in_one_line(said: object) -> str:
    return " ".join(str(said).split())
