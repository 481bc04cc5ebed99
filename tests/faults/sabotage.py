"""Senders with a fault of their own, to see that the matrix finds it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from evenhand.delivery import changes
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import Receipt, Receiver, ReceiverError
from evenhand.delivery.receivers.postgres import PostgresReceiver
from evenhand.delivery.reconcile import ReconcileSummary
from evenhand.delivery.sending import Sender
from faults import sender
from faults.sender import send


def believes_what_it_sends(*arguments: Any) -> None:
    """It takes a lost answer for a good one, and never looks what is there."""
    apply = PostgresReceiver.apply

    def hopeful(self: PostgresReceiver, batch: Sequence[changes.Change]) -> Sequence[Receipt]:
        try:
            return apply(self, batch)
        except ReceiverError:
            return [Receipt(change.key, "applied") for change in batch]

    def blind(release_dir: Path, receiver: Receiver, receipts: Receipts) -> ReconcileSummary:
        return ReconcileSummary(receiver.name, date(2026, 3, 1), "", 0, 0)

    PostgresReceiver.apply = hopeful  # type: ignore[method-assign]
    sender.reconcile_and_correct = blind  # type: ignore[attr-defined]
    send(*arguments)


def asks_under_another_key(*arguments: Any) -> None:
    """It gives a change a new key whenever it thinks of it."""
    settle, made = Sender.settle, changes._change

    def new_key(*about: Any, **named: Any) -> changes.Change:
        return replace(made(*about, **named), key=uuid.uuid4().hex * 2)

    def settle_anew(self: Sender) -> None:
        self._receipts.database.execute("update changes set status = 'superseded' where status = 'planned'")
        settle(self)

    changes._change = new_key
    Sender.settle = settle_anew  # type: ignore[method-assign]
    send(*arguments)


def always_reports_success(*arguments: Any) -> None:
    """It takes an error for an answer."""
    send(*arguments)
    result = Path(arguments[-1])
    result.write_text(json.dumps(json.loads(result.read_text()) | {"success": True}))
