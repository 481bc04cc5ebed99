"""An enforcement system and a messenger, real processes, for nights that are decided without Airflow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import httpx

from evenhand.delivery.announcements.announce import announce
from evenhand.delivery.deliver import deliver
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers.http import HttpReceiver
from evenhand.delivery.receivers.notices import NoticesReceiver
from evenhand.delivery.reconcile import reconcile
from sandbox.process import SECRET, SandboxProcess

LISTS = ("penalties", "rewards")


class Receivers:
    """Where releases of a data directory go."""

    def __init__(self, home: Path, sandbox: SandboxProcess, client: httpx.Client) -> None:
        self.sandbox = sandbox
        self._home = home
        self._enforcer = HttpReceiver("sandbox", LISTS, sandbox.url, SECRET, client)
        messenger = HttpReceiver("notices", ("notices",), f"{sandbox.url}/notices", SECRET, client)
        self._messenger = NoticesReceiver(messenger, {"sandbox": LISTS})

    def bring(self, night: str) -> None:
        """Deliver a night, and tell of it."""
        release = self._home / "releases" / f"night={night}"
        with Receipts(self._home / "receipts.sqlite") as receipts:
            assert deliver(release, self._enforcer, receipts).complete
            assert reconcile(release, self._enforcer, receipts).agrees
            assert announce(release, self._messenger, receipts).complete

    def held(self) -> list[str]:
        """The row keys that are enforced."""
        return sorted(row_key for _, row_key in self.sandbox.held())

    def told(self) -> list[str]:
        """The event and the row of every notice that was said, in that order."""
        with duckdb.connect() as connection:
            files = str(self._home / "releases" / "revisions" / "*" / "*" / "notices.parquet")
            rows = connection.execute(
                "select distinct notice_id, event || ' ' || row_key from read_parquet(?, hive_partitioning = false)",
                [files],
            ).fetchall()
        names: dict[str, str] = dict(rows)
        return [names[notice_id] for notice_id, _ in self.sandbox.notices()]


@contextmanager
def receivers(home: Path) -> Iterator[Receivers]:
    sandbox = SandboxProcess(home / "told_sandbox.sqlite")
    try:
        with httpx.Client(timeout=10) as client:
            yield Receivers(home, sandbox, client)
    finally:
        sandbox.kill()
