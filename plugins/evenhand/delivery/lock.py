"""One delivery at a time per receiver."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from evenhand.lock import only_one


class DeliveryRunning(Exception):
    """Another process is delivering to this receiver."""


def delivery_lock(home: Path, receiver: str) -> AbstractContextManager[int]:
    """Hold `<home>/delivery-<receiver>.lock` meanwhile.

    Raises:
        DeliveryRunning: it is taken.
    """
    path = home / f"delivery-{receiver}.lock"
    return only_one(
        path,
        DeliveryRunning(f"another delivery to {receiver} is running (it holds {path}); wait for it and run this again"),
    )
