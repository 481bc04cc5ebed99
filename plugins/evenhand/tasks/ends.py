"""The end of a task's process is seen when it comes.

Airflow's supervisor looks whether a process has ended when it hears of it, and otherwise at each heartbeat. The last
that it hears is that the process closed what it spoke through, a moment before it has ended; often it looks too early
then, and sleeps for a second, or five by default, with a task that is over. The names used here aren't promised by
Airflow, so they are all in this module; the lock file holds the release that they were tried with.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from airflow.sdk.execution_time.supervisor import WatchedSubprocess

_serve = WatchedSubprocess._service_subprocess


def _serve_until_its_end(watched: WatchedSubprocess, max_wait_time: float, *arguments: Any, **named: Any) -> int | None:
    """Wait for what the process says, and where it says nothing any more, for its end."""
    if not watched.selector.get_map():
        with suppress(watched._process.TimeoutExpired):
            watched._process.wait(max_wait_time)
        max_wait_time = 0
    ended: int | None = _serve(watched, max_wait_time, *arguments, **named)
    return ended


def see_ends() -> None:
    """Have the supervisors of this process, and of those that it forks, wait so."""
    WatchedSubprocess._service_subprocess = _serve_until_its_end  # type: ignore[assignment, method-assign]
