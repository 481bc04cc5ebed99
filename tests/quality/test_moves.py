"""Accounts that change market while lists are held: each is in one state of a list, and loses nothing by the move.

Random moves over random held lists and markets, on what gate 2 makes of the tables, beside what is right in Python.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import duckdb
import pytest

from evenhand.landing.held_markets import HeldMarket, find_held_accounts, hold_markets
from evenhand.quality.held_lists import LISTS, answer, hold_lists, make_views
from evenhand.quality.held_rows import hold
from evenhand.release.previous import create_released

FIRST = date(2026, 3, 1)
MARKETS = ("ID", "TH", "VN")
ACCOUNTS = [f"a{number}" for number in range(30)]


@dataclass(frozen=True)
class Row:
    """A row of a list; only what a bonus paid has an amount, and it stays in its market."""

    row_key: str
    account: str
    market: str
    measure: str
    ends_on: date | None
    amount: int | None = None


@dataclass
class History:
    """What is known of the nights so far."""

    markets: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    released: dict[str, set[Row]] = field(default_factory=lambda: {name: set() for name in LISTS})
    paid: set[Row] = field(default_factory=set)
    # The night of the release that a list keeps while it is held.
    decided: dict[tuple[str, str], int] = field(default_factory=dict)
    still_held: set[tuple[str, str]] = field(default_factory=set)

    def market_of(self, account: str) -> str:
        return self.markets[account][-1]


@dataclass(frozen=True)
class Night:
    """What is drawn of a night: its rows, the lists that are held and not approved, and the markets that are."""

    number: int
    proposed: dict[str, set[Row]]
    held: frozenset[tuple[str, str]]
    held_markets: frozenset[str]

    @property
    def day(self) -> date:
        return FIRST + timedelta(days=self.number)


def drawn(number: int, history: History, chance: random.Random) -> Night:
    """A night, on which accounts have moved."""
    for account in ACCOUNTS:
        moves = number == 0 or chance.random() < 0.3
        history.markets[account].append(chance.choice(MARKETS) if moves else history.market_of(account))
    proposed: dict[str, set[Row]] = {name: set() for name in LISTS}
    for account in ACCOUNTS:
        market = history.market_of(account)
        for name in LISTS:
            for programme in ("points", "score"):
                if chance.random() < 0.6:
                    ends_on = chance.choice([None, *(FIRST + timedelta(days=days) for days in range(number, 5))])
                    key = f"{account}/{programme}/live"
                    proposed[name].add(Row(key, account, market, chance.choice(["warning", "pause"]), ends_on))
        if chance.random() < 0.3 and not any((row.account, row.market) == (account, market) for row in history.paid):
            history.paid.add(Row(f"{account}/bonus/{market}", account, market, "bonus", None, chance.randint(1, 9)))
    proposed["rewards"] |= history.paid
    held = set(history.still_held)
    if number:
        held |= {(name, market) for name in LISTS for market in MARKETS if chance.random() < 0.3}
    still = {each for each in sorted(held) if chance.random() < 0.6}
    markets = {market for market in MARKETS if number and chance.random() < 0.1}
    return Night(number, proposed, frozenset(still), frozenset(markets))


def right(name: str, night: Night, history: History) -> set[Row]:
    """What is to be released, account by account."""
    wanted: set[Row] = set()
    for account in ACCOUNTS:
        now = history.market_of(account)
        before = {row for row in history.released[name] if row.account == account}
        kept = {row for row in before if row.ends_on is None or row.ends_on >= night.day}
        tonight = {row for row in night.proposed[name] if row.account == account}
        held = {market for of, market in night.held if of == name}
        left_behind = {row.market for row in before if row.amount is None and row.market != now}
        of_another_market = held & (left_behind | ({now} if left_behind else set()))
        keeps_all = bool(of_another_market or set(history.markets[account]) & night.held_markets)
        for market in held:
            since = set(history.markets[account][history.decided[name, market] :])
            keeps_all = keeps_all or (len(since) > 1 and market in since)
        if keeps_all:
            wanted |= kept
        else:
            wanted |= {row for row in kept if row.market in held} | {row for row in tonight if row.market not in held}
    return wanted


@pytest.mark.parametrize("seed", range(8))
def test_who_moves_is_in_one_state_of_a_list_whatever_is_held(seed: int) -> None:
    chance, history = random.Random(seed), History()
    for number in range(4):
        night = drawn(number, history, chance)

        found = released(night, history)

        for name in LISTS:
            keys = [row.row_key for row in found[name]]
            assert sorted(keys) == sorted(set(keys)), "a row is there twice"
            rows = set(found[name])
            assert rows == right(name, night, history)
            for row in history.released[name] - rows:
                # What isn't there any more has ended, or was decided where it was and where its account is.
                of_both = {(name, row.market), (name, history.market_of(row.account))}
                assert (row.ends_on and row.ends_on < night.day) or not of_both & night.held
            history.released[name] = rows
        undecided = night.held | {(name, market) for name in LISTS for market in night.held_markets}
        history.decided |= {(name, m): number for name in LISTS for m in MARKETS if (name, m) not in undecided}
        history.still_held = set(night.held)


def test_what_is_paid_in_a_market_is_not_kept_for_a_move_of_long_ago() -> None:
    history = History()
    history.markets["a1"] = ["ID", "TH", "TH"]
    history.decided = dict.fromkeys([(name, market) for name in LISTS for market in MARKETS], 1)
    paid, in_force = Row("a1/bonus/ID", "a1", "ID", "bonus", None, 5), Row("a1/points/live", "a1", "TH", "free", None)
    history.released["rewards"] = {paid}
    nothing_paid: dict[str, set[Row]] = {"penalties": set(), "rewards": {in_force}}

    found = released(Night(2, nothing_paid, frozenset({("rewards", "ID")}), frozenset()), history)

    assert set(found["rewards"]) == {paid, in_force}


def released(night: Night, history: History) -> dict[str, list[Row]]:
    """What gate 2 releases of a night."""
    with duckdb.connect() as connection:
        create_released(connection)
        connection.execute("create schema accepted; create schema gate")
        versions = ", ".join(
            f"('{account}', '{market}', 'creator', '{day}', null)" for account, market, day in _versions(history)
        )
        connection.execute(
            "create table accepted.creator_versions (account_id varchar, market varchar, kind varchar,"
            " landed_night date, withdrawn varchar)"
        )
        connection.execute(f"insert into accepted.creator_versions values {versions}")
        connection.execute(
            "create table accepted.creators as select account_id, arg_max(market, landed_night) as market"
            " from accepted.creator_versions group by all"
        )
        connection.execute(
            "create table int_emergencies_in_force (action varchar, list varchar, account_id varchar, measure varchar,"
            " scope varchar)"
        )
        connection.execute(
            "create table gate.changes (list varchar, row_key varchar, account_id varchar, market varchar,"
            " change varchar, cause varchar, measure varchar, reason_id varchar, content varchar, text_of varchar)"
        )
        connection.execute("create table gate.list_sizes (list varchar, market varchar)")
        for name in LISTS:
            for table, rows in (
                (f"main.{name}", night.proposed[name]),
                (f"released.last_{name}", history.released[name]),
                (f"released.kept_{name}", history.released[name]),
            ):
                _fill(connection, table, name, rows)
        connection.execute("create table reasons as from released.last_reasons")
        hold_markets(connection, "packs", [HeldMarket(market, "its pack is wrong") for market in night.held_markets])
        find_held_accounts(connection)
        hold(connection, night.day, [])
        held = hold_lists(
            connection,
            {each: ["it is unusual"] for each in sorted(history.still_held | night.held)},
            {},
            lambda name, market: (),
            lambda name, market: FIRST + timedelta(days=history.decided[name, market]),
            night.day,
        )
        for each in held:
            answer(connection, each, "rejected" if (each.list, each.market) in night.held else "approved", "mai")
        make_views(connection, night.day)
        return {name: list(_read(connection, name)) for name in LISTS}


def _versions(history: History) -> Iterator[tuple[str, str, date]]:
    for account, markets in history.markets.items():
        for number, market in enumerate(markets):
            # Some land every night, and the others when something of them is new.
            if account > "a2" or number == 0 or market != markets[number - 1]:
                yield account, market, FIRST + timedelta(days=number)


def _fill(connection: duckdb.DuckDBPyConnection, table: str, name: str, rows: set[Row]) -> None:
    connection.execute(f"create or replace table {table} as from released.last_{name} where false")
    measure, amount = ("measure", "") if name == "penalties" else ("reward", ", amount")
    values = ", ".join(
        "(" + ", ".join(_literal(each) for each in (
            row.row_key, row.account, row.market, row.row_key.split("/")[1], row.measure, row.ends_on, row.row_key,
            *((row.amount,) if amount else ()),
        )) + ")"
        for row in rows
    )  # fmt: skip
    if rows:
        connection.execute(
            f"insert into {table} (row_key, account_id, market, programme, {measure}, ends_on, reason_id{amount})"
            f" values {values}"
        )


def _literal(value: object) -> str:
    return "null" if value is None else f"'{value}'"


def _read(connection: duckdb.DuckDBPyConnection, name: str) -> Iterator[Row]:
    measure, amount = ("measure", "null") if name == "penalties" else ("reward", "cast(amount as integer)")
    query = f"select row_key, account_id, market, {measure}, ends_on, {amount} from gate.{name} order by all"
    for row in connection.execute(query).fetchall():
        yield Row(*row)
