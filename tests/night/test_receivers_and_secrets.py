"""Receivers that fail, through the real command: the release stands, what is missing follows, and no secret leaves.

Secrets stay where they were given: they aren't in logs, releases, receipts, Airflow's database or anything else of a
run.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.faulty import FaultyServer
from night.installation import Installation

NIGHT = "2026-03-05"
PLANTED = {
    "sandbox": "planted-signing-secret-7d1f",
    "database": "planted-database-password-52aa",
    "store": "planted-store-secret-c0de",
    "token": "planted-platform-token-9e3b",
}
RECEIVERS = """
receivers:
  sandbox: {kind: http, connection: evenhand_sandbox, lists: [penalties, rewards]}
  files: {kind: files, connection: evenhand_files, lists: [penalties, rewards]}
  database: {kind: postgres, connection: database, lists: [penalties]}
  store: {kind: object_store, connection: store, lists: [penalties]}
  transparency:
    kind: dsa
    connection: transparency
    after: [sandbox]
    statements:
      markets: [world]
      territorial_scope: [DE]
      measures: {}
      grounds: {}
"""


@pytest.fixture
def faulty(installation: Installation, tmp_path: Path) -> Iterator[FaultyServer]:
    """A sandbox that fails on request, and three receivers that can't be reached or are wrong."""
    server = FaultyServer(f"http://127.0.0.1:{installation.port}", PLANTED["sandbox"])
    installation.land_history()
    (installation.home / "sandbox.secret").write_text(PLANTED["sandbox"])
    (tmp_path / "receivers.yml").write_text(RECEIVERS)
    dead = {"host": "127.0.0.1", "port": 9, "login": "somebody", "password": PLANTED["database"], "schema": "x"}
    store = {"path": "s3://bucket/lists", "endpoint_url": "http://127.0.0.1:9", "region_name": "eu-west-1"}
    connections = {
        "EVENHAND_SANDBOX": {"conn_type": "http", "host": server.url, "password": PLANTED["sandbox"]},
        "DATABASE": {"conn_type": "postgres", **dead},
        "STORE": {"conn_type": "aws", "login": "key", "password": PLANTED["store"], "extra": store},
        "TRANSPARENCY": {"conn_type": "http", "host": "http://127.0.0.1:9", "password": PLANTED["token"]},
    }
    installation.overrides |= {
        "EVENHAND_RECEIVERS": str(tmp_path / "receivers.yml"),
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "0",
        # The store's client makes one attempt, for the task is tried again: it would wait for seconds between more.
        "AWS_MAX_ATTEMPTS": "1",
        **{f"AIRFLOW_CONN_{name}": json.dumps(of) for name, of in connections.items()},
    }
    yield server
    server.stop()


def test_what_receivers_lack_is_sent_once_they_are_back_and_a_planted_secret_is_nowhere(
    installation: Installation, faulty: FaultyServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The sandbox answers garbage, is then down, and is back when the night is delivered again; others fail twice."""
    faulty.faults.extend(["nonsense", *["drop_after"] * 8])

    said = installation.nightly(NIGHT, expect=1)

    assert "receiver sandbox" in said
    assert "receiver database" in said
    assert "receiver store" in said
    assert "has no words" in said
    # The next one isn't held up.
    assert json.loads((installation.home / "delivered" / "current.json").read_text())
    assert installation.release(NIGHT).exists()
    released = installation.release_bytes(NIGHT)
    _is_secret(installation, said)

    faulty.faults.clear()
    with caplog.at_level(logging.DEBUG):
        said = installation.deliver(NIGHT, expect=1)

    assert "receiver sandbox" not in said
    assert "receiver database" in said
    assert len(installation.held()) == installation.effects() == 12
    assert installation.release_bytes(NIGHT) == released
    assert caplog.text
    _is_secret(installation, said + caplog.text)


def _is_secret(installation: Installation, said: str) -> None:
    looked_at = [path for path in sorted(installation.home.rglob("*")) if path.is_file()]
    assert {".log", ".sqlite", ".db", ".parquet", ".json"} <= {path.suffix for path in looked_at}
    found = {
        (name, str(path.relative_to(installation.home)))
        for path in looked_at
        for name, secret in PLANTED.items()
        if secret.encode() in path.read_bytes()
    }
    # The one that the installation keeps for its own sandbox.
    assert found == {("sandbox", "sandbox.secret")}
    assert [name for name, secret in PLANTED.items() if secret in said] == []
