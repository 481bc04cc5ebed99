"""What is released of a night: the views `wanted.penalties`, `wanted.rewards` and `wanted.reasons` of the warehouse.

Beside them `wanted.changes` and `wanted.list_sizes`, what gate 2 found of tonight's, with whether it is held: on a
night that is reversed all is, so that it tells nothing of what is usual. And what is told of accounts
(`TOLD_OF_ACCOUNTS`): of those of a market that can't be decided tonight, what was released of them last.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from evenhand.policy.language.part import EMERGENCY
from evenhand.records.databases import open_to_read, parquet, quoted
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.manifest import LastRelease, read_manifest
from evenhand.release.prevailing import with_what_prevails
from evenhand.release.previous import kept_release, take_lists

_SQL = SqlFile(__file__)

# What a list calls its measures.
_LISTS = {"penalties": "measure", "rewards": "reward"}


# What tells of accounts what the rules of their market make of them, and its file in a release.
TOLD_OF_ACCOUNTS = {
    "account_standings": "standings",
    "account_profiles": "account_profiles",
    "account_health": "account_health",
    "eligibility": "eligibility",
    "account_timeline": "account_timeline",
    "account_entries": "account_entries",
    "balance_periods": "balance_periods",
    "account_violations": "account_violations",
    "account_appeals": "account_appeals",
    "enforcement_gaps": "enforcement_gaps",
}


class NothingToGoBackTo(Exception):
    """A release that was there isn't any more. The message names it."""


def assemble(warehouse: Path, releases: Path, night: date, back_to: LastRelease | None) -> None:
    """Want what gate 2 lets through; or, of a night that is reversed, what an earlier release had and hasn't ended.

    What people impose and lift themselves was wrong in no feed and no pack: it counts on a reversed night too.

    Raises:
        NothingToGoBackTo: that release isn't there.
    """
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        if back_to:
            take_lists(connection, _revision(releases, back_to), "back")
            for name in _LISTS:
                rows = _list_back(name, _columns(connection, name), f"released.back_{name}", night)
                _want_list(connection, name, rows, night)
            columns = _columns(connection, "reasons")
            connection.execute(_SQL("reasons_of_a_release", columns=columns, emergency=quoted(EMERGENCY)))
        else:
            for name in _LISTS:
                _want_list(connection, name, Sql(f"from gate.{name}"), night)
            connection.execute("create or replace view wanted.reasons as from gate.reasons")
        for name in ("changes", "list_sizes"):
            is_reversed = Sql("true" if back_to else "false")
            rows_of_gate = f"gate.{name}_and_holds"
            connection.execute(_SQL("and_holds", view=f"wanted.{name}", rows=rows_of_gate, is_reversed=is_reversed))
        connection.commit()


def rows_wanted(warehouse: Path, before: Path | None, night: date) -> Mapping[str, int]:
    """How many rows each list of a night would have, released from its warehouse as `assemble` does; that is only read.

    Args:
        before: the folder of the release that it would be reversed to; None to have what gate 2 lets through.

    Raises:
        DatabaseInUse: another process writes to the warehouse.
        duckdb.Error: it isn't one in which the night was decided.
    """
    with open_to_read(warehouse, seconds=0) as connection:
        found = {}
        for name in _LISTS:
            back = f"(from {parquet(before / f'{name}.parquet')})" if before else ""
            rows = f"({_list_back(name, ['account_id'], back, night)})" if before else f"gate.{name}"
            ((found[name],),) = connection.execute(f"select count(*) from {rows}").fetchall()
        return found


def _list_back(name: str, columns: list[str], back: str, night: date) -> Sql:
    """What an earlier release had of a list, in `back`, and hasn't ended; and what people decided themselves."""
    return _SQL(
        "list_of_a_release",
        columns=columns,
        back=Sql(back),
        gate=f"gate.{name}",
        list=quoted(name),
        measure=_LISTS[name],
        night=quoted(night),
        emergency=quoted(EMERGENCY),
    )


def _want_list(connection: duckdb.DuckDBPyConnection, name: str, rows: Sql, night: date) -> None:
    shown = with_what_prevails(rows, night) if name == "penalties" else rows
    connection.execute(f"create or replace view wanted.{name} as {shown}")


def tell_of_accounts(warehouse: Path, releases: Path, night: date) -> None:
    """Want what tonight says of accounts, but of those of held markets what was released of them last."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        for name in TOLD_OF_ACCOUNTS:
            _forget_wanted(connection, name)
        if connection.execute("select 1 from held.accounts limit 1").fetchone():
            kept = kept_release(releases, night)
            for name, file in TOLD_OF_ACCOUNTS.items():
                _keep_what_was_told(connection, name, kept / f"{file}.parquet" if kept else None)
        else:
            for name in TOLD_OF_ACCOUNTS:
                connection.execute(f"create view wanted.{name} as from main.{name}")
        connection.commit()


def _forget_wanted(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """A view where nothing is held, and a table where something is: the night may have been released otherwise."""
    found = connection.execute(
        "select table_type from information_schema.tables where table_schema = 'wanted' and table_name = ?", [name]
    ).fetchone()
    if found:
        connection.execute(f"drop {'view' if found[0] == 'VIEW' else 'table'} wanted.{name}")


def _keep_what_was_told(connection: duckdb.DuckDBPyConnection, name: str, kept: Path | None) -> None:
    is_held = "account_id in (select account_id from held.accounts)"
    connection.execute(f"create table wanted.{name} as from main.{name} where not {is_held}")
    # An older release may not have told it yet.
    if kept and kept.exists():
        there = connection.execute("describe from read_parquet(?)", [str(kept)]).fetchall()
        shared = ", ".join(sorted({column for column, *_ in there} & set(_columns(connection, name))))
        connection.execute(
            f"insert into wanted.{name} by name select {shared} from read_parquet(?) where {is_held}", [str(kept)]
        )


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Those of tonight, in their order: the same rows are the same bytes whichever release they are of."""
    return [column for column, *_ in connection.execute(f"describe main.{name}").fetchall()]


def _revision(releases: Path, release: LastRelease) -> Path:
    revisions = releases / "revisions" / f"night={release.night}"
    for folder in sorted(revisions.glob("*"), reverse=True):
        if read_manifest(folder).release_id == release.release_id:
            return folder
    raise NothingToGoBackTo(f"{revisions}: release {release.release_id[:12]} isn't there; bring it back from a backup")
