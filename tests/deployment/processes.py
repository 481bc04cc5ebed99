"""Processes that a test starts, and that are gone when it ends."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil


class Processes:
    """Processes of one home, each with a log of its own.

    Args:
        home: every process that has it as its EVENHAND_HOME is ended with them, for Airflow's children leave the
            process group that they were started in.
        logs: the folder of the logs.
    """

    def __init__(self, home: Path, logs: Path) -> None:
        self.home = home
        self.logs = logs
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        with (self.logs / f"{name}.log").open("ab") as log:
            self._started[name] = subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def run(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str]:
        """Run a command to its end; returns its exit code and what it said."""
        done = subprocess.run(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        return done.returncode, done.stdout

    def wait(self, name: str, seconds: float) -> int:
        return self._started[name].wait(seconds)

    def running(self, name: str) -> bool:
        return self._started[name].poll() is None

    def children(self, name: str) -> list[psutil.Process]:
        """The processes that a process started, and those that these did."""
        return self._family(self._started[name].pid)[1:]

    def tails(self) -> str:
        """The last lines of every log."""
        return "\n".join(
            f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-25:])
            for log in sorted(self.logs.glob("*.log"))
        )

    def stop(self, *names: str, within: float = 0.5) -> None:
        """End these processes, or all, politely at first, and soon otherwise: nobody waits for what they would say.

        Args:
            within: seconds after which they are killed, with all that they started.
        """
        chosen = [self._started.pop(name) for name in names or list(self._started) if name in self._started]
        family = [child for process in chosen for child in self._family(process.pid)]
        for process in chosen:
            process.send_signal(signal.SIGTERM)
        _, alive = psutil.wait_procs(family, timeout=within)
        for each in [*alive, *(() if names else self._of_this_home())]:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        for process in chosen:
            process.wait()

    def _family(self, pid: int) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            return [process, *process.children(recursive=True)]
        return []

    def _of_this_home(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("EVENHAND_HOME") == str(self.home):
                    found.append(process)
        return found
