"""The outbox: announcements that wait for their measure to take effect, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from evenhand.delivery.announcements.announcement import About, Announcement, LastTold
from evenhand.delivery.changes import Change, announcing
from evenhand.delivery.payload import Payload
from evenhand.delivery.receipts import Receipts
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)


class Outbox:
    """A receiver's announcements, in the file of the receipts."""

    def __init__(self, receipts: Receipts, receiver: str) -> None:
        self._receipts = receipts
        self._database = receipts.database
        self._receiver = receiver

    def take(self, announcements: Iterable[Announcement]) -> None:
        """Put in what there is to say; the same again changes nothing, unless it was dropped and is wanted again."""
        with self._receipts.transaction():
            self._database.executemany(
                _SQL("take"),
                (
                    (
                        *(self._receiver, *each.row, each.payload.text, each.payload.sha256, *each.about.row),
                        *(
                            each.about.measure,
                            each.about.event,
                            each.about.payload_sha256,
                            each.night.isoformat(),
                            each.telling,
                        ),
                    )
                    for each in announcements
                ),
            )

    def waiting(self) -> list[Announcement]:
        """What waits, in the order in which it happened; an end before the beginning that follows it."""
        rows = self._database.execute(_SQL("waiting"), (self._receiver,))
        return [
            Announcement(
                (name, row_key),
                Payload(text, sha256),
                About((about_list, about_row), measure, event, about_sha256),
                date.fromisoformat(night),
                telling,
            )
            for name, row_key, text, sha256, about_list, about_row, measure, event, about_sha256, night, telling in rows
        ]

    def told(self, about: About) -> LastTold | None:
        """What was last told of a measure; None if nothing ever was to be."""
        row = self._database.execute(_SQL("told"), (self._receiver, *about.row, about.measure)).fetchone()
        return None if row is None else LastTold(bool(row[0]), row[1])

    def mark(self, announcement: Announcement, status: str, why: str) -> None:
        """Say what became of one that waited: `ready` to be sent, or `dropped`."""
        self._database.execute(
            "update outbox set status = ?, why = ? where receiver = ? and list = ? and row_key = ?",
            (status, why, self._receiver, *announcement.row),
        )

    def complete(self, announcement: Announcement, payload: Payload) -> None:
        """Say instead what is known of it by now."""
        self._database.execute(
            "update outbox set payload = ?, payload_sha256 = ? where receiver = ? and list = ? and row_key = ?",
            (payload.text, payload.sha256, self._receiver, *announcement.row),
        )

    def to_send(self) -> list[Change]:
        """What is ready and wasn't taken yet, rejected ones again, by night and key."""
        rows = self._database.execute(_SQL("to_send"), (self._receiver,))
        return [announcing(self._receiver, (name, key), Payload(text, sha256)) for name, key, text, sha256 in rows]

    def said_on(self, night: date) -> Sequence[tuple[str, str]]:
        """The rows of a night that were acknowledged, in order."""
        rows = self._database.execute(_SQL("said_on"), (self._receiver, night.isoformat()))
        return [(name, row_key) for name, row_key in rows]
