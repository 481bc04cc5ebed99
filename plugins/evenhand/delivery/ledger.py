"""The receipts ledger, a file or in a PostgreSQL database: its tables, and opening it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

# Another process that delivers writes for moments only.
LOCKED_SECONDS = 60.0

# A change is `planned` before it is sent and stays so until its receipt; a row has at most one planned change, so
# nothing can overtake it. The payload of an acknowledged change is in `acknowledged`, not here a second time. An
# announcement is in `outbox` first, and becomes a change once it is ready. A ledger that was lost, or is older than
# what its receiver was sent, begins a new epoch: keys of before mustn't come again.
_SCHEMA = """
create table if not exists changes (
    receiver text not null,
    key text not null,
    list text not null,
    row_key text not null,
    generation integer not null,
    action text not null check (action in ('put', 'remove')),
    payload text,
    payload_sha256 text,
    night text not null,
    release_id text not null,
    status text not null check (status in ('planned', 'acknowledged', 'rejected', 'superseded')),
    reason text not null default '',
    replaces text not null default '',
    planned_at text not null,
    answered_at text,
    primary key (receiver, key)
) strict, without rowid;
create unique index if not exists one_planned_change_per_row
    on changes (receiver, list, row_key) where status = 'planned';
create index if not exists changes_of_row on changes (receiver, list, row_key);
create table if not exists acknowledged (
    receiver text not null,
    list text not null,
    row_key text not null,
    payload text,
    payload_sha256 text,
    generation integer not null,
    night text,
    release_id text,
    key text not null default '',
    gone text not null default '',
    primary key (receiver, list, row_key)
) strict, without rowid;
create table if not exists outbox (
    receiver text not null,
    list text not null,
    row_key text not null,
    payload text not null,
    payload_sha256 text not null,
    about_list text not null,
    about_row_key text not null,
    measure text not null,
    event text not null check (event in ('new', 'changed', 'ended')),
    about_sha256 text,
    night text not null,
    telling integer not null default 1,
    status text not null check (status in ('waiting', 'ready', 'dropped')),
    why text not null default '',
    primary key (receiver, list, row_key)
) strict, without rowid;
create index if not exists outbox_about on outbox (receiver, about_list, about_row_key, measure);
create table if not exists positions (
    receiver text primary key,
    night text not null,
    release_id text not null,
    epoch text not null default ''
) strict;
"""
# What brought a row to where it is, which a ledger of version 0.1 has not written down beside it.
_KEYS_OF_AN_OLDER_LEDGER = """
update acknowledged set key = coalesce((
    select max(changes.key) from changes
    where changes.receiver = acknowledged.receiver and changes.list = acknowledged.list
        and changes.row_key = acknowledged.row_key and changes.status = 'acknowledged'
        and changes.generation = acknowledged.generation - 1
), '')
"""


class LedgerBroken(Exception):
    """The ledger can't be used. The message names the file and what to do."""


class Database(Protocol):
    """Where the ledger is."""

    def execute(self, statement: str, parameters: Any = (), /) -> Any:
        """Run one statement."""

    def executemany(self, statement: str, rows: Any, /) -> Any:
        """Run one statement for each row of parameters."""

    def close(self) -> None:
        """Let go of it."""


def open_ledger(path: Path, server: str = "") -> Database:
    """Open the file, or make it; a ledger of an earlier version gets what it lacks.

    Args:
        path: the file.
        server: instead of it, the address of a PostgreSQL database.

    Raises:
        LedgerBroken: it can't be opened, read or written.
    """
    return _open_server(server) if server else _open_file(path)


def _open_server(address: str) -> Database:
    import psycopg

    from evenhand.delivery.ledger_server import Server

    try:
        server = Server(address)
        server.executescript(_SCHEMA)
    except psycopg.Error as error:
        # What the server says has no password in it.
        said = " ".join(str(error).split())
        raise LedgerBroken(
            f"the ledger's database: {said}. Start it, or correct EVENHAND_LEDGER, and run this again"
        ) from error
    return server


def _open_file(path: Path) -> sqlite3.Connection:
    database = None
    try:
        database = sqlite3.connect(path, isolation_level=None, timeout=LOCKED_SECONDS)
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = full")
        database.executescript(_SCHEMA)
        _bring_up_to_date(database)
        return database
    except sqlite3.DatabaseError as error:
        if database:
            database.close()
        raise LedgerBroken(f"{path}: {error}. {_remedy(path, error)}") from error


@contextmanager
def transaction(database: Database) -> Iterator[None]:
    """All of what is written meanwhile, or nothing."""
    database.execute("begin immediate")
    try:
        yield
    except BaseException:
        database.execute("rollback")
        raise
    database.execute("commit")


def _bring_up_to_date(database: sqlite3.Connection) -> None:
    """Give a ledger of an earlier version the columns that it lacks."""
    with transaction(database):
        columns = {name for _, name, *_ in database.execute("pragma table_info(outbox)")}
        if "telling" not in columns:
            database.execute("alter table outbox add column telling integer not null default 1")
        columns = {name for _, name, *_ in database.execute("pragma table_info(acknowledged)")}
        if "key" not in columns:
            database.execute("alter table positions add column epoch text not null default ''")
            database.execute("alter table changes add column replaces text not null default ''")
            for column in ("key", "gone"):
                database.execute(f"alter table acknowledged add column {column} text not null default ''")
            database.execute(_KEYS_OF_AN_OLDER_LEDGER)


def _remedy(path: Path, error: sqlite3.DatabaseError) -> str:
    said = str(error)
    if "locked" in said:
        return (
            f"Another process has held it for {LOCKED_SECONDS:.0f} s; find it with `fuser {path}`, then run this again"
        )
    if "readonly" in said or "unable to open" in said:
        return "Give this user the right to write it and its folder, then run this again"
    if "full" in said or "disk I/O" in said:
        return "Make room on its disk, then run this again"
    return (
        "It is damaged. Bring it back from a backup, or move it away: what receivers hold is then read, and only what "
        "differs is sent"
    )
