"""Secrets stay where they were given: not in logs, releases, receipts, Airflow's database or anything else of a run."""

from __future__ import annotations

import json

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


def test_a_planted_secret_is_nowhere_after_a_night_that_failed_and_one_that_did_not(installation: Installation) -> None:
    """Three receivers can't be reached or are wrong, so that what is said of them is in the logs too."""
    installation.land_history()
    (installation.home / "sandbox.secret").write_text(PLANTED["sandbox"])
    (installation.home / "receivers.yml").write_text(RECEIVERS)
    dead = {"host": "127.0.0.1", "port": 9, "login": "somebody", "password": PLANTED["database"], "schema": "x"}
    store = {"path": "s3://bucket/lists", "endpoint_url": "http://127.0.0.1:9", "region_name": "eu-west-1"}
    installation.overrides |= {
        "EVENHAND_RECEIVERS": str(installation.home / "receivers.yml"),
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "0",
        "AIRFLOW_CONN_DATABASE": json.dumps({"conn_type": "postgres", **dead}),
        "AIRFLOW_CONN_STORE": json.dumps(
            {"conn_type": "aws", "login": "key", "password": PLANTED["store"], "extra": store}
        ),
        "AIRFLOW_CONN_TRANSPARENCY": json.dumps(
            {"conn_type": "http", "host": "http://127.0.0.1:9", "password": PLANTED["token"]}
        ),
    }

    said = installation.nightly(NIGHT, expect=1)

    assert "receiver database" in said
    assert "receiver store" in said
    assert "has no words" in said
    assert len(installation.held()) == 12
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
