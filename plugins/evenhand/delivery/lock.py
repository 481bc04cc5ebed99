"""One delivery at a time per receiver."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DeliveryRunning(Exception):
    """Another process is delivering to this receiver."""


@contextmanager
def delivery_lock(home: Path, receiver: str) -> Iterator[None]:
    """Hold `<home>/delivery-<receiver>.lock` meanwhile; the system releases it when the process dies.

    Raises:
        DeliveryRunning: it is taken.
    """
    path = home / f"delivery-{receiver}.lock"
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DeliveryRunning(
                f"another delivery to {receiver} is running (it holds {path}); wait for it to end and run this again"
            ) from error
        yield
