"""Where the time of a night goes, and what the same models' SQL takes when DuckDB runs it with nothing around it.

Everything is measured in one run, side by side: machines differ and are noisy, so the ratios are what counts.
"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.own_sandbox import end_sandbox
from evenhand.deciding.compiled import compiled_project, run_models

NIGHT = date(2026, 8, 19)
DIRECT_RUNS = 5
console = Console()


def main() -> None:
    """Run a night on the example in a data directory of its own, and print the comparison."""
    home = Path(tempfile.mkdtemp(prefix="evenhand-bench-"))
    try:
        environment = _environment(home)
        with console.status("Setting up"):
            _run("set-up", environment)
        with console.status("A night through Airflow"):
            whole = _run("nightly", environment, str(NIGHT))
        work = home / "nights" / f"night={NIGHT}"
        tasks = _tasks(home)
        with console.status("The same SQL, directly"):
            direct = _direct(work / "warehouse.duckdb", home)
        with console.status("Imports"):
            imports = {name: _import(name) for name in ("airflow.sdk", "great_expectations", "dbt.cli.main")}
        _print(whole, tasks, direct, imports)
    finally:
        end_sandbox(home)
        shutil.rmtree(home)


def _environment(home: Path) -> dict[str, str]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    return {**inherited, "EVENHAND_HOME": str(home), "EVENHAND_SANDBOX_PORT": port}


def _run(command: str, environment: dict[str, str], *arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run(["evenhand", command, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _tasks(home: Path) -> dict[str, float]:
    """Seconds of each task of the night's run, as Airflow recorded them."""
    with closing(sqlite3.connect(home / "airflow" / "airflow.db")) as database:
        found = database.execute(
            "select task_id, duration from task_instance where run_id = ? and duration is not null",
            [f"night_{NIGHT}"],
        )
        return {task: float(seconds) for task, seconds in found}


def _direct(warehouse: Path, home: Path) -> float:
    """Seconds that DuckDB takes for the models alone, the best of some runs: the least disturbed."""
    models = compiled_project(home / "compiled").models()
    copy = home / "copy" / warehouse.name
    copy.parent.mkdir()
    shutil.copy(warehouse, copy)
    best = float("inf")
    with duckdb.connect(str(copy), config={"threads": 2}) as connection:
        for _ in range(DIRECT_RUNS):
            started = time.perf_counter()
            run_models(connection, models, NIGHT)
            best = min(best, time.perf_counter() - started)
    return best


def _import(module: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True, capture_output=True)
    return time.perf_counter() - started


def _print(
    whole: float,
    tasks: dict[str, float],
    direct: float,
    imports: dict[str, float],
) -> None:
    rows = [
        ("landing", tasks["land_feeds"]),
        ("policies", tasks["compile_policies"]),
        ("gate 1", tasks["gate_1.validate_feeds"]),
        ("models and their tests", tasks["build_models"]),
        ("gate 2", tasks["gate_2.validate_lists"]),
        ("release", tasks["publish_release"]),
        ("delivery", sum(seconds for task, seconds in tasks.items() if task.endswith(".deliver_release"))),
        ("reconcile", sum(seconds for task, seconds in tasks.items() if task.endswith(".reconcile_receiver"))),
        ("command, Airflow's start-up and scheduling, imports", whole - sum(tasks.values())),
    ]
    table = Table("", "seconds", "share", title=f"Night {NIGHT} of the example", title_justify="left", box=None)
    for name, seconds in rows:
        table.add_row(name, f"{seconds:.1f}", f"{seconds / whole:.0%}")
    table.add_section()
    table.add_row("the whole command", f"{whole:.1f}", "")
    console.print(table)
    console.print("Imports, each in a process of its own: " + ", ".join(f"{n} {s:.1f} s" for n, s in imports.items()))
    console.print(f"The models' SQL directly in DuckDB: {direct:.2f} s (best of {DIRECT_RUNS})")
    console.print(f"models and tests : direct SQL = {tasks['build_models'] / direct:.1f}")
    console.print(f"whole night : direct SQL = {whole / direct:.1f}")


if __name__ == "__main__":
    main()
