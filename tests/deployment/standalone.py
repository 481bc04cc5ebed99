"""`evenhand ui`, the real command, in a folder of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil

from deployment.airflow_api import AirflowApi
from deployment.processes import Processes
from evenhand.settings import PROJECT
from first_nights import ACCEPTED
from ports import free_port

COMMAND = Path(sys.executable).with_name("evenhand")
# One person's few tasks: they begin soon, few processes wait for them, and no file of a DAG changes meanwhile. A
# scheduler that looked again ten times a second would take a quarter of a processor from the tasks that it waits for.
_QUICK = {
    "AIRFLOW__CORE__PARALLELISM": "4",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",
    # No task is lost where others have the processor for a while.
    "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
    # Its log is looked at while it runs.
    "PYTHONUNBUFFERED": "1",
}


class Standalone:
    """A local installation with its pages and its scheduler."""

    def __init__(self, home: Path) -> None:
        ui, *others = (str(free_port()) for _ in range(4))
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "EVENHAND"))}
        self.environment = {
            **inherited,
            **_QUICK,
            **ACCEPTED,
            "EVENHAND_HOME": str(home),
            "EVENHAND_EXAMPLE": "takedowns",
            "EVENHAND_UI_PORT": ui,
            "EVENHAND_SANDBOX_PORT": others[0],
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": others[1],
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": others[2],
        }
        self.home = home
        self.processes = Processes(home, home / "test_logs")
        self.api = AirflowApi(f"http://127.0.0.1:{ui}", self.processes.tails)

    def start(self, username: str = "", password: str = "") -> None:
        """Start it, log in where there is a log-in, and wait until its DAG can be run."""
        self.processes.start("ui", [str(COMMAND), "ui"], self.environment, PROJECT)
        self.api.wait(self._answers, 400, "Airflow")
        self.api.log_in(username, password)
        self.api.wait_for_dag()

    def evenhand(self, *arguments: str) -> str:
        """Run a command of the installation; it must end well. Returns what it said."""
        code, said = self.processes.run([str(COMMAND), *arguments], self.environment, PROJECT)
        assert code == 0, f"{said}\n{self.processes.tails()}"
        return said

    def scheduler_saw_the_end_of(self, instance: str) -> bool:
        """Whether the scheduler has taken note that the process of a task instance ended, which only its log tells."""
        return any("TaskInstance Finished" in line and f"ti_id={instance}," in line for line in self._log())

    def scheduler_ran(self, run: str) -> bool:
        """Whether the scheduler has run a task of a run."""
        return any("TaskInstance Finished" in line and f"run_id={run}," in line for line in self._log())

    def end_scheduler(self) -> None:
        """End the scheduler alone, as somebody would who leaves the pages open."""
        commands = [(each, _command(each)) for each in self.processes.children("ui")]
        (scheduler,) = (each for each, command in commands if command[-1:] == ["scheduler"])
        scheduler.terminate()
        self.api.wait(lambda: not self.api.has_scheduler(), 120, "the scheduler's end")

    def _log(self) -> list[str]:
        return (self.processes.logs / "ui.log").read_text(errors="replace").splitlines()

    def _answers(self) -> bool:
        assert self.processes.running("ui"), self.processes.tails()
        return self.api.answers()


def _command(process: psutil.Process) -> list[str]:
    """What a process was started as; nothing of one that has ended, which stays listed until its parent asks for it."""
    try:
        command: list[str] = process.cmdline()
    except psutil.Error:
        return []
    return command
