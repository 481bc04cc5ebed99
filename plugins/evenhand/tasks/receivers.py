"""Receivers reached through their Airflow connections, inside a task or outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand.delivery.config import AnyConfig, ReceiversError, load_receivers

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from evenhand.delivery.announcements.announcement import Announcer
    from evenhand.delivery.opening import Connection
    from evenhand.delivery.receivers import Receiver


def open_receiver(name: str, path: Path | None = None) -> AbstractContextManager[Receiver]:
    """A receiver of lists.

    Args:
        path: receivers.yml; by default that of the checkout.

    Raises:
        ReceiversError: there is no such receiver, or its connection is missing or incomplete.
    """
    return _opened(name, path)


def open_announcer(name: str, path: Path | None = None) -> AbstractContextManager[Announcer]:
    """A receiver of announcements, as `open_receiver`."""
    return _opened(name, path)


@contextmanager
def _opened(name: str, path: Path | None) -> Iterator[Any]:
    # Importing DuckDB and httpx takes time that parsing a DAG shouldn't.
    from evenhand.delivery.opening import opened

    with opened(name, load_receivers(path), connection_of) as receiver:
        yield receiver


def connection_of(name: str, config: AnyConfig) -> Connection:
    """The Airflow connection that receivers.yml names for a receiver.

    Raises:
        ReceiversError: there is none.
    """
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return BaseHook.get_connection(config.connection)
    except AirflowNotFoundException as error:
        raise ReceiversError(
            f"receiver {name}: no Airflow connection {config.connection!r}; add it in Airflow or set "
            f"AIRFLOW_CONN_{config.connection.upper()} as JSON (docs/receivers.md)"
        ) from error
