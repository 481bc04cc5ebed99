"""A local installation: Airflow on SQLite, the example's landing folder and the sandbox receiver, all in one folder."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from evenhand.cases.place import FILE, HEAD
from evenhand.deciding.compiled import is_compiled
from evenhand.delivery.signature import CONTRACT
from evenhand.records.lock import only_one
from evenhand.records.modes import close, for_readers
from evenhand.settings import Settings
from evenhand.tasks.choosing import is_an_example
from evenhand.tasks.pools import POOLS

TAKEDOWNS = "examples/takedowns/takedowns_2020_2026.csv.gz"


class LocalError(Exception):
    """The local installation can't do what was asked. The message says why and what to do."""


def sandbox_url() -> str:
    """Where the local sandbox receiver listens; `EVENHAND_SANDBOX_PORT` moves it."""
    return f"http://127.0.0.1:{os.environ.get('EVENHAND_SANDBOX_PORT', '8700')}"


def ui_url() -> str:
    """Where Airflow's pages are; `EVENHAND_UI_PORT` moves them."""
    return f"http://127.0.0.1:{os.environ.get('EVENHAND_UI_PORT', '8080')}"


def environment(settings: Settings) -> dict[str, str]:
    """The environment of every local process: what is set already wins over the defaults."""
    return {**defaults(settings), **{name: value for name, value in os.environ.items() if name != "PATH"}}


def defaults(settings: Settings) -> dict[str, str]:
    """What a local installation sets. docker-compose.yml sets the same for a deployed one, where it isn't local."""
    secret, notices_secret = _secret(settings, "sandbox.secret"), _secret(settings, "sandbox_notices.secret")
    return {
        "EVENHAND_HOME": str(settings.home),
        "EVENHAND_SANDBOX_SECRET": secret,
        "EVENHAND_SANDBOX_NOTICES_SECRET": notices_secret,
        "AIRFLOW_HOME": str(settings.airflow_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.project / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(settings.project / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # Not what Airflow wrote down when the folder was made: it may have been moved.
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(settings.airflow_home / "logs"),
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",
        # Nights are started by hand here, so nothing happens by itself.
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "evenhand.tasks.executor.PreloadedExecutor",
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "5",
        "EVENHAND_PERSONS": "none",
        "EVENHAND_FIRST_NIGHTS": "accept" if is_an_example(settings) else "approve",
        # No log-in, and in return nobody else's machine can reach it.
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": ui_url().rpartition(":")[2],
        # Tasks find Airflow here.
        "AIRFLOW__API__BASE_URL": ui_url(),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{settings.airflow_home / 'airflow.db'}",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW_CONN_EVENHAND_SANDBOX": json.dumps({"conn_type": "http", "host": sandbox_url(), "password": secret}),
        "AIRFLOW_CONN_EVENHAND_NOTICES": json.dumps(
            {"conn_type": "http", "host": f"{sandbox_url()}/notices", "password": notices_secret}
        ),
        "AIRFLOW_CONN_EVENHAND_FILES": json.dumps(
            {"conn_type": "generic", "extra": {"path": str(settings.home / "delivered")}}
        ),
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }


def set_up(settings: Settings) -> list[str]:
    """Make what is missing: Airflow's metadata, what dbt compiles the project to, and the case store.

    Returns:
        What was done, for people; empty when all was there.

    Raises:
        LocalError: Airflow or dbt failed.
    """
    done = []
    close(settings.home)
    stamp = settings.home / "set_up.json"
    wanted = {"airflow": version("apache-airflow"), "pools": sorted(POOLS), "cases": HEAD}
    found = json.loads(stamp.read_text()) if stamp.exists() else {}
    if found.get("airflow") != wanted["airflow"] or not (settings.airflow_home / "airflow.db").exists():
        make = [sys.executable, "-m", "evenhand.tasks.pools", "--migrate"]
        _run(settings, make, "Airflow's metadata database couldn't be made")
        done += ["Airflow's metadata database", "Airflow's pools"]
    elif found.get("pools") != wanted["pools"]:
        _run(settings, [sys.executable, "-m", "evenhand.tasks.pools"], "Airflow's pools couldn't be made")
        done.append("Airflow's pools")
    if not is_compiled(settings.dbt_target):
        _run(
            settings,
            [sys.executable, "-m", "evenhand.deciding.compiled"],
            "the dbt project couldn't be compiled",
        )
        done.append("the compiled dbt project")
    if found.get("cases") != wanted["cases"] or not (settings.cases or (settings.home / FILE).exists()):
        from evenhand.cases.store import migrate

        migrate(settings.home, settings.cases)
        done.append("the case store")
    if done:
        stamp.write_text(json.dumps(wanted))
    return done


def land_example(settings: Settings, progress: Callable[[str], None]) -> bool:
    """Land the example, unless somebody has landed feeds of their own; returns whether anything was written.

    Args:
        progress: told what is being made, for people.
    """
    from evenhand.landing.takedowns import FILE_NAME, land_takedowns
    from evenhand.simulation.marketplace import plan_file_of, simulate, simulated
    from evenhand.simulation.plan import Plan

    if settings.landing_from:
        return False
    landed = [path for path in settings.landing.rglob("*") if path.is_file() and path.suffix in (".csv", ".parquet")]
    if settings.example == "takedowns":
        if any(path.name != FILE_NAME for path in landed):
            return False
        with for_readers():
            return bool(land_takedowns(settings.project / TAKEDOWNS, settings.landing))
    # What was simulated otherwise, with `evenhand simulate`, is wanted so.
    if simulated(settings.landing) or (landed and not plan_file_of(settings.landing).exists()):
        return False
    with for_readers():
        return simulate(Plan(), settings.landing, progress)


def refuse_feeds_of_others(settings: Settings) -> None:
    """Make sure that simulating would replace nothing but what was simulated.

    Raises:
        LocalError: something else has landed.
    """
    from evenhand.simulation.marketplace import plan_file_of

    if settings.landing_from:
        raise LocalError(
            f"feeds land in {settings.landing_from}; unset EVENHAND_LANDING_FROM to simulate some below EVENHAND_HOME"
        )
    if settings.landing.exists() and any(settings.landing.iterdir()) and not plan_file_of(settings.landing).exists():
        raise LocalError(
            f"{settings.landing}: feeds have landed that weren't simulated, and simulating would replace them. Choose"
            " another EVENHAND_HOME, or move them away."
        )


def refuse_other_files(settings: Settings, name: str) -> None:
    """Make sure that nothing has landed but files of a name.

    Raises:
        LocalError: something else has, or feeds land elsewhere.
    """
    if settings.landing_from:
        raise LocalError(f"feeds land in {settings.landing_from}; unset EVENHAND_LANDING_FROM to land some here")
    others = [path for path in settings.landing.rglob("*") if path.is_file() and path.name != name]
    if others:
        raise LocalError(
            f"{min(others)}: other feeds have landed, and the same account would be in both. Choose another"
            " EVENHAND_HOME, or move them away."
        )


def start_sandbox(settings: Settings) -> bool:
    """Start the sandbox receiver in the background, unless it is running; returns whether it was started.

    Raises:
        LocalError: something else listens on its port, or it doesn't come up.
    """
    if _sandbox_answers(settings):
        return False
    log = settings.home / "sandbox.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "evenhand.sandbox", "--port", sandbox_url().rpartition(":")[2]],
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    (settings.home / "sandbox.pid").write_text(str(process.pid))
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if _sandbox_answers(settings):
            return True
        time.sleep(0.2)
    process.kill()
    raise LocalError(f"the sandbox receiver didn't come up; its log is {log}")


def one_at_a_time(settings: Settings) -> AbstractContextManager[int]:
    """Hold the installation for one local run; the lock's file descriptor is for what the run starts.

    Raises:
        LocalError: another run holds it.
    """
    return only_one(
        settings.home / "nightly.lock",
        LocalError(f"another run is using {settings.home}; wait for it, or give this one its own EVENHAND_HOME"),
    )


def _sandbox_answers(settings: Settings) -> bool:
    import httpx

    try:
        # It shows no certificate, and to read those of all authorities each time takes longer than all the rest.
        answer = httpx.get(f"{sandbox_url()}/healthz", timeout=5, verify=False)
    except httpx.ConnectError:
        return False
    except httpx.HTTPError as error:
        raise _port_taken() from error
    try:
        database = answer.json()["database"]
    except (ValueError, KeyError, TypeError) as error:
        raise _port_taken() from error
    if database != str(settings.home / "sandbox.sqlite"):
        raise LocalError(
            f"the sandbox receiver at {sandbox_url()} belongs to another installation ({database});"
            " stop it or set EVENHAND_SANDBOX_PORT to a free port"
        )
    if answer.json().get("contract") != CONTRACT:
        _end_sandbox_of_another_version(settings)
        return False
    return True


def _end_sandbox_of_another_version(settings: Settings) -> None:
    """One that this installation started before an upgrade: what it holds is in its file, and another goes on."""
    try:
        os.kill(int((settings.home / "sandbox.pid").read_text()), signal.SIGTERM)
    except (OSError, ValueError) as error:
        raise LocalError(
            f"the sandbox receiver at {sandbox_url()} is of another version of Evenhand; stop it and run this again"
        ) from error
    import httpx

    for _ in range(50):
        try:
            httpx.get(f"{sandbox_url()}/healthz", timeout=5, verify=False)
        except httpx.HTTPError:
            return
        time.sleep(0.2)
    raise LocalError(f"the sandbox receiver at {sandbox_url()}, of another version of Evenhand, doesn't end; stop it")


def _port_taken() -> LocalError:
    return LocalError(f"{sandbox_url()} is taken by something else; set EVENHAND_SANDBOX_PORT to a free port")


def _secret(settings: Settings, name: str) -> str:
    path = settings.home / name
    if not path.exists():
        settings.home.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()


def _run(settings: Settings, command: list[str], complaint: str) -> None:
    finished = subprocess.run(command, env=environment(settings), capture_output=True, text=True, check=False)
    if finished.returncode:
        raise LocalError(f"{complaint}: {' '.join(command[:2])} said\n{(finished.stdout + finished.stderr)[-4000:]}")


def become(settings: Settings, command: list[str]) -> NoReturn:
    """Turn this process into a command of the installation."""
    os.execvpe(command[0], command, environment(settings))
