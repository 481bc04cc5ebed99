"""Receivers that are down, refuse rows or answer garbage: the release stands, and what is missing is sent later."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from delivery.faulty import FaultyServer
from night.installation import Installation

NIGHT = "2026-03-05"


@pytest.fixture
def faulty(installation: Installation) -> Iterator[FaultyServer]:
    secret = "a secret of the test"
    server = FaultyServer(f"http://127.0.0.1:{installation.port}", secret)
    installation.land_history()
    (installation.home / "sandbox.secret").write_text(secret)
    installation.overrides["AIRFLOW_CONN_EVENHAND_SANDBOX"] = json.dumps(
        {"conn_type": "http", "host": server.url, "password": secret}
    )
    installation.overrides["AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY"] = "1"
    yield server
    server.stop()


def test_one_that_refuses_half_is_sent_the_other_half_later_and_the_next_one_isnt_held_up(
    installation: Installation, faulty: FaultyServer
) -> None:
    faulty.faults.append("refuse_half")

    said = installation.directly(NIGHT, expect=1)

    assert "6 rejected" in said
    assert "this account is on hold here" in said
    assert len(installation.held()) == 6
    assert json.loads((installation.home / "delivered" / "current.json").read_text())

    said = installation.directly(NIGHT)

    assert "sent 6 penalties put; 6 applied" in said
    assert len(installation.held()) == 12


def test_one_that_answers_garbage_and_is_then_down_gets_everything_once_it_is_back(
    installation: Installation, faulty: FaultyServer
) -> None:
    faulty.faults.extend(["nonsense", *["drop_after"] * 8])

    said = installation.nightly(NIGHT, expect=1)

    assert "receiver sandbox" in said
    # The next one isn't held up.
    assert json.loads((installation.home / "delivered" / "current.json").read_text())
    assert installation.release(NIGHT).exists()
    released = installation.release_bytes(NIGHT)
    faulty.faults.clear()

    installation.directly(NIGHT)

    assert len(installation.held()) == installation.effects() == 12
    assert installation.release_bytes(NIGHT) == released
