"""What isn't as it was released, written down: each row with its cause, once the way to tonight is gone (causes.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from evenhand.policy.language.part import EMERGENCY as PROGRAMME
from evenhand.policy.prose.money import money
from evenhand.quality.code_steps import write_changed_by_code
from evenhand.quality.moves import KeptList, create_kept_accounts, find_kept_accounts
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.manifest import Manifest
from evenhand.release.rows import ACTED, COMPARED, rows_that_leave

_SQL = SqlFile(__file__)

# The mildest first; a row that changed in several steps has the gravest.
CAUSES = ("time", "move", "data", "correction", "text", "code", "policy")
# What people write: where they change what is said and nothing of what is done, that is another text.
WRITTEN = ("code", "policy")
EMERGENCY = "emergency"
# The step that comes to what is proposed tonight.
FINAL = "final"


@dataclass(frozen=True)
class Base:
    """A release that tonight is compared with.

    Attributes:
        release: its folder.
        lists: the lists that come from it.
        and_others: whether all lists that come from no other base do, too.
    """

    release: Path
    manifest: Manifest
    lists: tuple[KeptList, ...] = ()
    and_others: bool = True

    def has_lists_of(self, market: str) -> bool:
        """Whether a list of a market comes from it."""
        return self.and_others or market in {each.market for each in self.lists}


def find_where_rows_come_from(connection: duckdb.DuckDBPyConnection, bases: Sequence[Base]) -> None:
    """Write the number of the base of each list and market that isn't the first, and of each account kept elsewhere."""
    for table, key in (("lists_of_bases", "market"), ("accounts_of_bases", "account_id")):
        connection.execute(f"create or replace table gate.{table} (list varchar, {key} varchar, base integer)")
    for number, base in enumerate(bases):
        create_kept_accounts(connection, "gate.kept_before")
        for each in base.lists:
            connection.execute("insert into gate.lists_of_bases values (?, ?, ?)", [each.list, each.market, number])
            find_kept_accounts(connection, "gate.kept_before", each, bases[0].manifest.night)
        connection.execute(_SQL("accounts_of_base"), {"base": number})
    connection.execute("drop table if exists gate.kept_before")


def struct(names: Iterable[str]) -> Sql:
    """SQL for these columns as one value."""
    return Sql("{" + ", ".join(f"'{name}': {name}" for name in names) + "}")


def proposed_rows(compared: frozenset[str]) -> Sql:
    """SQL for what is proposed tonight, with all that leaves with a row."""
    return rows_that_leave("gate", "proposed_", compared, "main.stg_creators")


def write_changes(
    connection: duckdb.DuckDBPyConnection,
    steps: Sequence[tuple[str, str]],
    base: int,
    compared: frozenset[str],
    words_are_known: bool = False,
) -> None:
    """Add to `gate.changes` and `gate.left_by_time` what comes from one base.

    Args:
        connection: to the night's warehouse, with the scratch attached.
        steps: each step's cause, and the table of the lists that it came to.
        base: its number, as `find_where_rows_come_from` counts them.
        compared: the columns of a row that can be compared with those of the base.
        words_are_known: whether the last step only brings days within packs: a row that something else added is told
            in the words of a version that has begun, which are no others than those that were approved.
    """
    proposed = f"({proposed_rows(compared)})"
    tables = [f"({rows_that_leave('released', 'last_', compared, 'released.last_languages')})"] + [
        proposed if table == FINAL else table for _, table in steps
    ]
    names = ", ".join(("list", "row_key", *COMPARED, "reason"))
    states = " union all ".join(f"select {step} as step, {names} from {table}" for step, table in enumerate(tables))
    differing = (f"case when proposed.{name} is distinct from released.{name} then '{name}' end" for name in COMPARED)
    connection.execute(_SQL("base_of"))
    connection.execute(
        _SQL(
            "changes",
            states=Sql(states),
            what_is_done=struct(ACTED),
            what_is_said=struct(name for name in COMPARED if name not in ACTED),
            differing=Sql(f"[{', '.join(differing)}]"),
        ),
        {
            "causes": [cause for cause, _ in steps],
            "last_step": len(steps),
            "words_are_known": words_are_known,
            "written": WRITTEN,
            "gravity": CAUSES,
            "programme": PROGRAMME,
            "emergency": EMERGENCY,
            "base": base,
        },
    )
    of_steps = [proposed if each == FINAL else each for each in tables]
    write_changed_by_code(connection, [cause for cause, _ in steps], of_steps, base, EMERGENCY)
    left = next((table for cause, table in steps if cause == "time"), proposed)
    connection.execute(
        _SQL("left_by_time", time=Sql(left), proposed=Sql(proposed)), {"programme": PROGRAMME, "base": base}
    )


def write_late_money(connection: duckdb.DuckDBPyConnection) -> None:
    """Write who was paid more than the base's night would pay today, and than is proposed tonight, for late files."""
    ((late,),) = connection.execute("select min(landed_file) from scratch.steps.late_files").fetchall()
    if late is None:
        return
    connection.execute(_SQL("late_money"), {"file": late})
    for market, programme, taken in connection.execute(_SQL("money_taken")).fetchall():
        values = {"market": market, "programme": programme, "taken": money(taken, market)}
        connection.execute(_SQL("say_what_is_taken"), values)
