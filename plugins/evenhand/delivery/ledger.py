"""The receipts ledger, a file or in a PostgreSQL database: its tables, and opening it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from evenhand.records.sql_files import SqlFile
from evenhand.records.sqlite_files import address_to_read

_SQL = SqlFile(__file__)

# Another process that delivers writes for moments only.
LOCKED_SECONDS = 60.0


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


def read_ledger(path: Path, server: str = "") -> Database:
    """Open it for reading alone, while others may write to it; where there is none yet, it has no rows.

    One of an earlier version is left as it is, and read as if it had what it lacks.

    Args:
        path: the file.
        server: instead of it, the address of a PostgreSQL database.

    Raises:
        LedgerBroken: it can't be opened or read.
    """
    return _open_server(server, reads_only=True) if server else _read_file(path)


def _open_server(address: str, reads_only: bool = False) -> Database:
    import psycopg

    from evenhand.delivery.ledger_server import Server

    def broken(error: Exception) -> LedgerBroken:
        # What the server says has no password in it.
        said = " ".join(str(error).split())
        return LedgerBroken(f"the ledger's database: {said}. Start it, or correct EVENHAND_LEDGER, and run this again")

    try:
        server = Server(address, reads_only)
        if not reads_only:
            server.executescript(_SQL("schema"))
        elif not server.has("positions"):
            server.close()
            return _Told(_in_memory(), sqlite3.DatabaseError, broken)
    except psycopg.Error as error:
        raise broken(error) from error
    return _Told(server, psycopg.Error, broken)


def _open_file(path: Path) -> Database:
    broken = partial(_broken, path)
    database = None
    try:
        database = sqlite3.connect(path, isolation_level=None, timeout=LOCKED_SECONDS)
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = full")
        database.executescript(_SQL("schema"))
        _bring_up_to_date(database)
    except sqlite3.DatabaseError as error:
        if database:
            database.close()
        raise broken(error) from error
    return _Told(database, sqlite3.DatabaseError, broken)


def _read_file(path: Path) -> Database:
    broken = partial(_broken, path)
    if not path.exists():
        return _Told(_in_memory(), sqlite3.DatabaseError, broken)
    try:
        database = sqlite3.connect(address_to_read(path), uri=True, isolation_level=None, timeout=LOCKED_SECONDS)
        if _lacks_something(database):
            with closing(database):
                database = _in_memory(database)
    except sqlite3.DatabaseError as error:
        raise broken(error) from error
    return _Told(database, sqlite3.DatabaseError, broken)


def _in_memory(of: sqlite3.Connection | None = None) -> sqlite3.Connection:
    """A ledger that nobody else has, with the rows of another or none, as this version has them."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    if of:
        of.backup(database)
    database.executescript(_SQL("schema"))
    _bring_up_to_date(database)
    database.execute("pragma query_only = on")
    return database


class _Told:
    """A ledger that is open: what fails later, a full disk or a connection that is lost, is told as at the opening."""

    def __init__(
        self, database: Database, errors: type[Exception], broken: Callable[[Exception], LedgerBroken]
    ) -> None:
        self._database = database
        self._errors = errors
        self._broken = broken

    def execute(self, statement: str, parameters: Any = (), /) -> _Found:
        try:
            found = self._database.execute(statement, parameters)
            # Now, for a page that is damaged shows only when its rows are read.
            return _Found(found.fetchall() if found.description else [])
        except self._errors as error:
            raise self._broken(error) from error

    def executemany(self, statement: str, rows: Any, /) -> None:
        try:
            self._database.executemany(statement, rows)
        except self._errors as error:
            raise self._broken(error) from error

    def close(self) -> None:
        self._database.close()


class _Found:
    """The rows of a statement, read in whole."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows = iter(rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)


@contextmanager
def transaction(database: Database) -> Iterator[None]:
    """All of what is written meanwhile, or nothing."""
    database.execute("begin immediate")
    try:
        yield
    except BaseException:
        # A database that is gone, or that took it back itself, has nothing to take back: why is being told.
        with suppress(LedgerBroken):
            database.execute("rollback")
        raise
    database.execute("commit")


def _lacks_something(database: sqlite3.Connection) -> bool:
    return "telling" not in _columns(database, "outbox") or "key" not in _columns(database, "acknowledged")


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    return {name for _, name, *_ in database.execute(f"pragma table_info({table})")}


def _bring_up_to_date(database: sqlite3.Connection) -> None:
    """Give a ledger of an earlier version the columns that it lacks."""
    with transaction(database):
        if "telling" not in _columns(database, "outbox"):
            database.execute("alter table outbox add column telling integer not null default 1")
        if "key" not in _columns(database, "acknowledged"):
            database.execute("alter table positions add column epoch text not null default ''")
            database.execute("alter table changes add column replaces text not null default ''")
            for column in ("key", "gone"):
                database.execute(f"alter table acknowledged add column {column} text not null default ''")
            database.execute(_SQL("keys_of_an_older_ledger"))


def _broken(path: Path, error: Exception) -> LedgerBroken:
    return LedgerBroken(f"{path}: {error}. {_remedy(path, error)}")


def _remedy(path: Path, error: Exception) -> str:
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
