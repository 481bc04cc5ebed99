"""What a newcomer's first `make nightly` takes: minutes, memory and disk, from a clone until the night is delivered.

Packages come from wherever uv gets them; what it has in its cache is quicker than what it fetches.

    python -m benchmarks.first_run [--readme README.md]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psutil

from evenhand.reference.tables import put_table
from evenhand.settings import PROJECT


def main() -> None:
    """Measure it, print a sentence, and write that into a file if one is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readme", type=Path, help="a file with a block for the sentence")
    asked = parser.parse_args()
    sentence = measure()
    print(sentence)
    if asked.readme:
        put_table(asked.readme, "python -m benchmarks.first_run", f"{sentence}\n")


def measure() -> str:
    """Clone the checkout, run `make nightly` in it, and say what that took."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "evenhand"
        subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "EVENHAND", "UV_PROJECT", "MAKE", "VIRTUAL_ENV", "PYTHONPATH"))
        }
        begun = time.monotonic()
        run = subprocess.Popen(["make", "nightly"], cwd=clone, env=inherited)
        most = [0]
        watching = threading.Thread(target=_watch, args=(run.pid, most), daemon=True)
        watching.start()
        try:
            if run.wait():
                raise SystemExit(f"make nightly ended with {run.returncode}")
            took = time.monotonic() - begun
            counted = subprocess.run(["du", "-sm", clone / ".evenhand"], capture_output=True, check=True)
            disk = int(counted.stdout.split()[0])
        finally:
            subprocess.run(["make", "clean"], cwd=clone, env=inherited, check=False, capture_output=True)
    cores = os.cpu_count() or 1
    return (
        f"The first `make nightly` took {took / 60:.0f} minutes on {cores} cores, with packages in uv's cache;"
        f" it needed {most[0] / 1e9:.1f} GB of memory and {disk / 1000:.1f} GB of disk."
    )


def _watch(pid: int, most: list[int]) -> None:
    """Note the most memory that the process and all below it had at once, as far as a look each half second sees."""
    while psutil.pid_exists(pid):
        total = 0
        try:
            root = psutil.Process(pid)
            for each in (root, *root.children(recursive=True)):
                try:
                    # What several processes share counts once.
                    total += each.memory_full_info().pss
                except psutil.Error:
                    continue
        except psutil.Error:
            return
        most[0] = max(most[0], total)
        time.sleep(0.5)


if __name__ == "__main__":
    main()
