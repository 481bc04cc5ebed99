"""The sandbox as its own process, and signed requests to it."""

from __future__ import annotations

import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from evenhand.delivery.signature import sign
from ports import free_port

# The secret of the worked example in the Standard Webhooks reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class SandboxProcess:
    def __init__(self, database: Path) -> None:
        self.database = database
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "evenhand.sandbox", "--port", str(self.port)],
            env={
                **os.environ,
                "EVENHAND_SANDBOX_DB": str(self.database),
                "EVENHAND_SANDBOX_SECRET": SECRET,
                "EVENHAND_SANDBOX_NOTICES_SECRET": SECRET,
            },
        )
        for _ in range(200):
            try:
                # It shows no certificate, and to read those of all authorities takes longer than this.
                httpx.get(f"{self.url}/healthz", verify=False).raise_for_status()
                return
            except httpx.TransportError:
                assert self._process.poll() is None, "the sandbox ended by itself"
                time.sleep(0.05)
        raise AssertionError("the sandbox never answered")

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def forget(self) -> None:
        for path in (self.database, self.database.with_name(f"{self.database.stem}_notices{self.database.suffix}")):
            with closing(sqlite3.connect(path, isolation_level=None)) as database:
                for table in ("held", "effects", "answers", "nights", "probes"):
                    database.execute(f"delete from {table}")

    def notices(self) -> list[tuple[str, str]]:
        """The row_key and the body of every notice that took effect, in order, what was said twice twice."""
        told = self.database.with_name(f"{self.database.stem}_notices{self.database.suffix}")
        with closing(sqlite3.connect(told)) as database:
            return database.execute(
                "select effects.row_key, coalesce(json_extract(payload, '$.body'), '') from effects left join held"
                " using (list, row_key) order by number"
            ).fetchall()

    def database_open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.database, isolation_level=None, timeout=10)

    def effects(self) -> list[tuple[str, str, str, str]]:
        """Key, list, row_key and action of every change that took effect, in order."""
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute("select key, list, row_key, action from effects order by number").fetchall()

    def held(self) -> dict[tuple[str, str], dict[str, object]]:
        """The payload of every row, by list and row_key."""
        with closing(sqlite3.connect(self.database)) as database:
            rows = database.execute("select list, row_key, payload from held").fetchall()
        return {(name, key): json.loads(payload) for name, key, payload in rows}

    def headers(self, content: bytes) -> dict[str, str]:
        now, message = int(time.time()), f"msg_{secrets.token_hex(8)}"
        return {
            "webhook-id": message,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(SECRET, message, now, content),
        }

    def reading(self, cursor: str, limit: int, to: str = "sandbox") -> dict[str, str]:
        """The headers of a page of the state."""
        reads = json.dumps({"to": to, "asks": "state", "cursor": cursor, "limit": limit})
        return {"evenhand-read": reads, **self.headers(reads.encode())}

    def send(self, *changes: dict[str, Any]) -> httpx.Response:
        body = batch(*changes)
        answer = httpx.post(f"{self.url}/v1/changes", content=body, headers=self.headers(body), verify=False)
        return answer.raise_for_status()

    def statuses(self, *changes: dict[str, Any]) -> list[str]:
        return [result["status"] for result in self.send(*changes).json()["results"]]

    def state(self, limit: int = 1000) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = []
        cursor: str | None = ""
        while cursor is not None:
            target = f"/v1/state?cursor={cursor}&limit={limit}"
            answer = httpx.get(self.url + target, headers=self.reading(cursor, limit), verify=False)
            page = answer.raise_for_status().json()
            rows += page["rows"]
            cursor = page["next"]
        return rows


def batch(*changes: dict[str, Any], to: str = "sandbox") -> bytes:
    """The body that asks for changes."""
    return json.dumps({"to": to, "asks": "changes", "night": "2026-03-01", "changes": changes}).encode()
