"""Where the time of a night goes, and what the same models' SQL takes when DuckDB runs it with nothing around it.

Everything is measured in one run, side by side: machines differ and are noisy, so the ratios are what counts.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from evenhand.transform.compiled import compiled_project, run_models

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
        tasks = _tasks(work / "run.log")
        with console.status("The same SQL, directly"):
            direct = _direct(work / "warehouse.duckdb", home)
        with console.status("Imports"):
            imports = {name: _import(name) for name in ("airflow.sdk", "cosmos", "great_expectations", "dbt.cli.main")}
        _print(whole, tasks, _dbt(work / "run.log"), direct, imports)
    finally:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((home / "sandbox.pid").read_text()), signal.SIGTERM)
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


def _tasks(log: Path) -> dict[str, float]:
    """Seconds of each task, by the times that Airflow wrote beside its start and its end."""
    begun: dict[str, datetime] = {}
    seconds: dict[str, float] = {}
    for line in log.read_text().splitlines():
        found = re.match(r"^(\S+)Z .*\[DAG TEST\] (starting|end task) task_id=(\S+)", line)
        if found:
            at, what, task = datetime.fromisoformat(found[1]), found[2], found[3]
            if what == "starting":
                begun[task] = at
            else:
                seconds[task] = (at - begun[task]).total_seconds()
    return seconds


def _dbt(log: Path) -> tuple[float, float, float]:
    """Seconds of the build until dbt says its name, until it has parsed, and until it has run; dbt tells whole ones."""
    text = log.read_text()
    started = re.search(r"^\S+T(\d\d:\d\d:\d\d)\S*Z .*starting task_id=models_built", text, re.MULTILINE)
    moments = [started, *(re.search(rf"^(\S+)  {words}", text, re.MULTILINE) for words in _DBT_SAYS)]
    seconds = [
        int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        for hours, minutes, seconds in (moment[1].split(":") for moment in moments if moment)
    ]
    start_up, parsing, running = ((after - before) % 86_400 for before, after in pairwise(seconds))
    return start_up, parsing, running


_DBT_SAYS = ("Running with dbt", r"Found \d+ models", "Finished running")


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
    dbt: tuple[float, float, float],
    direct: float,
    imports: dict[str, float],
) -> None:
    start_up, parsing, running = dbt
    rows = [
        ("landing", tasks["feeds_landed"]),
        ("policies", tasks["policies_compiled"]),
        ("gate 1, with the import of Great Expectations", tasks["gate_1.feeds_validated"]),
        ("dbt build", tasks["models_built"]),
        ("  of which dbt's start-up", start_up),
        ("  of which parsing", parsing),
        ("  of which models and their tests", running),
        ("a task per model", sum(seconds for task, seconds in tasks.items() if task.startswith("dbt."))),
        ("gate 2", tasks["gate_2.lists_validated"]),
        ("release", tasks["night_released"]),
        ("delivery", sum(seconds for task, seconds in tasks.items() if task.endswith(".delivered"))),
        ("reconcile", sum(seconds for task, seconds in tasks.items() if task.endswith(".reconciled"))),
        ("command, Airflow's start-up and scheduling", whole - sum(tasks.values())),
    ]
    table = Table("", "seconds", "share", title=f"Night {NIGHT} of the example", title_justify="left", box=None)
    for name, seconds in rows:
        table.add_row(name, f"{seconds:.1f}", f"{seconds / whole:.0%}")
    table.add_section()
    table.add_row("the whole command", f"{whole:.1f}", "")
    console.print(table)
    console.print("Imports, each in a process of its own: " + ", ".join(f"{n} {s:.1f} s" for n, s in imports.items()))
    console.print(f"The models' SQL directly in DuckDB: {direct:.2f} s (best of {DIRECT_RUNS})")
    console.print(f"dbt build : direct SQL = {tasks['models_built'] / direct:.1f}")
    console.print(f"whole night : direct SQL = {whole / direct:.1f}")


if __name__ == "__main__":
    main()
