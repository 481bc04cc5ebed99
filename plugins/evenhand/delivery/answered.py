"""What receivers had acknowledged of rows by a night, read from the ledger while others may write to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evenhand.delivery.changes import RowId
from evenhand.delivery.ledger import read_ledger
from evenhand.records.sql_files import SqlFile
from evenhand.settings import settings

_SQL = SqlFile(__file__)


@dataclass(frozen=True)
class Answered:
    """What a receiver was last sent of a row by a night.

    Attributes:
        action: `put` or `remove`.
        night: the night of the release that it was sent for.
        status: `planned` (no answer yet), `acknowledged` or `rejected`.
        answered_at: when it answered, in UTC; None if it didn't.
    """

    receiver: str
    action: str
    night: date
    status: str
    answered_at: str | None


def answered(ledger: Path, rows: Sequence[RowId], night: date) -> Mapping[RowId, Sequence[Answered]]:
    """The last change of each row that each receiver was sent for this night or an earlier one.

    Raises:
        LedgerBroken: the ledger can't be read.
    """
    if not rows:
        return {}
    found: dict[RowId, list[Answered]] = {}
    with closing(read_ledger(ledger, settings().ledger)) as database:
        for name, row_key in rows:
            sent = database.execute(_SQL("last_sent"), (name, row_key, night.isoformat()))
            found[name, row_key] = [
                Answered(receiver, action, date.fromisoformat(of), status, at)
                for receiver, action, of, status, at in sent
            ]
    return found


@contextmanager
def sent_for(ledger: Path, night: date) -> Iterator[Iterable[tuple[str | None, ...]]]:
    """What receivers were sent for a night, in no order and read as it is taken: receiver, list, row's key, action,
    status, and when it was planned and answered, in UTC.

    Raises:
        LedgerBroken: the ledger can't be read.
    """
    with closing(read_ledger(ledger, settings().ledger)) as database:
        yield database.execute(_SQL("sent_for"), (night.isoformat(),))
