"""One delivery and its reconciling in a process of its own, so that it can be killed."""

from __future__ import annotations

import json
import os
import traceback
from pathlib import Path

from delivery.systems import reach
from evenhand.delivery.deliver import deliver
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import ReceiverError
from evenhand.delivery.reconcile import reconcile_and_correct


def send(
    kind: str,
    port: int | None,
    ledger: str,
    place: str,
    release: str,
    batch_size: int,
    seconds: float,
    result: str,
) -> None:
    """What the tasks `delivered` and `reconciled` of a night do.

    Writes to `result` what they would have told: `success`, `told` the error they failed with, or `broken`, an error
    that isn't one of a receiver.
    """
    told: dict[str, object] = {"success": False}
    # Clients complain of connections that are gone; what matters is told.
    with Path(result).with_name("sender.log").open("ab") as log:
        os.dup2(log.fileno(), 2)
    try:
        with (
            Receipts(Path(ledger)) as receipts,
            reach(kind, port, Path(place), batch_size, seconds) as receiver,
        ):
            summary = deliver(Path(release), receiver, receipts)
            told["delivered"] = str(summary)
            if summary.complete:
                found = reconcile_and_correct(Path(release), receiver, receipts)
                told |= {"success": found.agrees, "reconciled": str(found)}
    except ReceiverError as error:
        told["told"] = str(error)
    except Exception:
        told["broken"] = traceback.format_exc()
    Path(result).write_text(json.dumps(told))
