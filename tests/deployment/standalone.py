"""`evenhand ui`, the real command, in a folder of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from deployment.airflow_api import AirflowApi
from deployment.processes import Processes, free_port
from evenhand.settings import PROJECT

COMMAND = Path(sys.executable).with_name("evenhand")


class Standalone:
    """A local installation with its pages and its scheduler."""

    def __init__(self, home: Path) -> None:
        ui, *others = (str(free_port()) for _ in range(4))
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "EVENHAND"))}
        self.environment = {
            **inherited,
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
        self.api.wait(self._answers, 150, "Airflow")
        self.api.log_in(username, password)
        self.api.wait_for_dag()

    def _answers(self) -> bool:
        assert self.processes.running("ui"), self.processes.tails()
        return self.api.answers()
