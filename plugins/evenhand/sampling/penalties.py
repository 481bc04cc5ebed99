"""Penalties that nights drew, each decided again without the decisions that reviewers found wrong.

As the night's own models decide it, on copies of the accounts concerned and nothing else, as of the night that drew the
penalty. What hangs on others (a place among peers, a budget for all) can't be told from one account.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from evenhand.deciding.compiled import run_models
from evenhand.deciding.copies import lay_copies
from evenhand.deciding.night_range import ask_about
from evenhand.deciding.provenance import models_of_tonight
from evenhand.records.databases import quoted
from evenhand.records.sql_files import SqlFile
from evenhand.release.quality_samples import CREATED, JUDGED
from evenhand.sampling.estimate import WINDOW_DAYS

_SQL = SqlFile(__file__)

log = logging.getLogger(__name__)
_TONIGHT = "tonight"
_FIELDS = ("market", "account_id", "row_key", "measure", "drawn_on", "probability", "decisions")


@dataclass(frozen=True)
class _Reviewed:
    """A drawn penalty all of whose decisions were reviewed.

    Attributes:
        decisions: how many it needs, or may need, each by itself; one, if it needs several and none by itself.
        wrong: those that their first reviews found to be no violations.
    """

    market: str
    account_id: str
    row_key: str
    measure: str
    drawn_on: date
    probability: Decimal
    decisions: int
    wrong: tuple[str, ...]


def lay_judged(warehouse: Path, night: date) -> int:
    """Write the table of the drawn penalties that reviews have judged, in four weeks; returns how many there are.

    A penalty is wrong if, decided again without the decisions that were found wrong, it isn't in force. One that isn't
    in force with them either, although all of them still stand, isn't judged: its rules have another name by now.
    It decides nothing: where it can't be done, the table is empty.
    """
    with duckdb.connect(str(warehouse)) as connection:
        for statement in CREATED:
            connection.execute(statement)
        connection.execute(f"delete from samples.{JUDGED}")
        reviewed = _reviewed(connection, night)
    try:
        gone, stays = _decided_again(warehouse, night, [each for each in reviewed if each.wrong])
    except duckdb.Error:
        log.exception("Penalties that were drawn can't be decided again on night %s, and aren't judged", night)
        return 0
    judged = [(each, each in gone) for each in reviewed if not each.wrong or each in gone or each in stays]
    if not judged:
        return 0
    with duckdb.connect(str(warehouse)) as connection:
        for each, is_wrong in judged:
            connection.execute(
                f"insert into samples.{JUDGED} values (?, ?, ?, ?, ?, ?, ?)",
                [each.market, each.row_key, each.measure, each.drawn_on, each.probability, each.decisions, is_wrong],
            )
    return len(judged)


def _reviewed(connection: duckdb.DuckDBPyConnection, night: date) -> list[_Reviewed]:
    found = connection.execute(_SQL("reviewed"), {"since": night - timedelta(days=WINDOW_DAYS)}).fetchall()
    return [_Reviewed(**dict(zip(_FIELDS, each, strict=True)), wrong=tuple(wrong or ())) for *each, wrong in found]


def _decided_again(
    warehouse: Path, night: date, reviewed: Sequence[_Reviewed]
) -> tuple[frozenset[_Reviewed], frozenset[_Reviewed]]:
    """Of penalties with wrong decisions, those that aren't in force without them, and those that are all the same."""
    if not reviewed:
        return frozenset(), frozenset()
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"attach {quoted(warehouse)} as {_TONIGHT} (read_only)")
        _lay_rules(connection, [each.drawn_on for each in reviewed])
        # Each penalty has two copies of its account: one as it is, and one without what was found wrong.
        lay_copies(
            connection,
            _TONIGHT,
            [(each.account_id, 2 * number + copy) for number, each in enumerate(reviewed) for copy in (0, 1)],
        )
        for number, each in enumerate(reviewed):
            connection.execute(
                "delete from accepted.violations where violation_id in (select unnest(?::varchar[]))",
                [[f"{wrong}~{2 * number + 1}" for wrong in each.wrong]],
            )
        run_models(connection, models_of_tonight(connection, _TONIGHT), night)
        in_force = set(connection.execute(_SQL("in_force")).fetchall())
        there = {
            violation
            for (violation,) in connection.execute(
                f"select violation_id from {_TONIGHT}.accepted.violations"
            ).fetchall()
        }
        held = {
            account for (account,) in connection.execute(f"select account_id from {_TONIGHT}.held.accounts").fetchall()
        }
    gone, stays = set(), set()
    for number, each in enumerate(reviewed):
        if each.account_id in held:
            continue
        with_all, without = (
            (each.row_key.replace(each.account_id, f"{each.account_id}~{copy}", 1), each.measure, each.drawn_on)
            in in_force
            for copy in (2 * number, 2 * number + 1)
        )
        if without:
            stays.add(each)
        elif with_all or not there.issuperset(each.wrong):
            gone.add(each)
    return frozenset(gone), frozenset(stays)


def _lay_rules(connection: duckdb.DuckDBPyConnection, nights: Sequence[date]) -> None:
    connection.execute("create schema policy")
    tables = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = 'policy' order by all",
        [_TONIGHT],
    ).fetchall()
    for (table,) in tables:
        connection.execute(f"create table policy.{table} as from {_TONIGHT}.policy.{table}")
    ask_about(connection, nights)
