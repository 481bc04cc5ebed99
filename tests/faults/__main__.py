"""Run the fault matrix: `make faults`, or `python -m faults --help`."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from delivery.systems import KINDS, ONCE
from faults.run import Outcome, run
from faults.schedule import draw
from faults.table import failures, never_met, write


def main() -> None:
    """Draw schedules from the seed, run them side by side, write the table, and fail if it isn't whole and good."""
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--schedules", type=int, default=500, help="how many in all, shared out over the kinds")
    parser.add_argument("--seed", default=time.strftime("%Y%m%d"), help="the same seed gives the same schedules")
    parser.add_argument("--kinds", nargs="+", choices=(*KINDS, *ONCE), default=[*KINDS, *ONCE])
    parser.add_argument("--only", help="one schedule, as a failure names it, such as 20261124/17")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--table", type=Path, help="the document whose table to write")
    arguments = parser.parse_args()
    kinds = arguments.kinds
    asked = (
        [(arguments.only, kind) for kind in kinds]
        if arguments.only
        else [(f"{arguments.seed}/{number}", kinds[number % len(kinds)]) for number in range(arguments.schedules)]
    )
    console = Console(stderr=True)
    console.print(f"{len(asked)} schedules, seed {arguments.only or arguments.seed}")
    outcomes: list[Outcome] = []
    with (
        ProcessPoolExecutor(arguments.workers, multiprocessing.get_context("spawn")) as workers,
        Progress(console=console) as progress,
    ):
        bar = progress.add_task("schedules", total=len(asked))
        for done in as_completed([workers.submit(run, draw(seed, kind)) for seed, kind in asked]):
            outcomes.append(done.result())
            progress.advance(bar)
            if not console.is_terminal and len(outcomes) % 50 == 0:
                console.print(f"{len(outcomes)} of {len(asked)} schedules have ended")
            if not outcomes[-1].holds:
                progress.console.print(failures(outcomes[-1:]), markup=False)
    table = write(outcomes, arguments.seed, arguments.table)
    print(table)
    holes = never_met(outcomes) if arguments.table else []
    if holes:
        console.print(f"never met, so that nothing is known of it: {'; '.join(holes)}; give it more schedules")
    sys.exit(0 if all(outcome.holds for outcome in outcomes) and not holes else 1)


if __name__ == "__main__":
    main()
