"""The services of docker-compose.yml without containers: their own commands, environments and health checks.

Only what a container would give is put in the place of the container's: folders, ports and host names. The project is a
copy of what the image holds, and nobody may write to it. PostgreSQL is a real server.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pgserver._commands import POSTGRES_BIN_PATH
from pgserver.utils import ensure_prefix_permissions

from deployment.airflow_api import AirflowApi
from deployment.compose import compose, copy_context, dockerfile, how_to_make, make_read_only
from deployment.processes import Processes
from first_nights import ACCEPTED
from ports import free_port

_PYTHON = Path(sys.executable).parent
_ROOT = os.geteuid() == 0


class Stack:
    """The services in a folder.

    Args:
        folder: an empty folder that everybody may enter.
        settings: of .env, on top of the required ones.
        people: what people.yml says in the checkout; without it there is none.

    Attributes:
        services: docker-compose.yml's, with this folder and these ports.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str], people: str = "") -> None:
        self.folder = folder
        self.home = folder / "data"
        self.project = folder / "evenhand"
        self.landing = folder / "landing"
        self.sandbox = folder / "sandbox"
        for each in (self.home, self.landing, self.sandbox, folder / "postgres"):
            each.mkdir()
        if _ROOT:
            ensure_prefix_permissions(POSTGRES_BIN_PATH)
            shutil.chown(folder / "postgres", "nobody")
        (self.home / "landing").symlink_to(self.landing)
        copy_context(self.project)
        if people:
            (self.project / "people.yml").write_text(people)
        # As the image has it.
        (said,) = (said for instruction, said in dockerfile() if instruction == "RUN" and "compileall" in said)
        compiling = shlex.split(said.rpartition("/python ")[2])
        subprocess.run([sys.executable, *compiling], cwd=self.project, check=True)
        make_read_only(self.project)

        made = {
            name: subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout
            for name, command in how_to_make().items()
        }
        secrets = {name: "".join(value.split()) for name, value in made.items()}
        self._settings = {**secrets, **ACCEPTED, "EVENHAND_LANDING": str(self.landing), **settings}
        self._postgres, self._ui, self._sandbox = free_port(), free_port(), free_port()
        # Airflow's services have a machine of their own each, and can all use the same port for their logs.
        self._logs = {"scheduler": free_port(), "triggerer": free_port()}
        self.services = self._services()
        self.processes = Processes(self.home, folder / "logs")
        self.api = AirflowApi(f"http://127.0.0.1:{self._ui}", self.processes.tails)

    def change(self, **settings: str) -> None:
        """Change .env; services that are started afterwards see it."""
        self._settings |= settings
        self.services = self._services()

    def start(self) -> None:
        """Bring all services up in the order that docker-compose.yml wants, until all are healthy."""
        started: set[str] = set()
        while waiting := self.services.keys() - started:
            ready = {name for name in waiting if self.services[name].get("depends_on", {}).keys() <= started}
            assert ready, f"{waiting} wait for each other"
            for name in sorted(ready):
                self.start_service(name)
            for name in sorted(ready):
                self.wait_until_healthy(name)
            started |= ready

    def stop(self) -> None:
        """End all services, PostgreSQL last and in an order of its own: then it leaves no shared memory behind."""
        self.processes.stop(*(name for name in self.services if name != "postgres"))
        self.run("postgres", ["pg_ctl", "stop", "--mode=fast", f"--pgdata={self.folder / 'postgres' / 'data'}"])
        self.processes.stop()

    def start_service(self, name: str) -> None:
        command = self.services[name].get("command") or self._start_postgres()
        self.processes.start(name, unprivileged(command, name), self.environment(name), self.project)

    def wait_until_healthy(self, name: str, seconds: float = 240) -> None:
        """Run a service's own health check until it succeeds; for one without, wait until it has ended well."""
        if "healthcheck" not in self.services[name]:
            assert self.processes.wait(name, seconds) == 0, self.processes.tails()
            return
        deadline = time.monotonic() + seconds
        while (result := self.check(name))[0] != 0:
            assert self.processes.running(name), f"{name} ended\n{self.processes.tails()}"
            assert time.monotonic() < deadline, f"{name} isn't healthy: {result[1]}\n{self.processes.tails()}"
            time.sleep(1)

    def check(self, name: str) -> tuple[int, str]:
        """Run a service's health check once."""
        kind, *command = self.services[name]["healthcheck"]["test"]
        assert kind == "CMD"
        return self.run(name, command)

    def run(self, name: str, command: list[str], **more: str) -> tuple[int, str]:
        """Run a command as `docker compose exec` would, with more variables; returns its exit code and what it said."""
        return self.processes.run(unprivileged(command, name), {**self.environment(name), **more}, self.project)

    def environment(self, name: str) -> dict[str, str]:
        """What a service has in its environment, and nothing of this process's."""
        given: dict[str, str] = dict(self.services[name]["environment"])
        return {
            **given,
            "PATH": os.pathsep.join([str(_PYTHON), str(POSTGRES_BIN_PATH), os.defpath]),
            "HOME": str(self.folder),
            # The image has the project installed where it lies.
            "PYTHONPATH": os.pathsep.join([str(self.project / "plugins"), str(self.project)]),
            "PYTHONDONTWRITEBYTECODE": "1",
            # Of a container: its own address, and in that of PostgreSQL its socket.
            "PGHOST": str(self.folder / "postgres" / "data"),
            "PGPORT": str(self._postgres),
            # A scheduler that found nothing to do looks again sooner than one that runs for weeks.
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
            # Few tasks run at once here, and few processes wait for them.
            "AIRFLOW__CORE__PARALLELISM": "6",
            # No task is lost where others have the processor for a while.
            "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self._ui),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(self._logs["scheduler"]),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(self._logs["triggerer"]),
        }

    def _services(self) -> dict[str, dict[str, Any]]:
        places = {
            "/data": str(self.home),
            "/opt/evenhand": str(self.project),
            "@postgres/": f"@127.0.0.1:{self._postgres}/",
            "//api-server:8080": f"//127.0.0.1:{self._ui}",
            "localhost:8080": f"127.0.0.1:{self._ui}",
            "//sandbox:8700": f"//127.0.0.1:{self._sandbox}",
            "localhost:8700": f"127.0.0.1:{self._sandbox}",
            "8700": str(self._sandbox),
            "0.0.0.0": "127.0.0.1",
            "/sandbox": str(self.sandbox),
        }
        services: dict[str, dict[str, Any]] = compose(self._settings, places)["services"]
        return services

    def _start_postgres(self) -> list[str]:
        """What the image of PostgreSQL does at its first start, and the command that it then becomes."""
        given = self.services["postgres"]["environment"]
        data = self.folder / "postgres" / "data"
        password = self.folder / "postgres" / "password"
        password.write_text(given["POSTGRES_PASSWORD"])
        who = [f"--username={given['POSTGRES_USER']}", f"--pwfile={password}"]
        # As the image has it: in its own container nobody asks for the password.
        initdb = ["initdb", *who, "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=utf8", "-D", str(data)]
        code, said = self.run("postgres", initdb)
        assert code == 0, said
        password.unlink()
        create = f"echo 'create database {given['POSTGRES_DB']}' | postgres --single -D '{data}' postgres"
        code, said = self.run("postgres", ["sh", "-c", create])
        assert code == 0, said
        return ["postgres", "-D", str(data), "-h", "127.0.0.1", "-p", str(self._postgres), "-k", str(data)]


def unprivileged(command: list[str], name: str = "") -> list[str]:
    """The command, without the rights that root has over others' files and read-only ones."""
    if not _ROOT:
        return command
    # PostgreSQL looks at who it is, and not at what it may do. Nobody else need be able to reach this Python.
    user = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"] if name == "postgres" else []
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *user, *command]
