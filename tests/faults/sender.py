"""One delivery and its reconciling in a process of its own, so that it can be killed."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from delivery.systems import enforcer_of, reach, reach_announcer
from evenhand.delivery.announcements.announce import announce, check_announced
from evenhand.delivery.deliver import deliver
from evenhand.delivery.first_read import agreed
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import ReceiverError, http
from evenhand.delivery.reconcile import reconcile_and_correct

# A receiver that lags is waited for so long in all, as everything here is waited for: moments, and not a minute.
_PROBES = (0.05, 0.1, 0.1, 0.1, 0.2, 0.2)


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
    """What the tasks `deliver_release` and `reconcile_receiver` of a night do for a receiver of lists.

    Writes to `result` what they would have told: `success`, `told` the error they failed with, or `broken`, an error
    that isn't one of a receiver.
    """
    with (
        _telling(result) as told,
        Receipts(Path(ledger)) as receipts,
        reach(kind, port, Path(place), batch_size, seconds) as receiver,
    ):
        # It agreed before: what strangers write there later is corrected, and nobody is asked.
        agreed(receipts.path.parent, receiver, held=1)
        summary = deliver(Path(release), receiver, receipts)
        told["delivered"] = str(summary)
        if summary.complete:
            found = reconcile_and_correct(Path(release), receiver, receipts)
            told |= {"success": found.agrees, "reconciled": str(found)}


def send_once(
    kind: str,
    port: int | None,
    ledger: str,
    place: str,
    release: str,
    batch_size: int,
    seconds: float,
    result: str,
) -> None:
    """The same for a receiver of announcements, after the delivery to the one that enforces."""
    with _telling(result) as told, Receipts(Path(ledger)) as receipts:
        with reach("http", enforcer_of(Path(place)), Path(place), batch_size, 10) as enforcer:
            done = deliver(Path(release), enforcer, receipts)
        with reach_announcer(kind, port, batch_size, seconds) as announcer:
            summary = announce(Path(release), announcer, receipts)
            told["delivered"] = f"{done}\n{summary}"
            if summary.complete and done.complete and not summary.waiting:
                found = check_announced(Path(release), announcer, receipts)
                told |= {"success": found.agrees, "reconciled": str(found)}


@contextmanager
def _telling(result: str) -> Iterator[dict[str, object]]:
    told: dict[str, object] = {"success": False}
    # In the sender's own process, and not in whoever starts it.
    http._PROBES = _PROBES
    # Clients complain of connections that are gone; what matters is told.
    with Path(result).with_name("sender.log").open("ab") as log:
        os.dup2(log.fileno(), 2)
    try:
        yield told
    except ReceiverError as error:
        told["told"] = str(error)
    except Exception:
        told["broken"] = traceback.format_exc()
    # In one step: who is killed has told nothing.
    written = Path(result).with_suffix(".part")
    written.write_text(json.dumps(told))
    written.replace(result)
