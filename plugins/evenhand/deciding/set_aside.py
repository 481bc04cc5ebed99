"""What of a market that is held is set aside, so that the models decide the others as if it weren't there.

Of its rules it keeps those that people need to impose and lift measures themselves: which packs it has, whom they judge
and whose place they take, their measures and limits, and the ledger of emergencies. Where the models failed on
it, what its accounts did is set aside as well. All comes back when the models are built again.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from evenhand.deciding.provenance import lay_rules_in_words_of_today
from evenhand.landing.contracts import FEEDS
from evenhand.policy.language.part import EMERGENCY
from evenhand.policy.tables import TABLES
from evenhand.policy.tables.row import columns as columns_of
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

# What of a held market's rules stays: a condition on those that do.
_WHOLE = ("packs", "kinds_judged", "continued", "measures", "limits")
_KEPT = {**dict.fromkeys(_WHOLE, "true"), "ledgers": f"programme = '{EMERGENCY}'"}
# Who accounts are stays known, for what they are told is written in their language.
_FEEDS = [contract.feed for contract in FEEDS if contract.feed != "creators"]


def set_rules_aside(connection: duckdb.DuckDBPyConnection, markets: Collection[str]) -> None:
    """Set aside what markets' packs say, in the connection's schema `policy`; calendars harm nobody."""
    if not markets:
        return
    for name in _rules_with_a_market(connection):
        which = f"list_contains($these, market) and not ({_KEPT.get(name, 'false')})"
        _move(connection, f"policy.{name}", which, markets)


def set_feeds_aside(connection: duckdb.DuckDBPyConnection, accounts: Collection[str]) -> None:
    """Set aside what accounts did, in the connection's schema `accepted`."""
    if not accounts:
        return
    for feed in _FEEDS:
        _move(connection, f"accepted.{feed}", "account_id in (select unnest($these::varchar[]))", accounts)


def lay_what_stays(warehouse: Path, release: Path, markets: Collection[str]) -> None:
    """Lay, of markets that have no pack tonight, what stays of their rules as the last release had them."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        _lay_what_stays(connection, release, markets)
        connection.commit()


def _lay_what_stays(connection: duckdb.DuckDBPyConnection, release: Path, markets: Collection[str]) -> None:
    missing = [
        market
        for market in sorted(set(markets))
        if not connection.execute("select 1 from policy.packs where market = ? limit 1", [market]).fetchone()
    ]
    if not missing:
        return
    with duckdb.connect() as aside:
        lay_rules_in_words_of_today(release, aside)
        for name, which in _KEPT.items():
            there = {column for column, *_ in aside.execute(f"describe policy.{name}").fetchall()}
            columns = [column for column in columns_of(TABLES[name]) if column in there]
            rows = aside.execute(
                f"select {', '.join(columns)} from policy.{name} where list_contains(?, market) and {which}", [missing]
            ).fetchall()
            if rows:
                connection.executemany(
                    f"insert into policy.{name} ({', '.join(columns)}) values ({', '.join('?' for _ in columns)})", rows
                )


def bring_all_back(warehouse: Path) -> None:
    """Bring back what an earlier run set aside, before a step makes anew what it was taken from."""
    with duckdb.connect(str(warehouse)) as connection:
        bring_back(connection)


def bring_back(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring back all that is set aside, in a transaction of its own, so that it comes back once."""
    connection.begin()
    found = connection.execute(
        "select table_name from duckdb_tables() where database_name = current_database() and schema_name = 'set_aside'"
    )
    for (aside,) in found.fetchall():
        schema, _, name = aside.partition("_")
        connection.execute(f"insert into {schema}.{name} from set_aside.{aside}")
    connection.execute("drop schema if exists set_aside cascade")
    connection.commit()


def _move(connection: duckdb.DuckDBPyConnection, table: str, which: str, these: Collection[str]) -> None:
    aside = f"set_aside.{table.replace('.', '_')}"
    connection.execute("create schema if not exists set_aside")
    connection.execute(f"create table if not exists {aside} as from {table} where false")
    connection.execute(f"insert into {aside} from {table} where {which}", {"these": list(these)})
    connection.execute(f"delete from {table} where {which}", {"these": list(these)})


def _rules_with_a_market(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Those of the tables that are there: a release of an older version has others."""
    found = connection.execute(_SQL("rules_with_a_market"))
    return [table for (table,) in found.fetchall()]
