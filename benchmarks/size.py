"""What a night costs by how many creators there are and how many nights have landed before it.

Each size is a simulated marketplace in a folder of its own. All of it but the last night is loaded first, as it would
have been night by night; then the last night is run, step by step, without Airflow and without receivers.

    python -m benchmarks.size [--creators 10000 100000] [--nights 30 90 365]
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from evenhand.simulation.plan import UNTIL

# More is simulated in hours, and fills the disk.
MOST_CREATOR_NIGHTS = 100_000_000
STEPS = ("landed", "compiled", "gate 1", "models", "gate 2", "released")
console = Console()


def main() -> None:
    """Run every size, and print seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--creators", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--nights", type=int, nargs="+", default=[30, 90, 365])
    parser.add_argument("--one", type=int, nargs=2, metavar=("CREATORS", "NIGHTS"), help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        creators, nights = asked.one
        _run(creators, nights, asked.home)
        return
    table = Table(title="Seconds of a night, by size", title_justify="left", box=None)
    for column in ("creators", "nights before", "simulated", "loaded before", *STEPS, "night", "against the shortest"):
        table.add_column(column, justify="right")
    for creators in asked.creators:
        shortest = 0.0
        for nights in sorted(asked.nights):
            if creators * nights > MOST_CREATOR_NIGHTS:
                console.print(f"{creators:,} creators for {nights} nights: left out, it would take hours to simulate")
                continue
            with console.status(f"{creators:,} creators, {nights} nights"):
                simulated, before, *steps = _measured(creators, nights)
            night = sum(steps)
            shortest = shortest or night
            table.add_row(
                *(
                    f"{creators:,}",
                    f"{nights:,}",
                    *(f"{seconds:.1f}" for seconds in (simulated, before, *steps, night)),
                ),
                f"{night / shortest:.2f}",
            )
    console.print(table)


def _measured(creators: int, nights: int) -> list[float]:
    """In a process of its own, so that one size leaves nothing in memory for the next."""
    home = Path(tempfile.mkdtemp(prefix="evenhand-size-"))
    try:
        run = subprocess.run(
            [sys.executable, "-m", "benchmarks.size", "--one", str(creators), str(nights), "--home", str(home)],
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            raise SystemExit(f"exit code {run.returncode}\n{run.stdout[-2000:]}{run.stderr[-4000:]}")
        return [float(seconds) for seconds in run.stdout.splitlines()[-1].split()]
    finally:
        shutil.rmtree(home)


def _run(creators: int, nights: int, home: Path) -> None:
    os.environ |= {"EVENHAND_HOME": str(home), "EVENHAND_FIRST_NIGHTS": "accept"}
    # What takes seconds to import is imported once a run, and no part of it depends on the size.
    import airflow.sdk.exceptions  # noqa: F401
    import great_expectations  # noqa: F401

    from evenhand.deciding.compiled import compiled_project
    from evenhand.landing.load import load
    from evenhand.settings import settings
    from evenhand.simulation.marketplace import simulate
    from evenhand.simulation.plan import Plan
    from evenhand.tasks import night as nightly

    # As set-up leaves it: a night runs what dbt compiled before.
    compiled_project()
    marks = [time.perf_counter()]
    simulate(Plan(creators, nights), settings().landing, lambda made: None)
    marks.append(time.perf_counter())
    load(settings().store, settings().landing, UNTIL - timedelta(days=1))
    marks.append(time.perf_counter())
    for step in (
        nightly.land_feeds,
        nightly.compile_policies,
        nightly.validate_feeds,
        nightly.build_models,
        nightly.validate_lists,
        nightly.publish_release,
    ):
        step(UNTIL)
        marks.append(time.perf_counter())
    print(*(f"{after - before:.3f}" for before, after in itertools.pairwise(marks)))


if __name__ == "__main__":
    main()
