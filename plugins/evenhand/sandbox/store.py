"""What the sandbox holds, in a SQLite file of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from evenhand.sandbox.rows import Accepted

_SCHEMA = """
create table if not exists held (
    list text not null,
    row_key text not null,
    payload text not null,
    payload_sha256 text not null,
    account_id text not null,
    market text,
    measure text,
    scope text,
    changed_at text not null,
    primary key (list, row_key)
) strict;
create table if not exists effects (
    number integer primary key,
    key text not null unique,
    list text not null,
    row_key text not null,
    action text not null,
    account_id text,
    measure text,
    happened_at text not null
) strict;
"""
_NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"


@dataclass(frozen=True)
class Store:
    """The file; every method opens it anew, so threads and restarts need no care."""

    path: Path

    def create(self) -> None:
        """Make the tables if they aren't there."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.open() as database:
            database.execute("pragma journal_mode = wal")
            database.executescript(_SCHEMA)

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """A connection whose rows are read by column name."""
        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=30)) as database:
            database.row_factory = sqlite3.Row
            database.execute("pragma synchronous = full")
            yield database

    def apply(self, changes: Sequence[Accepted]) -> list[bool]:
        """Apply changes in order, all in one transaction.

        Returns:
            for each, whether it took effect; False: its key had been applied before.
        """
        with self.open() as database:
            database.execute("begin immediate")
            took_effect = [_apply(database, change) for change in changes]
            database.execute("commit")
        return took_effect

    def page(self, after: tuple[str, str], limit: int) -> list[sqlite3.Row]:
        """Up to `limit` held rows after the given list and row_key, in that order."""
        with self.open() as database:
            return database.execute(
                "select list, row_key, payload_sha256 from held where (list, row_key) > (?, ?)"
                " order by list, row_key limit ?",
                (*after, limit),
            ).fetchall()


def _apply(database: sqlite3.Connection, change: Accepted) -> bool:
    row = (change.list, change.row_key)
    held = database.execute("select account_id, measure from held where list = ? and row_key = ?", row).fetchone()
    account_id, measure = (change.account_id, change.measure) if change.payload else (held or (None, None))
    noted = database.execute(
        "insert into effects (key, list, row_key, action, account_id, measure, happened_at)"
        f" values (?, ?, ?, ?, ?, ?, {_NOW}) on conflict (key) do nothing",
        (change.key, *row, "put" if change.payload else "remove", account_id, measure),
    )
    if noted.rowcount == 0:
        return False
    if change.payload is None:
        database.execute("delete from held where list = ? and row_key = ?", row)
        return True
    database.execute(
        "insert or replace into held (list, row_key, payload, payload_sha256, account_id, market, measure, scope,"
        f" changed_at) values (?, ?, ?, ?, ?, ?, ?, ?, {_NOW})",
        (*row, change.payload.text, change.payload.sha256, account_id, change.market, measure, change.scope),
    )
    return True
