"""A receiver as a package beside Evenhand brings it: a box, which is a SQLite file. docs/receivers.md shows it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from evenhand.delivery.changes import Change
from evenhand.delivery.plugins import Opening, Plugin
from evenhand.delivery.read_release import WantedList
from evenhand.delivery.receivers import Capabilities, Receipt, ReceiverError, ReceiverRow

_TABLES = """
create table if not exists held (list, row_key, payload, sha256, primary key (list, row_key));
create table if not exists applied (key primary key);
create table if not exists nights (night primary key);
"""


class Settings(BaseModel):
    """What receivers.yml may say of a box."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wait_seconds: float = 5


class BoxReceiver:
    """A box, for the length of one delivery."""

    def __init__(self, opening: Opening, database: sqlite3.Connection) -> None:
        self.name = opening.name
        self.lists = opening.lists
        self.capabilities = Capabilities(
            opening.batch_size,
            honours_keys=True,
            others=opening.others,
            address=opening.address,
            neighbours=opening.neighbours,
            maybe_others=opening.maybe_others,
        )
        self._database = database
        database.executescript(_TABLES)

    def begin(self, wanted: Sequence[WantedList], night: date) -> None:
        """The box keeps which nights it was brought to."""
        with self._database:
            self._database.execute("insert or ignore into nights values (?)", [str(night)])

    def apply(self, batch: Sequence[Change]) -> Sequence[Receipt]:
        """All of a batch or nothing, and each key once."""
        try:
            with self._database:
                return [self._apply(change) for change in batch]
        except sqlite3.Error as error:
            raise ReceiverError(f"receiver {self.name}: {error}. Nothing is lost; clear this task.") from error

    def _apply(self, change: Change) -> Receipt:
        new = self._database.execute("insert or ignore into applied values (?)", [change.key]).rowcount
        if not new:
            return Receipt(change.key, "duplicate")
        row = [change.list, change.row_key]
        if change.payload is None:
            self._database.execute("delete from held where list = ? and row_key = ?", row)
        else:
            self._database.execute(
                "insert or replace into held values (?, ?, ?, ?)", [*row, change.payload.text, change.payload.sha256]
            )
        return Receipt(change.key, "applied")

    def commit(self) -> Sequence[Receipt]:
        """Nothing had to wait."""
        return ()

    def newest_night(self) -> date | None:
        """The newest night that it was brought to."""
        ((night,),) = self._database.execute("select max(night) from nights").fetchall()
        return date.fromisoformat(night) if night else None

    def catch_up(self) -> None:
        """What it took can be read at once."""

    def read_back(self) -> Iterable[ReceiverRow]:
        """Everything in the box."""
        for row in self._database.execute("select list, row_key, sha256 from held").fetchall():
            yield ReceiverRow(*row)


def _path(connection: Any) -> str:
    return str(connection.extra_dejson.get("path") or "")


@contextmanager
def _open(opening: Opening) -> Iterator[BoxReceiver]:
    with closing(sqlite3.connect(_path(opening.connection), timeout=opening.settings.wait_seconds)) as database:
        yield BoxReceiver(opening, database)


plugin = Plugin(_open, Settings, lambda settings, connection: _path(connection) or None)
