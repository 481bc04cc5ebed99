"""Plant 21 faults in 200 simulated nights and see them held, and see what is held of 60 real ones.

Run by `make gates`, or `python -m gates --help`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from evenhand.deciding.code import code_version
from evenhand.deciding.compiled import compiled_project
from evenhand.settings import PROJECT
from gates import worker
from gates.rises import SIZES, drifts, rates, rises
from gates.run import all_of, judged_so_far, real_history
from gates.sizes import of_marketplace
from gates.table import keeps, write, write_rises, write_sizes
from made_once import digest

HOME = PROJECT / ".evenhand" / "gates"
# What makes, spoils and judges nights beside the code that decides them.
JUDGED_BY = (
    *("tests/gates", "policies", "plugins/evenhand/simulation"),
    *("plugins/evenhand/quality", "tests/release/manifests.py"),
)


def home_of(home: Path, nights: int, creators: int) -> Path:
    """Where a run goes on: what was begun with other models, gates, packs, faults or marketplaces is another run."""
    code = str(code_version(PROJECT)["sha256"])
    return home / f"{code[:12]}-{digest(*JUDGED_BY)}-{nights}-{creators}"


def main() -> None:
    """Run the marketplaces side by side, write the table, and fail if a limit isn't kept."""
    parser = argparse.ArgumentParser(prog="python -m gates", description=__doc__.split("\n")[0])
    parser.add_argument("--nights", type=int, default=200, help="how many in all, shared out over the marketplaces")
    parser.add_argument("--creators", type=int, default=5_000, help="of each marketplace")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4], help="a marketplace for each")
    parser.add_argument("--real", type=int, default=60, help="how many nights of the takedown example")
    parser.add_argument("--rises", type=int, default=3_000, help="how many series of chance of each rise and drift")
    parser.add_argument("--sizes", type=int, default=50, help="how many nights of each seed to judge by sizes alone")
    parser.add_argument("--home", type=Path, default=HOME, help="where a run that was stopped goes on")
    parser.add_argument(
        "--so-far", action="store_true", help="judge nothing: tell of the simulated nights judged so far"
    )
    parser.add_argument("--table", type=Path, help="the document whose tables to write")
    arguments = parser.parse_args()
    seeds, nights = arguments.seeds, arguments.nights // len(arguments.seeds)
    home = home_of(arguments.home, nights, arguments.creators)
    if arguments.so_far:
        judged = [outcome for seed in seeds for outcome in judged_so_far(home, seed)]
        if not judged:
            sys.exit(f"No night is judged yet in {home}.")
        print(write(judged, [], seeds, arguments.creators, arguments.table))
        sys.exit(0 if keeps(judged, []) else 1)
    home.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), worker.begin) as workers:
        compiled_project(home / "dbt")
        simulated = [workers.submit(all_of, home, seed, nights, arguments.creators) for seed in seeds if nights]
        real = workers.submit(real_history, home, arguments.real) if arguments.real else None
        outcomes = [outcome for each in simulated for outcome in each.result()]
        of_real = real.result() if real else []
        sized = [
            workers.submit(of_marketplace, home / f"sizes-{seed}", home / "dbt", seed, arguments.sizes)
            for seed in seeds
            if arguments.sizes
        ]
        of_sizes = [each.result() for each in sized]
        of_lists = workers.submit(rates, home / "rates", home / "dbt", seeds[0]).result() if arguments.rises else {}
    for each in ("real", "rates"):
        shutil.rmtree(home / each, ignore_errors=True)
    print(write(outcomes, of_real, seeds, arguments.creators, arguments.table))
    if of_sizes:
        print(write_sizes(of_sizes, arguments.table))
    if arguments.rises:
        many, seed = arguments.rises, seeds[0]
        by_size = rises(many, seed, [rate * size for size in SIZES for _, rate in sorted(of_lists.items())])
        print(write_rises(rises(many, seed), of_lists, by_size, drifts(many, seed), arguments.table))
    sys.exit(0 if keeps(outcomes, of_real, of_sizes) else 1)


if __name__ == "__main__":
    main()
