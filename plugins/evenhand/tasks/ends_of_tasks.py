"""The end of a task, seen when it has ended and not a heartbeat later.

A task's process closes what it is heard by a moment before it has ended. Airflow's supervisor, which wakes at that,
finds it alive, and with nothing left to hear it sleeps until its next heartbeat: after about half of a night's tasks,
and five seconds where the deployment doesn't say otherwise. After callbacks, such as that of a night that is late, it
sleeps likewise.
"""

from __future__ import annotations

from functools import cache
from typing import Any

# Of a process that says no more, until it is looked at again.
_MOMENT_SECONDS = 0.01


@cache
def see_ends_at_once() -> None:
    """Have supervisors of this process, and of those that are forked from it, see an end at once."""
    from airflow.sdk.execution_time.supervisor import WatchedSubprocess

    # Airflow has no setting for it: how often a task's heart beats is how long its end is waited for, too.
    service = WatchedSubprocess._service_subprocess

    def service_or_look(self: WatchedSubprocess, max_wait_time: float, **how: Any) -> int | None:
        longest = max_wait_time if self._open_sockets else min(max_wait_time, _MOMENT_SECONDS)
        ended: int | None = service(self, max_wait_time=longest, **how)
        return ended

    WatchedSubprocess._service_subprocess = service_or_look  # type: ignore[method-assign,assignment]
