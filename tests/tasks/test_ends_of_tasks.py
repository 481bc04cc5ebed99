"""Airflow's supervisor of a task whose process is heard no more, and of one that may still say something."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from socket import socketpair
from typing import Any
from uuid import uuid4

import psutil
import pytest
import structlog
from airflow.sdk.execution_time.supervisor import ActivitySubprocess, PsutilTracker

from evenhand.tasks.ends_of_tasks import see_ends_at_once

HEARTBEAT_SECONDS = 300.0


@pytest.fixture
def supervisor() -> Iterator[Any]:
    """Of a process that ends soon, and of which nothing is heard."""
    ours, theirs = socketpair()
    with ours, theirs, subprocess.Popen(["sleep", "0.3"]) as process:
        yield ActivitySubprocess(
            id=uuid4(),
            pid=process.pid,
            stdin=ours,
            process=PsutilTracker(psutil.Process(process.pid)),
            process_log=structlog.get_logger(),
            client=None,  # type: ignore[arg-type]
        )


@pytest.mark.timeout(60)
def test_the_end_of_a_task_is_seen_when_it_has_ended(supervisor: Any) -> None:
    see_ends_at_once()
    assert supervisor._service_subprocess(max_wait_time=HEARTBEAT_SECONDS) is None
    while (ended := supervisor._service_subprocess(max_wait_time=HEARTBEAT_SECONDS)) is None:
        pass
    assert ended == 0


def test_what_may_still_say_something_is_waited_for_as_ever(supervisor: Any) -> None:
    see_ends_at_once()
    heard, _saying = socketpair()
    with heard, _saying:
        supervisor._open_sockets[heard] = "stdout"
        began = time.monotonic()
        supervisor._service_subprocess(max_wait_time=0.1)
        assert time.monotonic() - began >= 0.1
