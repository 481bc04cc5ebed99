"""The tables that a night takes in: of emergencies, and of what gate 1 accepts of what had landed by any night.

Empty ones too, for rows of one's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb

from evenhand.landing.contracts import FEEDS, Contract
from evenhand.landing.store import columns_landed
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# A row per emergency and account.
EMERGENCIES = (
    "emergency_id varchar, sha256 varchar, action varchar, list varchar, market varchar, account_id varchar,"
    " measure varchar, scope varchar, reason varchar, author varchar, approved_by varchar, first_night date,"
    " last_day date, ends varchar"
)


# A row per night of the last four weeks, feed and market: the rows that landed, and those with a word without effect.
LANDED_ROWS = "landed_night date, feed varchar, market varchar, rows_landed bigint, rows_without_effect bigint"

# A row per account, edition, eligibility, day of which something became known late, and stretch of nights that believed
# one answer.
BELIEVED = (
    "account_id varchar, edition_id varchar, eligibility varchar, on_day date, known_from date, known_until date,"
    " is_open boolean"
)

# A row per decision on an appeal, or restored violation, whose row landed again since it says what it says.
DECISIONS_KNOWN = "feed varchar, key varchar, known_from date"


_CREATE_EMERGENCIES = (
    "create schema if not exists emergencies",
    f"create or replace table emergencies.known ({EMERGENCIES})",
)
_CREATE_BELIEVED = (
    "create schema if not exists believed",
    f"create or replace table believed.eligibility ({BELIEVED})",
    f"create or replace table believed.decisions ({DECISIONS_KNOWN})",
)


def create_landed_rows() -> Sequence[str]:
    """SQL for the table `arrivals.landed_rows` with nothing in it."""
    return ("create schema if not exists arrivals", f"create or replace table arrivals.landed_rows ({LANDED_ROWS})")


def create_accepted(connection: duckdb.DuckDBPyConnection) -> None:
    """The schema `accepted` with a table for each feed, whose rows are each the only version of their key.

    And beside it the tables of emergencies, of what landed and of what was believed, with nothing in them.
    """
    for statement in inputs_ddl():
        connection.execute(statement)


def inputs_ddl() -> Sequence[str]:
    """SQL for all that the models read beside the rules, with nothing in it."""
    feeds = ["create schema accepted"]
    for contract in FEEDS:
        feeds.append(f"create table accepted.{contract.feed} ({columns_landed(contract)})")
        if contract.versions:
            feeds.append(f"create view accepted.{contract.versions} as from accepted.{contract.feed}")
    return (*feeds, *_CREATE_EMERGENCIES, *_CREATE_BELIEVED, *create_landed_rows())


def accepted_as_of(contract: Contract, night: date, warehouse: str = "") -> dict[str, Sql]:
    """What is accepted of what had landed by a night: the tables of a feed, with the SQL of their rows.

    The newest good version of every key is accepted, unless it is withdrawn; of a feed whose older versions matter, all
    good ones that were the newest when they landed are in a table of their own, one a night, with those that withdraw a
    row.

    Args:
        warehouse: the name of the attached database with the schemas `candidates` and `quarantine`, and a dot.
    """
    known = known_by(contract, night, warehouse)
    newest = _SQL("newest", known=known, key=contract.key, changed_at=Sql(contract.changed_at))
    tables = {contract.feed: newest}
    if contract.versions:
        versions = newest_of_each_night(contract, known)
        tables[contract.versions] = Sql(f"{versions} order by {contract.key}, landed_night")
    return tables


def known_by(contract: Contract, night: date, warehouse: str = "") -> Sql:
    """SQL of the good versions of a feed's rows that had landed by a night.

    Args:
        warehouse: as `accepted_as_of` has it.
    """
    return _SQL(
        "known",
        columns=contract.column_names,
        candidates=f"{warehouse}candidates.{contract.feed}",
        bad=f"{warehouse}quarantine.bad",
        feed=quoted(contract.feed),
        night=quoted(night),
    )


def newest_of_each_night(contract: Contract, rows: Sql) -> Sql:
    """SQL of those rows of a feed that were their key's newest when they landed, one a night."""
    return _SQL("newest_of_each_night", rows=rows, key=contract.key, changed_at=Sql(contract.changed_at))


def create_emergencies(connection: duckdb.DuckDBPyConnection) -> None:
    """The table `emergencies.known` with nothing in it."""
    for statement in _CREATE_EMERGENCIES:
        connection.execute(statement)


def emergencies_of(warehouse: str) -> Sql:
    """SQL of the emergencies that an attached warehouse knows, also of one that an earlier version of the code made."""
    return _SQL("emergencies_of", warehouse=Sql(warehouse))


def create_believed(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables `believed.eligibility` and `believed.decisions` with nothing in them."""
    for statement in _CREATE_BELIEVED:
        connection.execute(statement)
