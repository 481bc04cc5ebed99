"""The ledger in a PostgreSQL database instead of a file: the same statements, in its dialect.

What differs is small: how parameters are numbered, what equal includes, how a moment is written, and that texts are
ordered by their bytes, as SQLite has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg

# Where the tables are, so that the database can be one that others use as well.
SCHEMA = "evenhand_receipts"
_NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
_NOW_THERE = """to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""


class Server:
    """A connection that takes the statements that are written for SQLite."""

    def __init__(self, address: str, reads_only: bool = False) -> None:
        """Connect, and make the schema where it isn't there.

        Args:
            reads_only: nothing is made, and the server refuses to write.

        Raises:
            psycopg.Error: it can't be reached or entered.
        """
        self._database = psycopg.connect(
            address, autocommit=True, cursor_factory=psycopg.RawCursor, connect_timeout=10, application_name="evenhand"
        )
        if reads_only:
            self._database.execute("set default_transaction_read_only = on")
        else:
            self._database.execute(f"create schema if not exists {SCHEMA}")
        self._database.execute(f"set search_path to {SCHEMA}")

    def has(self, table: str) -> bool:
        """Whether a table is there."""
        found = self._database.execute("select to_regclass($1) is not null", (f"{SCHEMA}.{table}",)).fetchone()
        return bool(found and found[0])

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        """Run one statement; what it finds is iterated over, or fetched."""
        return self._database.execute(in_its_dialect(statement), tuple(parameters))

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row of parameters."""
        with self._database.cursor() as cursor:
            cursor.executemany(in_its_dialect(statement), [tuple(row) for row in rows])

    def executescript(self, statements: str) -> None:
        """Run statements that have no parameters; of several that begin at once, each makes what is missing once."""
        with self._database.transaction():
            # Two that make one table at the same moment would fail.
            self._database.execute("select pg_advisory_xact_lock(hashtext($1))", (SCHEMA,))
            for each in statements.split(";"):
                if each.strip():
                    self._database.execute(_table_there(each))

    def close(self) -> None:
        """Disconnect."""
        self._database.close()


def in_its_dialect(statement: str) -> str:
    """A statement of SQLite as PostgreSQL has it."""
    said = statement.replace(_NOW, _NOW_THERE)
    said = re.sub(r"\bis not (\?\d*|excluded\.\w+)", r"is distinct from \1", said)
    said = re.sub(r"\bis (\?\d*)", r"is not distinct from \1", said)
    said = re.sub(r"\bbegin immediate\b", "begin", said)
    counted = _numbers()
    return re.sub(r"\?(\d*)", lambda found: f"${found[1] or next(counted)}", said)


def _numbers() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


def _table_there(statement: str) -> str:
    said = re.sub(r"\)\s*strict(, without rowid)?\s*$", ")", statement.strip())
    # Only the definitions of columns, not the words of a check.
    return re.sub(r"(?m)^(\s+\w+) text\b", r'\1 text collate "C"', said)
