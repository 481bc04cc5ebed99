"""A task whose process has nothing to say any more is over when its process is, and not at the next heartbeat."""

from __future__ import annotations

import os
import socket
import time
from typing import Any
from uuid import uuid4

import psutil
import pytest
import structlog
from airflow.sdk.execution_time.supervisor import PsutilTracker, WatchedSubprocess

from evenhand.tasks.ends import see_ends

HEARTBEAT = 20.0


def watched(lasting: float) -> Any:
    """The watch over a process that goes on for some seconds, and that nothing is heard of."""
    pid = os.fork()
    if not pid:
        time.sleep(lasting)
        os._exit(7)
    ours, _ = socket.socketpair()
    return WatchedSubprocess(
        id=uuid4(), pid=pid, stdin=ours, process=PsutilTracker(psutil.Process(pid)), process_log=structlog.get_logger()
    )


@pytest.fixture
def seeing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends are seen for the test alone."""
    monkeypatch.setattr(WatchedSubprocess, "_service_subprocess", WatchedSubprocess._service_subprocess)
    see_ends()


def test_the_end_of_a_process_that_says_nothing_is_seen_at_once(seeing: None) -> None:
    begun = time.monotonic()
    assert watched(0.05)._service_subprocess(max_wait_time=HEARTBEAT) == 7
    assert time.monotonic() - begun < HEARTBEAT / 2


def test_one_that_goes_on_is_waited_for_until_the_next_heartbeat(seeing: None) -> None:
    process = watched(HEARTBEAT)
    begun = time.monotonic()
    assert process._service_subprocess(max_wait_time=0.05) is None
    assert 0.05 <= time.monotonic() - begun < HEARTBEAT / 2
    psutil.Process(process.pid).kill()
    assert process._service_subprocess(max_wait_time=HEARTBEAT) == -9
