"""DuckDB files: made, and waited for, as DuckDB lets one process write, and none read meanwhile."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from pwd import getpwuid

import duckdb

from evenhand.records.sql_files import Sql

# What memory or the disk had no room for, or couldn't be read: that says nothing of what was asked, and may pass.
NO_ROOM = (duckdb.OutOfMemoryException, duckdb.IOException)
# So long is waited for somebody who has a look.
PATIENCE_SECONDS = 60.0
_EVERY_SECONDS = 0.5
# The warehouse of a night of a few hundred creators; one without any has nearly half of that.
_SMALL_BYTES = 64_000_000
_HELD_BY = re.compile(r"Could not set lock on file .*?(?:held in (?P<program>.+?) )?\(PID (?P<pid>\d+)\)", re.DOTALL)


class DatabaseInUse(Exception):
    """Another process has the file open. The message names it and says what to do."""

    passes = True


def quoted(text: object) -> Sql:
    """SQL of a text, or of a path: in quotes, with those in it doubled."""
    return Sql("'" + str(text).replace("'", "''") + "'")


def parquet(path: Path) -> Sql:
    """SQL of the rows of a Parquet file; a folder called `night=…` says nothing of them."""
    return Sql(f"read_parquet({quoted(path)}, hive_partitioning = false)")


@contextmanager
def reading() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with one thread to read files with; nothing is made in its database, and none is attached.

    The database is in memory, and this process keeps it: to make one costs more than to read a list of a small night.
    """
    with _in_memory(os.getpid()).cursor() as connection:
        try:
            yield connection
        except (duckdb.FatalException, duckdb.InternalException):
            # DuckDB answers nothing any more with a database in which that happened: who reads next makes another.
            _in_memory.cache_clear()
            raise


@cache
def _in_memory(process: int) -> duckdb.DuckDBPyConnection:
    """The database of a process; one that was forked makes its own."""
    # A file that is written again is read again.
    return duckdb.connect(config={"threads": 1, "enable_external_file_cache": False})


def create_database(path: Path) -> None:
    """Make a DuckDB file that isn't there yet, in the newest format: what is written in it costs a fifth less."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(f"attach {quoted(path)} as made (storage_version 'latest')")


def wait_until_free(path: Path, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until a DuckDB file can be written to; one that isn't there, or isn't one, is left to who opens it.

    Args:
        seconds: how long to wait for whoever has it open.

    Raises:
        DatabaseInUse: it still is open elsewhere.
    """
    if opened := _opened(path, seconds):
        opened.close()


def open_to_read(path: Path, seconds: float = PATIENCE_SECONDS) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file to read it, once nobody writes to it any more; others may read it meanwhile.

    Args:
        seconds: how long to wait for whoever has it open.

    Raises:
        DatabaseInUse: it still is open elsewhere.
    """
    return _opened(path, seconds, read_only=True) or duckdb.connect(str(path), read_only=True)


@contextmanager
def kept_open(path: Path, seconds: float = PATIENCE_SECONDS, *, reads: Collection[Path] = ()) -> Iterator[None]:
    """`wait_until_free`, and have the file open meanwhile.

    To open a night's warehouse, with its hundreds of tables, costs more than a step of a small night does in it; what
    this process opens besides is then there at once. It can't be opened with other settings or attached meanwhile.

    Args:
        reads: other files whose rows are read into it meanwhile.
    """
    opened = _opened(path, seconds)
    if opened and sum(each.stat().st_size for each in (path, *reads)) < _SMALL_BYTES:
        # Threads that wait for one another cost more than they decide.
        opened.execute("set threads = 1")
    try:
        yield
    finally:
        if opened:
            opened.close()


def _opened(path: Path, seconds: float, *, read_only: bool = False) -> duckdb.DuckDBPyConnection | None:
    until = time.monotonic() + seconds
    while path.exists():
        try:
            return duckdb.connect(str(path), read_only=read_only)
        except duckdb.IOException as error:
            held = _HELD_BY.search(str(error))
            if not held:
                return None
            if time.monotonic() >= until:
                raise DatabaseInUse(
                    f"{path}: {_process(held)} has had it open for {seconds:.0f} s. Close it there, then try again (in"
                    " Airflow, clear this task); to look at what landed, open a copy."
                ) from error
            time.sleep(_EVERY_SECONDS)
        except duckdb.Error:
            return None
    return None


def _process(held: re.Match[str]) -> str:
    pid, program = held["pid"], held["program"] or "a program"
    # Not its arguments, for there may be a password among them.
    with suppress(OSError, KeyError):
        return f"process {pid} ({program}, of {getpwuid(Path(f'/proc/{pid}').stat().st_uid).pw_name})"
    return f"process {pid} ({program})"
