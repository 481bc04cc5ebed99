"""The case store: events in a database, append-only and chained, in a SQLite file or the deployment's PostgreSQL.

Who writes holds a lock from reading on until it is committed: what two write at once is one after the other, and who
saw an older version of a case is refused. Killed at any moment, all of a write is there or nothing.

Longer than other files, for what is read, checked and written under the one lock is told in its order.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from evenhand.cases.case import Action, Case, CaseEvent, cases_of
from evenhand.cases.place import FILE, HEAD
from evenhand.cases.tables import SCHEMA, events, figures, messages
from evenhand.records.persons import Person
from evenhand.records.refusals import Refused
from evenhand.records.sqlite_files import address_to_read

# The events of nights: which was looked at.
NIGHTS = "night"
_LOCKED_SECONDS = 60
_MIGRATIONS = Path(__file__).parent / "migrations"


class CasesBroken(Exception):
    """The case store can't be used. The message says where it is and what to do."""


class CaseChanged(Refused):
    """Somebody changed a case since it was read. The message says to look again."""


@dataclass(frozen=True)
class Draft:
    """An event that isn't written yet.

    Attributes:
        seen: the version of the case that it goes on from; 0 for a new one.
    """

    case_id: str
    seen: int
    action: Action
    content: Mapping[str, Any]
    by: Person | None = None


@dataclass(frozen=True)
class Looked:
    """The night that was looked at last, and which release of it."""

    night: date
    release_id: str


class Cases:
    """An open store. What is read in `writing` is what is written upon."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def events(self) -> Iterator[CaseEvent]:
        """All events, in order."""
        rows = self._connection.execute(sa.select(events).order_by(events.c.number))
        return (_event(row) for row in rows.mappings())

    def all(self) -> dict[str, Case]:
        """All cases, by what they are called."""
        return cases_of(self.events())

    def case(self, case_id: str) -> Case | None:
        """One case."""
        query = sa.select(events).where(events.c.case_id == case_id).order_by(events.c.version)
        return cases_of(_event(row) for row in self._connection.execute(query).mappings()).get(case_id)

    def looked(self) -> Looked | None:
        """The night that was looked at last."""
        query = sa.select(events).where(events.c.case_id == NIGHTS).order_by(events.c.version.desc()).limit(1)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return None
        content = _event(row).content
        return Looked(date.fromisoformat(content["night"]), content["release_id"])

    def as_of(self) -> date:
        """The night by which days left are counted: the one that was looked at last, else today."""
        looked = self.looked()
        return looked.night if looked else date.today()

    def figures(self) -> dict[str, tuple[float, list[dict[str, Any]]]]:
        """The expected harm of each open case on the newest night, and what it is made of."""
        rows = self._connection.execute(sa.select(figures))
        return {row.case_id: (row.harm, json.loads(row.parts)) for row in rows}

    def messages(self) -> list[Mapping[str, Any]]:
        """Who was told what, the newest first."""
        query = sa.select(messages).order_by(messages.c.night.desc(), messages.c.person)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def head(self) -> tuple[int, str]:
        """Number and SHA-256 of the newest event; 0 and nothing where there is none."""
        query = sa.select(events.c.number, events.c.sha256).order_by(events.c.number.desc()).limit(1)
        row = self._connection.execute(query).first()
        return (row.number, row.sha256) if row else (0, "")

    def append(self, drafts: Sequence[Draft]) -> None:
        """Write events.

        Raises:
            CaseChanged: a case has another version than the one that was seen.
        """
        number, before = self.head()
        known = self.versions({draft.case_id for draft in drafts})
        rows = []
        for draft in drafts:
            if known.get(draft.case_id, 0) != draft.seen:
                raise CaseChanged(
                    f"{draft.case_id} was changed since: it is at version {known.get(draft.case_id, 0)}, and you saw"
                    f" {draft.seen}. Look at it again: evenhand case show {draft.case_id}",
                    "changed",
                )
            known[draft.case_id] = draft.seen + 1
            number += 1
            row = {
                "number": number,
                "case_id": draft.case_id,
                "version": draft.seen + 1,
                "action": draft.action,
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "by": draft.by.name if draft.by else None,
                "logged_in": draft.by.logged_in if draft.by else None,
                "content": json.dumps(draft.content, sort_keys=True, ensure_ascii=False),
                "before": before,
            }
            before = _digest(row)
            rows.append(row | {"sha256": before})
        if rows:
            self._connection.execute(sa.insert(events), rows)

    def set_figures(self, night: date, harms: Mapping[str, tuple[float, Sequence[Mapping[str, Any]]]]) -> None:
        """What open cases came to on a night, in the place of what they came to before."""
        self._connection.execute(sa.delete(figures))
        rows = [
            {"case_id": name, "night": str(night), "harm": harm, "parts": json.dumps(list(parts), default=str)}
            for name, (harm, parts) in sorted(harms.items())
        ]
        if rows:
            self._connection.execute(sa.insert(figures), rows)

    def add_message(self, night: date, person: str, address: str, told: str, error: str, until: datetime) -> None:
        """Write down that somebody was told, or why not.

        Args:
            until: the moment of the newest event that was read for it.
        """
        row = {"night": str(night), "person": person, "address": address, "told": told, "error": error}
        row["at"] = until.isoformat(timespec="milliseconds")
        self._connection.execute(sa.delete(messages).where(messages.c.night == str(night), messages.c.person == person))
        self._connection.execute(sa.insert(messages), [row])

    def troubles(self) -> list[str]:
        """Where the chain is broken, for people."""
        found, before, expected = [], "", 1
        versions: dict[str, int] = {}
        for row in self._connection.execute(sa.select(events).order_by(events.c.number)).mappings():
            place = f"event {row['number']} of the cases"
            if row["number"] != expected:
                found.append(f"{place}: event {expected} is gone")
            if row["before"] != before:
                found.append(f"{place}: doesn't go on from the event before it")
            if _digest(row) != row["sha256"]:
                found.append(f"{place}: isn't what was written")
            if row["version"] != versions.get(row["case_id"], 0) + 1:
                found.append(f"{place}: an event of {row['case_id']} is gone")
            versions[row["case_id"]] = row["version"]
            before, expected = row["sha256"], row["number"] + 1
        return found

    def has(self, number: int, sha256: str) -> bool:
        """Whether an event is there that was the newest once."""
        if not number:
            return True
        query = sa.select(events.c.sha256).where(events.c.number == number)
        return self._connection.execute(query).scalar() == sha256

    def versions(self, names: set[str]) -> dict[str, int]:
        """The newest version of each of these that is there."""
        # By all: what a database takes in one list has an end.
        query = sa.select(events.c.case_id, sa.func.max(events.c.version)).group_by(events.c.case_id)
        if len(names) == 1:
            query = query.where(events.c.case_id == next(iter(names)))
        rows: Any = self._connection.execute(query)
        return {name: version for name, version in rows if name in names}


@contextmanager
def reading(home: Path, server: str = "") -> Iterator[Cases]:
    """The store, to read from alone; where there is none yet, it has no cases.

    Raises:
        CasesBroken: it can't be opened or read.
    """
    with _connected(home, server, writes=False) as cases:
        yield cases


@contextmanager
def writing(home: Path, server: str = "") -> Iterator[Cases]:
    """The store, to read from and write to: all that is written meanwhile is there in the end, or nothing.

    Raises:
        CasesBroken: it can't be opened, read or written.
    """
    with _connected(home, server, writes=True) as cases:
        yield cases


def migrate(home: Path, server: str = "") -> None:
    """Make the store, or bring it to what this version wants; once more changes nothing.

    Raises:
        CasesBroken: it can't be, or it is of a later version.
    """
    with _told(home, server):
        engine = _engine(home, server)
        try:
            _migrate(engine)
        finally:
            engine.dispose()


@contextmanager
def _connected(home: Path, server: str, *, writes: bool) -> Iterator[Cases]:
    with _told(home, server):
        engine = _engine(home, server) if writes or server else _engine_to_read(home / FILE)
        try:
            if _version(engine) != HEAD:
                _migrate(engine)
            options: dict[str, Any] = {"postgresql_readonly": True} if server and not writes else {}
            with engine.connect().execution_options(writes=writes, **options) as connection, connection.begin():
                if writes and connection.dialect.name == "postgresql":
                    connection.execute(sa.text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": SCHEMA})
                yield Cases(connection)
        finally:
            engine.dispose()


@contextmanager
def _told(home: Path, server: str) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        where = "the database of cases (EVENHAND_CASES)" if server else str(home / FILE)
        # What a driver says has no password in it; what SQLAlchemy adds, statements and values, is left out.
        said = " ".join(str(getattr(error, "orig", None) or error).split())
        raise CasesBroken(f"{where}: {said}. Mend it or bring it back from a backup, then run this again") from error


def _engine(home: Path, server: str) -> Engine:
    if server:
        return sa.create_engine(
            sa.make_url(server).set(drivername="postgresql+psycopg"),
            # Whoever holds a lock, or the server, is waited for so long and no longer.
            connect_args={
                "connect_timeout": 10,
                "application_name": "evenhand",
                "options": f"-c lock_timeout={_LOCKED_SECONDS}s -c statement_timeout=300s",
            },
            isolation_level="READ COMMITTED",
        )
    home.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(f"sqlite:///{home / FILE}", connect_args={"timeout": _LOCKED_SECONDS})
    return _of_sqlite(engine, _as_we_write)


def _engine_to_read(path: Path) -> Engine:
    """The file, which is not written to; where it isn't there, or isn't whole yet, what it would be with its tables."""
    if path.exists():
        address = f"sqlite:///{address_to_read(path)}&uri=true"
        engine = _of_sqlite(sa.create_engine(address, connect_args={"timeout": _LOCKED_SECONDS}))
        if _version(engine) == HEAD:
            return engine
        engine.dispose()
    made = sqlite3.connect(":memory:", check_same_thread=False)
    if path.exists():
        with closing(sqlite3.connect(address_to_read(path), uri=True)) as there:
            there.backup(made)
    return _of_sqlite(sa.create_engine("sqlite://", creator=lambda: made, poolclass=sa.StaticPool))


def _of_sqlite(engine: Engine, as_it_is_opened: Callable[[Any, object], None] | None = None) -> Engine:
    sa.event.listen(engine, "connect", _as_we_begin)
    if as_it_is_opened:
        sa.event.listen(engine, "connect", as_it_is_opened)
    sa.event.listen(engine, "begin", _begin)
    return engine.execution_options(schema_translate_map={SCHEMA: None})


def _as_we_begin(database: Any, _: object) -> None:
    # The driver would begin by itself, and only before it writes.
    database.isolation_level = None


def _as_we_write(database: Any, _: object) -> None:
    database.execute("pragma journal_mode = wal")
    database.execute("pragma synchronous = full")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _version(engine: Engine) -> str:
    schema = SCHEMA if engine.dialect.name == "postgresql" else None
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("version", schema=schema):
            return ""
        table = sa.table("version", sa.column("version_num"), schema=schema)
        return str(connection.execute(sa.select(table.c.version_num)).scalar() or "")


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        # Of several that begin at once, each makes what is missing once.
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": SCHEMA})
            connection.execute(sa.text(f"create schema if not exists {SCHEMA}"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _event(row: Mapping[Any, Any]) -> CaseEvent:
    by = Person(row["by"], bool(row["logged_in"])) if row["by"] is not None else None
    at = datetime.fromisoformat(row["at"])
    return CaseEvent(row["case_id"], row["version"], row["action"], at, by, json.loads(row["content"]))


def _digest(row: Mapping[Any, Any]) -> str:
    names = ("number", "case_id", "version", "action", "at", "by", "logged_in", "content", "before")
    said = [row[name] if name != "logged_in" or row[name] is None else bool(row[name]) for name in names]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
