"""One delivery at a time per receiver, and none while deliveries are stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evenhand.delivery.stopping import sending
from evenhand.records.lock import only_one


class DeliveryRunning(Exception):
    """Another process is delivering to this receiver."""

    passes = True


@contextmanager
def delivery_lock(home: Path, receiver: str) -> Iterator[None]:
    """Hold `<home>/delivery-<receiver>.lock` meanwhile.

    Raises:
        DeliveryRunning: it is taken.
        DeliveriesStopped: deliveries are stopped, or are meanwhile.
    """
    path = home / f"delivery-{receiver}.lock"
    running = DeliveryRunning(
        f"another delivery to {receiver} is running (it holds {path}); wait for it and run this again"
    )
    with only_one(path, running), sending(home):
        yield
