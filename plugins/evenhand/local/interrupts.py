"""Whether this process was asked to end, whoever else takes its signals meanwhile.

While Airflow's supervisor waits for a task, it hands every SIGINT and SIGTERM on to the task and keeps nothing: the
task ends, is tried again, and the run goes on as if nobody had asked. And a KeyboardInterrupt that is raised where
Python lets nothing through, such as in a finalizer, is lost. Python itself writes each signal's number to a file too.
"""

from __future__ import annotations

import os
import signal
import socket
from contextlib import suppress


class Interrupts:
    """The signals that have come since it was made; one a process, made in its main thread."""

    def __init__(self) -> None:
        self._said, self._written = socket.socketpair()
        self._said.setblocking(False)
        self._written.setblocking(False)
        signal.set_wakeup_fd(self._written.fileno(), warn_on_full_buffer=False)
        # What a process that is forked is told isn't told to this one.
        os.register_at_fork(after_in_child=lambda: signal.set_wakeup_fd(-1))

    def raise_any(self) -> None:
        """End as the first signal asks that nobody has heeded yet.

        Raises:
            KeyboardInterrupt: it was Ctrl-C.
            SystemExit: it was SIGTERM.
        """
        with suppress(BlockingIOError):
            for number in self._said.recv(4096):
                if number == signal.SIGINT:
                    raise KeyboardInterrupt
                if number == signal.SIGTERM:
                    raise SystemExit(128 + signal.SIGTERM)
