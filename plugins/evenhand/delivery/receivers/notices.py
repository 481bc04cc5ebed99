"""The system that brings notices to accounts: each notice once, behind the HTTP contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from evenhand.delivery.announcements.announcement import Announcement, read_notices
from evenhand.delivery.changes import Change, RowId
from evenhand.delivery.payload import Payload
from evenhand.delivery.receivers import Receipt
from evenhand.delivery.receivers.http import HttpReceiver


class NoticesReceiver:
    """A list `notices` that rows are only ever put into; the row_key is the notice_id."""

    def __init__(
        self, http: HttpReceiver, after: Mapping[str, tuple[str, ...]], one_row_per_scope: frozenset[str] = frozenset()
    ) -> None:
        """`after`: the receivers that enforce what is told, with their lists; and which get one row per scope."""
        self.name = http.name
        self.capabilities = http.capabilities
        self.after = after
        self.one_row_per_scope = one_row_per_scope
        self._http = http

    def begin(self, night: date) -> None:
        """Every batch says of which night it is."""
        self._http.begin((), night)

    def announcements(self, release_dir: Path) -> Sequence[Announcement]:
        """The notices of the release, those of earlier revisions among them."""
        return read_notices(release_dir, sorted({name for lists in self.after.values() for name in lists}))

    def completed(self, release_dir: Path, payloads: Sequence[Payload]) -> Mapping[str, Payload]:
        """A notice is whole from the beginning."""
        return {}

    def apply(self, batch: Sequence[Change]) -> Sequence[Receipt]:
        """Put them."""
        return self._http.apply(batch)

    def missing(self, rows: Sequence[RowId]) -> Sequence[RowId]:
        """Those that its state doesn't have."""
        there = {(row.list, row.row_key) for row in self._http.read_back()} if rows else set()
        return [row for row in rows if row not in there]
