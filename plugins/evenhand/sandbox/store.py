"""What the sandbox holds, in a SQLite file of its own."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evenhand.records.sql_files import Sql, SqlFile
from evenhand.sandbox.rows import PROBE, Accepted, Probe

_SQL = SqlFile(__file__)
# An answer is given again for as long as its message may come again, and a while longer.
_ANSWERS_MINUTES = 15
_NOW = Sql("strftime('%Y-%m-%dT%H:%M:%SZ', 'now')")


@dataclass(frozen=True)
class Store:
    """The file; every method opens it anew, so threads and restarts need no care."""

    path: Path

    def create(self) -> None:
        """Make the tables if they aren't there."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.open() as database:
            database.execute("pragma journal_mode = wal")
            database.executescript(_SQL("schema"))

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

    def payloads(self, list_: str) -> dict[str, str]:
        """What is held of a list: the payload of each row, by its row_key."""
        with self.open() as database:
            rows = database.execute("select row_key, payload from held where list = ? order by row_key", (list_,))
            return {str(row["row_key"]): str(row["payload"]) for row in rows}

    def begin(self, night: date) -> None:
        """Something of this night was sent."""
        with self.open() as database:
            database.execute("insert into nights values (?) on conflict do nothing", (str(night),))

    def newest_night(self) -> str | None:
        """The newest night that anything was sent of."""
        with self.open() as database:
            (newest,) = database.execute("select max(night) from nights").fetchone()
        return newest if newest is None else str(newest)

    def probe(self, probe: Probe) -> None:
        """Keep a row that nobody acts on."""
        with self.open() as database:
            database.execute("insert or replace into probes values (?, ?)", (probe.row_key, probe.payload.sha256))

    def probes(self) -> list[dict[str, str]]:
        """The rows that nobody acts on."""
        with self.open() as database:
            rows = database.execute("select ? as list, row_key, payload_sha256 from probes", (PROBE,)).fetchall()
        return [dict(row) for row in rows]

    def answer_to(self, message: str, body: bytes) -> bytes | None:
        """What was answered to a message; None if it is new, which it is, too, if its body is another."""
        with self.open() as database:
            row = database.execute(
                "select answer from answers where message = ? and body_sha256 = ?", (message, _sha256(body))
            ).fetchone()
        return None if row is None else bytes(row["answer"])

    def answered(self, message: str, body: bytes, answer: bytes) -> None:
        """Keep an answer for when its message comes again."""
        with self.open() as database:
            database.execute(
                f"insert or replace into answers values (?, ?, ?, {_NOW})", (message, _sha256(body), answer)
            )
            database.execute(
                "delete from answers where given_at < strftime('%Y-%m-%dT%H:%M:%SZ', 'now', ?)",
                (f"-{_ANSWERS_MINUTES} minutes",),
            )

    def page(self, after: tuple[str, str], limit: int) -> list[sqlite3.Row]:
        """Up to `limit` held rows after the given list and row_key, in that order."""
        with self.open() as database:
            return database.execute(_SQL("page"), (*after, limit)).fetchall()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _apply(database: sqlite3.Connection, change: Accepted) -> bool:
    row = (change.list, change.row_key)
    held = database.execute("select account_id, measure from held where list = ? and row_key = ?", row).fetchone()
    account_id, measure = (change.account_id, change.measure) if change.payload else (held or (None, None))
    noted = database.execute(
        _SQL("note", now=_NOW),
        (change.key, *row, "put" if change.payload else "remove", account_id, measure),
    )
    if noted.rowcount == 0:
        return False
    if change.payload is None:
        database.execute("delete from held where list = ? and row_key = ?", row)
        return True
    database.execute(
        _SQL("put", now=_NOW),
        (*row, change.payload.text, change.payload.sha256, account_id, change.market, measure, change.scope),
    )
    return True
