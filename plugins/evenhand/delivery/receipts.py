"""The receipts ledger: what every receiver was sent, what it answered, and what it therefore holds."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType

from evenhand.delivery.changes import FOUND, Acknowledged, Change, RowId
from evenhand.delivery.ledger import Database, open_ledger, read_ledger, transaction
from evenhand.delivery.payload import Payload
from evenhand.delivery.read_release import Release
from evenhand.delivery.receivers import Receipt, ReceiverRow
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

_NEVER = Acknowledged(None, 0)
_NOW = Sql("strftime('%Y-%m-%dT%H:%M:%fZ', 'now')")


@dataclass(frozen=True, slots=True)
class Position:
    """The newest release whose delivery to a receiver has begun."""

    night: date
    release_id: str


class Receipts:
    """The ledger in one SQLite file, or a PostgreSQL database; every write is on disk when its method returns.

    Attributes:
        path: of the file; locks of deliveries are beside it, wherever the ledger is.
        database: the open ledger, for the outbox, which is in it too.
    """

    def __init__(self, path: Path, server: str = "", *, reads_only: bool = False) -> None:
        """Open it, or make it.

        Args:
            path: the file.
            server: instead of it, the address of a PostgreSQL database.
            reads_only: it is neither made nor written to; where there is none, it has no rows.

        Raises:
            LedgerBroken: it can't be opened, read or written.
        """
        if not reads_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.database: Database = (read_ledger if reads_only else open_ledger)(path, server)

    def __enter__(self) -> Receipts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()

    def position(self, receiver: str) -> Position | None:
        """Where the receiver is, or None if nothing was ever delivered to it."""
        row = self.database.execute(
            "select night, release_id from positions where receiver = ?", (receiver,)
        ).fetchone()
        return Position(date.fromisoformat(row[0]), row[1]) if row else None

    def has_come_to(self, night: date, receivers: Iterable[str]) -> bool:
        """Whether one of these was brought to this night or a later one, and the ledger was never lost since it began.

        Of one that goes on from what it was read to hold, nobody knows whether it alone had brought its system there.
        """
        came = self.database.execute(
            "select receiver from positions where night >= ? and epoch = ''", (night.isoformat(),)
        )
        return not {receiver for (receiver,) in came}.isdisjoint(receivers)

    def move_to(self, receiver: str, release: Release) -> None:
        """A delivery of this release begins."""
        self.database.execute(
            _SQL("move_to"),
            (receiver, release.night.isoformat(), release.release_id),
        )

    def begin_epoch(self, receiver: str, release: Release) -> None:
        """A delivery begins to a receiver that was sent more than the ledger has: no key of then may be used again."""
        epoch = secrets.token_hex(8)
        with self.transaction():
            self.database.execute(
                _SQL("begin_epoch"),
                (receiver, release.night.isoformat(), release.release_id, epoch),
            )
            self.database.execute("update acknowledged set key = key || ? where receiver = ?", (epoch, receiver))

    def epoch(self, receiver: str) -> str:
        """What the first key of a row hangs on; empty unless the ledger was ever lost."""
        row = self.database.execute("select epoch from positions where receiver = ?", (receiver,)).fetchone()
        return str(row[0]) if row else ""

    def acknowledged(self, receiver: str, but_for: Set[str] = frozenset()) -> dict[RowId, Acknowledged]:
        """Every row that the receiver ever acknowledged a change of, but for those of some lists."""
        rows = self.database.execute(
            "select list, row_key, payload_sha256, generation, key, gone from acknowledged where receiver = ?",
            (receiver,),
        )
        return {(name, row_key): Acknowledged(*known) for name, row_key, *known in rows if name not in but_for}

    def took_effect(self, receiver: str, row: RowId, payload_sha256: str | None, since: date) -> bool:
        """Whether the receiver holds this payload, None for nothing, or has held it as of this night or a later one."""
        (known,) = self.database.execute(
            _SQL("took_effect"),
            (receiver, *row, payload_sha256, since.isoformat()),
        ).fetchone()
        return bool(known)

    def may_have_had(self, receiver: str, row: RowId) -> bool:
        """Whether the receiver ever held a row, or may have: a change of it has no answer."""
        (known,) = self.database.execute(_SQL("may_have_had"), (receiver, *row)).fetchone()
        return bool(known)

    def unanswered(self, receiver: str) -> list[Change]:
        """Changes that may have been applied though no receipt came, in the order of sending."""
        rows = self.database.execute(_SQL("unanswered"), (receiver,))
        return [
            Change(key, name, row_key, generation, action, None if text is None else Payload(text, sha256), replaces)
            for key, name, row_key, generation, action, text, sha256, replaces in rows
        ]

    def put_without_answer(self, receiver: str) -> tuple[int, date | None]:
        """How many rows were put and have no answer, and the first night of which they are."""
        ((rows, night),) = self.database.execute(_SQL("put_without_answer"), (receiver,))
        return int(rows), date.fromisoformat(night) if night else None

    def plan(self, receiver: str, changes: Sequence[Change], release: Release) -> None:
        """Write down changes before they are sent. One that was rejected or superseded before is open again."""
        night, release_id = release.night.isoformat(), release.release_id
        with self.transaction():
            self.database.executemany(
                _SQL("plan", now=_NOW),
                (
                    (
                        receiver,
                        change.key,
                        change.list,
                        change.row_key,
                        change.generation,
                        change.action,
                        change.payload and change.payload.text,
                        change.payload and change.payload.sha256,
                        night,
                        release_id,
                        change.replaces,
                    )
                    for change in changes
                ),
            )

    def record(self, receiver: str, receipts: Iterable[Receipt]) -> None:
        """Write down answers: what was applied, now or before, is what the receiver holds."""
        answers = list(receipts)
        with self.transaction():
            self._acknowledge(receiver, [receipt.key for receipt in answers if receipt.status != "rejected"])
            self.database.executemany(
                _SQL("reject", now=_NOW),
                ((receipt.reason, receiver, receipt.key) for receipt in answers if receipt.status == "rejected"),
            )

    def reopen(self, receiver: str, rows: Iterable[RowId]) -> None:
        """Take rows that were acknowledged for unanswered: the receiver doesn't have them after all."""
        with self.transaction():
            self.database.executemany(_SQL("reopen"), ((receiver, *row) for row in rows))

    def hand_over(self, receiver: str, lists: Iterable[str]) -> None:
        """Know no more what a receiver holds of lists that another one brings to its system now."""
        with self.transaction():
            self.database.executemany(_SQL("hand_over"), ((receiver, name) for name in lists))

    def find(self, receiver: str, there: Iterable[ReceiverRow], night: date) -> None:
        """Know of rows that were read, and that the receiver never acknowledged, that it holds them."""
        known = self.acknowledged(receiver)
        found = [(row, known.get((row.list, row.row_key), _NEVER)) for row in there]
        self._find_otherwise(
            receiver,
            {(row.list, row.row_key): before.found_otherwise(row.payload_sha256, night) for row, before in found},
        )

    def had_before(self, receiver: str, night: date) -> set[RowId]:
        """The rows that it holds by what it acknowledged on nights before this one."""
        return {(name, key) for name, key in self.database.execute(_SQL("had_before"), (receiver, night.isoformat()))}

    def believe(self, receiver: str, held: Iterable[ReceiverRow], night: date, but_for: Set[str] = frozenset()) -> int:
        """Take what the receiver was read to hold on a night as the truth: the next difference starts from there.

        An unanswered change that shows is acknowledged, one that doesn't is superseded. A row that was found otherwise
        than acknowledged has a new key: sending it again is another change, not a retry, but the same for all findings
        of this night until it was read to be there.

        Args:
            but_for: lists that weren't read: what is known of them stays.

        Returns:
            how many rows were found otherwise.
        """
        found = {(row.list, row.row_key): row.payload_sha256 for row in held}
        unanswered = self.unanswered(receiver)
        shows = [
            change.key
            for change in unanswered
            if found.get((change.list, change.row_key)) == (change.payload and change.payload.sha256)
        ]
        with self.transaction():
            self._acknowledge(receiver, shows)
            self.database.execute(_SQL("supersede", now=_NOW), (receiver,))
            self._saw(receiver, found)
            known = self.acknowledged(receiver, but_for)
            otherwise = {row: known.get(row, _NEVER) for row in _found_otherwise(known, found)}
            self._find_otherwise(
                receiver,
                {row: before.found_otherwise(found.get(row), night) for row, before in otherwise.items()},
            )
        return len(otherwise)

    def _find_otherwise(self, receiver: str, now: Mapping[RowId, Acknowledged]) -> None:
        self.database.executemany(
            _SQL("find_otherwise"),
            ((receiver, *row, each.payload_sha256, each.generation, each.key, each.gone) for row, each in now.items()),
        )

    def differs(self, receiver: str, held: Iterable[ReceiverRow], but_for: Set[str] = frozenset()) -> bool:
        """Whether anything that was read is otherwise than acknowledged, but for lists that weren't read."""
        found = {(row.list, row.row_key): row.payload_sha256 for row in held}
        return bool(_found_otherwise(self.acknowledged(receiver, but_for), found))

    def saw(self, receiver: str, found: Mapping[RowId, str]) -> None:
        """Write down what was read: what was sent again and is there now is sent anew if it is lost once more."""
        with self.transaction():
            self._saw(receiver, found)

    def _saw(self, receiver: str, found: Mapping[RowId, str]) -> None:
        again = self.database.execute(_SQL("sent_again"), (receiver, f"{FOUND}%")).fetchall()
        self.database.executemany(
            "update acknowledged set gone = '' where receiver = ? and list = ? and row_key = ?",
            ((receiver, name, row_key) for name, row_key, sha256 in again if found.get((name, row_key)) == sha256),
        )

    def _acknowledge(self, receiver: str, keys: Sequence[str]) -> None:
        rows = [(receiver, key) for key in keys]
        self.database.executemany(_SQL("acknowledge"), rows)
        self.database.executemany(_SQL("close_acknowledged", now=_NOW), rows)

    def transaction(self) -> AbstractContextManager[None]:
        """All of what is written meanwhile, or nothing."""
        return transaction(self.database)


def _found_otherwise(acknowledged: Mapping[RowId, Acknowledged], found: Mapping[RowId, str]) -> list[RowId]:
    known = {row: before.payload_sha256 for row, before in acknowledged.items()}
    return sorted(row for row in known.keys() | found.keys() if known.get(row) != found.get(row))
