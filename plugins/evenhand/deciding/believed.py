"""What was believed of who was eligible, night by night, where what bears on a day became known only after it.

The models know an account as it is known tonight. A bonus pays in the order of the nights since which each part of it
is due without a break, and what lands late (a training that ended a measure, a violation, one that is withdrawn) says
nothing of the nights before it. So each such account is decided once more, in copies that each know what had landed by
one of those nights; whoever has nothing late has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date

import duckdb

from evenhand.deciding.copies import names_of_its_own
from evenhand.deciding.lineage import Model, leading_to
from evenhand.landing.accepted import create_believed, known_by, newest_of_each_night
from evenhand.landing.contracts import BY_NAME, FEEDS
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# What says who is eligible.
_SAYS = "int_eligibility_periods"
# Of these feeds a copy knows what had landed by its night; of the others, what is known tonight.
_OF_FACTS = ("violations", "contents", "activities", "trainings", "appeals")


def lay_believed(connection: duckdb.DuckDBPyConnection, models: Sequence[Model], night: date) -> None:
    """Write what was believed where the models read it, before they are built.

    That is nothing where nobody knows when rows landed, as gate 1 does in the schemas `candidates` and `quarantine`.
    """
    create_believed(connection)
    if not (any(map(reads_believed, models)) and _knows_when_rows_landed(connection)):
        return
    ((can_matter,),) = connection.execute(_SQL("pays_behind_eligibility")).fetchall()
    if not can_matter:
        return
    _date_decisions(connection, night)
    with _nothing_left_behind(connection):
        if _find_copies(connection, night):
            _decide(connection, models, night)
            connection.execute(_SQL("believe"))


def reads_believed(model: Model) -> bool:
    """Whether a model reads what nights believed."""
    return '"believed"."' in model.sql


def lay_when_rows_landed(connection: duckdb.DuckDBPyConnection, warehouse: str, night: date | None = None) -> None:
    """Show here what gate 1 knows, in an attached warehouse, of when the rows landed that facts are of.

    Args:
        night: until which night; without one, all.
    """
    if _knows_when_rows_landed(connection, warehouse):
        for schema, tables in (("candidates", _OF_FACTS), ("quarantine", ("bad",))):
            connection.execute(f"create schema if not exists {schema}")
            for table in tables:
                until = f" where landed_night <= date {quoted(night)}" if night and schema == "candidates" else ""
                rows = f"from {warehouse}.{schema}.{table}{until}"
                connection.execute(f"create or replace view {schema}.{table} as {rows}")


@contextmanager
def _nothing_left_behind(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Drop what is made meanwhile that is temporary: it stands before the tables of the same names."""
    before = set(connection.execute(_SQL("temporary")).fetchall())

    def drop() -> None:
        for name, kind in connection.execute(_SQL("temporary")).fetchall():
            if (name, kind) not in before:
                connection.execute(f'drop {kind} temp.main."{name}"')

    try:
        yield
    except duckdb.Error:
        # A transaction that is open has ended with it, and takes them with it.
        with suppress(duckdb.Error):
            drop()
        raise
    drop()


def _date_decisions(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """Write down which decisions landed again, and on which night each was first known as it is."""
    appeals = _SQL("appeals_decided_again", rows=known_by(BY_NAME["appeals"], night))
    violations = _SQL("violations_restored_again", rows=known_by(BY_NAME["violations"], night))
    statement = _SQL(
        "decisions_that_landed_again",
        appeals=_SQL("appeals_and_what_they_say", rows=newest_of_each_night(BY_NAME["appeals"], appeals)),
        violations=_SQL("violations_and_what_they_say", rows=newest_of_each_night(BY_NAME["violations"], violations)),
    )
    connection.execute(statement)


def _find_copies(connection: duckdb.DuckDBPyConnection, night: date) -> bool:
    """Write down which accounts are decided once more, and as known on which nights; returns whether there are any."""
    connection.execute(_SQL("activities_read"))
    connection.execute(_SQL("out_of_order"))
    known = {feed: known_by(BY_NAME[feed], night) for feed in _OF_FACTS}
    known["violations"] = _SQL("violations_and_what_they_say", rows=known["violations"])
    again = _SQL("appeals_decided_again", rows=known["appeals"])
    known["appeals_decided_again"] = _SQL("appeals_and_what_they_say", rows=again)
    known["appeals"] = _SQL("appeals_and_what_they_say", rows=known["appeals"])
    connection.execute(_SQL("facts", **known))
    done = _SQL("done")
    connection.execute(_SQL("days_paid_for", done=done))
    connection.execute(_SQL("days_with_late_facts"), {"night": night})
    connection.execute(_SQL("days_of_bonuses", done=done))
    connection.execute(_SQL("days_whose_place_matters", done=done))
    ((found,),) = connection.execute(_SQL("copies"), {"night": night}).fetchall()
    return bool(found)


def _decide(connection: duckdb.DuckDBPyConnection, models: Sequence[Model], night: date) -> None:
    """Run the models that say who is eligible for the copies, beside the tables of the accounts themselves."""
    for contract in FEEDS:
        if contract.feed in _OF_FACTS:
            statement = _SQL(
                "known_by_then",
                table=f"accepted_{contract.feed}",
                renamed=[Sql(f"{name} || '~' || copy as {name}") for name in names_of_its_own(contract)],
                known=known_by(contract, night),
                key=contract.key,
                changed_at=Sql(contract.changed_at),
            )
            connection.execute(statement)
            continue
        renamed = [Sql(f"known.{name} || '~' || copies.copy as {name}") for name in names_of_its_own(contract)]
        for table in filter(None, (contract.feed, contract.versions)):
            rows = {"table": f"accepted_{table}", "rows": f"accepted.{table}"}
            connection.execute(_SQL("known_tonight", renamed=renamed, **rows))
    account = [Sql("known.account_id || '~' || copies.copy as account_id")]
    connection.execute(_SQL("known_tonight", table="emergencies_known", rows="emergencies.known", renamed=account))
    for model in leading_to((_SAYS,), models):
        sql = model.of(night).replace('"main"."', '"temp"."main"."')
        sql = re.sub(r'"(accepted|emergencies)"\."(\w+)"', r'"temp"."main"."\1_\2"', sql)
        connection.execute(f"create or replace temp {model.materialized} {model.name} as {sql}")


def _knows_when_rows_landed(connection: duckdb.DuckDBPyConnection, warehouse: str | None = None) -> bool:
    return connection.execute(_SQL("gate_tables"), {"warehouse": warehouse}).fetchone() is not None
