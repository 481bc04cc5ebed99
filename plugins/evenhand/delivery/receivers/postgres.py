"""A receiver that is a PostgreSQL database: rows, what became of every change, and a view per list, in one schema.

    held      the rows, their payloads as canonical JSON; whoever acts on them reads the views
    applied   the key of every change that took effect; written in the same transaction as its effect
    nights    the nights that were delivered
    <list>    a view with the columns of the list, typed

What is read back is hashed by the database from what it holds, so an edit by hand shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from evenhand.delivery.changes import Change
from evenhand.delivery.read_release import WantedList
from evenhand.delivery.receivers import BatchRefused, Capabilities, Receipt, ReceiverError, ReceiverRow
from evenhand.delivery.stopping import go_on
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# Where psycopg puts the schema's name.
_SCHEMA = Sql("{schema}")
_READ = "select list, row_key, encode(sha256(convert_to(payload, 'UTF8')), 'hex') from {schema}.held"
_REMEDIES = {
    psycopg.errors.LockNotAvailable: "Another delivery to it is running; wait for it and run this again",
    psycopg.errors.InsufficientPrivilege: "Its user must own the schema, or be allowed to create it in the database",
}
_OTHERWISE = (
    "Look at host, port, schema, login and password of its Airflow connection, and whether it is up; nothing is lost, "
    "the delivery can be run again"
)
_TYPES = {"DATE": "date", "BIGINT": "bigint", "INTEGER": "integer", "BOOLEAN": "boolean"}


class PostgresReceiver:
    """Applies every batch in one transaction; a session-long lock keeps senders of other machines out."""

    def __init__(
        self, name: str, lists: tuple[str, ...], connection: Mapping[str, Any], schema: str, batch_size: int = 5000
    ) -> None:
        """`connection` is what psycopg.connect takes; the schema is made if the user may."""
        self.name = name
        self.lists = lists
        self.capabilities = Capabilities(batch_size=batch_size, honours_keys=True)
        self._connection = connection
        self._schema = schema
        self._open: psycopg.Connection[Any] | None = None

    def close(self) -> None:
        """End the session, and with it the lock."""
        if self._open:
            self._open.close()
            self._open = None

    def begin(self, wanted: Sequence[WantedList], night: date) -> None:
        """Make what isn't there yet, and the views anew if the lists have other columns."""
        with self._errors(), self._session().transaction():
            self._execute(_SQL("tables", schema=_SCHEMA))
            self._execute("insert into {schema}.nights (night) values (%s) on conflict do nothing", [night])
            for each in wanted:
                view = self._view(each)
                comment = sql.SQL("comment on view {schema}.{view} is {text}").format(
                    schema=sql.Identifier(self._schema), view=sql.Identifier(each.name), text=sql.Literal(view)
                )
                if self._comment_on(each.name) != view:
                    self._execute(f"drop view if exists {{schema}}.{_quoted(each.name)}")
                    self._execute(view)
                    self._session().execute(comment)

    def apply(self, batch: Sequence[Change]) -> Sequence[Receipt]:
        """All of the batch with its keys, or nothing of it."""
        with self._errors(), self._session().transaction():
            cursor = self._session().cursor()
            cursor.execute(_SQL("incoming"))
            with cursor.copy("copy incoming from stdin") as copy:
                for place, change in enumerate(batch):
                    text = change.payload.text if change.payload else None
                    copy.write_row((place, change.key, change.list, change.row_key, change.action, text))
            new_ones = {key for (key,) in self._execute(_SQL("apply", schema=_SCHEMA)).fetchall()}
        return [Receipt(change.key, "applied" if change.key in new_ones else "duplicate") for change in batch]

    def commit(self) -> Sequence[Receipt]:
        """Every answer was given by `apply`."""
        return ()

    def newest_night(self) -> date | None:
        """The newest of its nights."""
        with self._errors(), self._session().transaction():
            self._execute(_SQL("tables", schema=_SCHEMA))
            (newest,) = self._execute("select max(night) from {schema}.nights").fetchone() or (None,)
        return newest if isinstance(newest, date) else None

    def catch_up(self) -> None:
        """What was committed can be read at once."""

    def read_back(self) -> Iterator[ReceiverRow]:
        """All rows of the schema."""
        with self._errors(), self._session().transaction():
            self._execute(_SQL("tables", schema=_SCHEMA))
            with self._session().cursor(name="read_back") as cursor:
                cursor.itersize = 5000
                cursor.execute(sql.SQL(_READ).format(schema=sql.Identifier(self._schema)))
                yield from (ReceiverRow(*row) for row in cursor)

    def _session(self) -> psycopg.Connection[Any]:
        if self._open is None:
            self._open = psycopg.connect(**self._connection, autocommit=True, connect_timeout=10)
            # The server notices in half a minute that a sender's machine is gone, and lets go of its lock.
            self._open.execute(
                "set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 4"
            )
            self._open.execute("set lock_timeout = '60s'")
            self._open.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [f"evenhand/{self._schema}"])
            # That may have taken a minute.
            go_on()
        return self._open

    def _execute(self, query: str, values: Sequence[object] = ()) -> psycopg.Cursor[Any]:
        return self._session().execute(sql.SQL(query).format(schema=sql.Identifier(self._schema)), values or None)

    def _comment_on(self, view: str) -> str | None:
        found = self._session().execute(
            "select obj_description(to_regclass(%s), 'pg_class')", [f"{_quoted(self._schema)}.{_quoted(view)}"]
        )
        (comment,) = found.fetchone() or (None,)
        return None if comment is None else str(comment)

    def _view(self, wanted: WantedList) -> str:
        columns = "".join(
            f",\n    (payload::jsonb ->> '{column}')::{_type(kind)} as {_quoted(column)}"
            for column, kind in wanted.columns
        )
        return (
            f"create view {{schema}}.{_quoted(wanted.name)} as select row_key{columns}"
            f"\nfrom {{schema}}.held where list = '{wanted.name}'"
        )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what the client raises into what delivery knows, and drop the session, whose state is unknown then."""
        try:
            yield
        except psycopg.Error as error:
            self.close()
            said = f"receiver {self.name}: PostgreSQL said: {_without_password(error)}"
            if isinstance(error, psycopg.DataError | psycopg.IntegrityError):
                raise BatchRefused(said, str(error).strip(), had_no_effect=True) from None
            remedy = next((remedy for kind, remedy in _REMEDIES.items() if isinstance(error, kind)), _OTHERWISE)
            raise ReceiverError(f"{said}. {remedy}") from None


def _without_password(error: psycopg.Error) -> str:
    return re.sub(r"password=\S+", "password=…", str(error).strip())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _type(kind: str) -> str:
    return kind.lower().replace("decimal", "numeric") if kind.startswith("DECIMAL") else _TYPES.get(kind, "text")
