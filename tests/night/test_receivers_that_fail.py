"""A receiver that refuses rows: the release stands, and what is missing is sent later.

Those that are down or answer garbage are of test_receivers_and_secrets.py.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest

from delivery.faulty import FaultyServer
from night.installation import Installation

NIGHT = "2026-03-05"


@pytest.fixture
def faulty(decided: Installation) -> Iterator[FaultyServer]:
    """Before a home whose night is decided, and which has delivered nothing yet."""
    secret = "a secret of the test"
    for path in (
        *decided.home.glob("receipts.sqlite*"),
        *decided.home.glob("sandbox.*"),
        *decided.home.glob("ledger*"),
    ):
        path.unlink()
    shutil.rmtree(decided.home / "delivered")
    server = FaultyServer(f"http://127.0.0.1:{decided.port}", secret)
    (decided.home / "sandbox.secret").write_text(secret)
    decided.overrides["AIRFLOW_CONN_EVENHAND_SANDBOX"] = json.dumps(
        {"conn_type": "http", "host": server.url, "password": secret}
    )
    yield server
    server.stop()


def test_one_that_refuses_half_is_sent_the_other_half_later_and_the_next_one_isnt_held_up(
    decided: Installation, faulty: FaultyServer
) -> None:
    faulty.faults.append("refuse_half")

    said = decided.deliver(NIGHT, expect=1)

    assert "6 rejected" in said
    assert "this account is on hold here" in said
    assert len(decided.held()) == 6
    assert json.loads((decided.home / "delivered" / "current.json").read_text())

    said = decided.deliver(NIGHT)

    assert "sent 6 penalties put; 6 applied" in said
    assert len(decided.held()) == 12
