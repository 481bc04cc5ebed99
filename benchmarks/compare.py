"""What this checkout takes beside another commit, in one run: the table of docs/performance.md.

    python -m benchmarks.compare --base d40bbcc --table docs/performance.md

The other commit is cloned and installed beside this one, and the two take turns, so that both meet the same machine in
the same mood. Machines differ and are noisy: the ratios of CPU time are what counts.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import resource
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.own_sandbox import end_sandbox
from evenhand.landing.contracts import BY_NAME
from evenhand.reference.tables import put_table
from evenhand.settings import PROJECT

SMALL_NIGHT = "2026-03-05"
PACK = "policies/creators_id.yml"


@dataclass(frozen=True)
class Took:
    """What a command took, with all that it started and waited for, in seconds."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Checkout:
    """A checkout with its own environment, and the homes that the works are done in."""

    folder: Path
    homes: Path

    def run(self, home: str, *command: str, **variables: str) -> Took:
        """Run a command of the checkout on one of its homes."""
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment(home) | variables, capture_output=True, text=True
        )
        after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        if done.returncode:
            raise SystemExit(f"{self.folder}: {' '.join(command)} failed\n{done.stdout}{done.stderr}")
        return Took(ended - begun, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    def evenhand(self, home: str, *arguments: str) -> Took:
        """Run the command `evenhand`."""
        return self.run(home, str(self.folder / ".evenhand" / "venv" / "bin" / "evenhand"), *arguments)

    def _environment(self, home: str) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "EVENHAND", "UV_PROJECT", "MAKE", "VIRTUAL_ENV", "PYTHONPATH"))
        }
        own = {"EVENHAND_FIRST_NIGHTS": "accept"}
        if home:
            own |= {"EVENHAND_HOME": str(self.homes / home), "EVENHAND_SANDBOX_PORT": self._port(home)}
        return inherited | own

    def _port(self, home: str) -> str:
        kept = self.homes / f"{home}.port"
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(_free_port())
        return kept.read_text()

    def stop(self) -> None:
        """End the receivers that the homes have started."""
        for home in [*self.homes.glob("*"), self.folder / ".evenhand"]:
            end_sandbox(home)


@dataclass(frozen=True)
class Work:
    """Something that is measured; it is prepared first, outside the measure."""

    name: str
    goal: str
    prepare: Callable[[Checkout], object]
    do: Callable[[Checkout], Took]


def _nothing(checkout: Checkout) -> None:
    """There is nothing to prepare."""


def _land_eight_creators(checkout: Checkout) -> None:
    creators = [(f"a{n}", "world", "creator", "en", "2026-01-01") for n in range(1, 9)]
    contents = [(f"c{n}", f"a{n}", "short_video", "2026-01-02") for n in range(1, 9)]
    violations = [
        (f"v{n}.{strike}", f"a{n}", f"c{n}", "copyright", f"b{n}.{strike}", f"2026-03-0{strike + 1}")
        for n in range(1, 5)
        for strike in range(n)
    ]
    rows: dict[str, Sequence[tuple[str, ...]]] = {
        "creators": creators,
        "contents": contents,
        "violations": violations,
        "appeals": [],
    }
    for feed, lines in rows.items():
        path = checkout.homes / "small" / "landing" / feed / f"night={SMALL_NIGHT}" / "day.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([BY_NAME[feed].names_in_every_file, *lines])
    checkout.evenhand("small", "nightly", SMALL_NIGHT)


def _set_up_cold(checkout: Checkout) -> Took:
    shutil.rmtree(checkout.homes / "cold", ignore_errors=True)
    took = checkout.evenhand("cold", "set-up")
    checkout.stop()
    return took


def _fresh_clone(checkout: Checkout) -> Took:
    clone = checkout.homes / "clone"
    shutil.rmtree(clone, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", str(checkout.folder), str(clone)], check=True)
    fresh = Checkout(clone, checkout.homes / "clone_homes")
    try:
        return fresh.run("", "make", "nightly", EVENHAND_SANDBOX_PORT=_free_port())
    finally:
        fresh.stop()
        shutil.rmtree(clone, ignore_errors=True)


WORKS = {
    "night": Work(
        "a night of 8 creators, run again",
        "0.40",
        _land_eight_creators,
        lambda checkout: checkout.evenhand("small", "nightly", SMALL_NIGHT),
    ),
    "marketplace": Work(
        "a night of the shipped marketplace, run again",
        "0.64",
        # The first night decides the nights before it too, where there is a history.
        lambda checkout: checkout.evenhand("marketplace", "nightly"),
        lambda checkout: checkout.evenhand("marketplace", "nightly"),
    ),
    "set-up": Work("set-up from a cold cache", "0.75", _nothing, _set_up_cold),
    "clone": Work("`make nightly` on a fresh clone, all in all", "0.74", _nothing, _fresh_clone),
    "test": Work(
        "`evenhand policy test`, a pack with 13 examples",
        "0.29",
        # What is compiled once is there from then on.
        lambda checkout: checkout.evenhand("policies", "policy", "test", PACK),
        lambda checkout: checkout.evenhand("policies", "policy", "test", PACK),
    ),
    "check": Work(
        "`evenhand policy check` of all shipped packs",
        "0.43",
        _nothing,
        lambda checkout: checkout.evenhand("policies", "policy", "check", "policies"),
    ),
}


def main() -> None:
    """Measure and print, and write the table where one is named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__.split("\n")[0])
    parser.add_argument("--base", default="d40bbcc", help="the commit that this checkout is compared with")
    parser.add_argument("--works", nargs="+", choices=list(WORKS), default=list(WORKS))
    parser.add_argument("--turns", type=int, default=2, help="how often each does each work; the best counts")
    parser.add_argument("--table", type=Path, help="the page whose table to write")
    asked = parser.parse_args()
    with _checkouts(asked.base) as (base, this):
        lines = [_measure(WORKS[name], base, this, asked.turns) for name in asked.works]
    told = (
        f"{machine()}; CPU and wall seconds,"
        f" the best of each in {asked.turns} {'turn' if asked.turns == 1 else 'turns'}.\n\n"
        f"| work | at {asked.base} | now | now : {asked.base}, CPU | goal |\n| --- | ---: | ---: | ---: | ---: |\n"
        + "".join(lines)
    )
    print(told)
    if asked.table:
        put_table(asked.table, "python -m benchmarks.compare", told)


def _measure(work: Work, base: Checkout, this: Checkout, turns: int) -> str:
    for checkout in (base, this):
        work.prepare(checkout)
    took: dict[Checkout, list[Took]] = {base: [], this: []}
    for _ in range(turns):
        for checkout in (base, this):
            took[checkout].append(work.do(checkout))
    best = [Took(min(each.wall for each in took[c]), min(each.cpu for each in took[c])) for c in (base, this)]
    cells = [f"{each.cpu:.1f} s, {each.wall:.1f} s" for each in best]
    line = f"| {work.name} | {cells[0]} | {cells[1]} | {best[1].cpu / best[0].cpu:.2f} | {work.goal} |\n"
    print(line, end="", flush=True)
    return line


@contextmanager
def _checkouts(base: str) -> Iterator[tuple[Checkout, Checkout]]:
    """The other commit and this one, each cloned and installed, in a folder that is deleted again."""
    with tempfile.TemporaryDirectory(prefix="evenhand-compare-") as folder:
        made = []
        for name, commit in (("base", base), ("this", "HEAD")):
            clone = Path(folder) / name
            subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
            sha = subprocess.run(["git", "rev-parse", commit], cwd=PROJECT, capture_output=True, text=True, check=True)
            subprocess.run(["git", "checkout", "--quiet", sha.stdout.strip()], cwd=clone, check=True)
            checkout = Checkout(clone, Path(folder) / f"homes_{name}")
            checkout.run("", "make", str(clone / ".evenhand" / "venv" / "installed"))
            made.append(checkout)
        try:
            yield made[0], made[1]
        finally:
            for checkout in made:
                checkout.stop()


def machine() -> str:
    """The day, and what it is measured on."""
    return f"{date.today()}, {os.cpu_count()} cores of {_processor()}, {platform.machine()}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _free_port() -> str:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


if __name__ == "__main__":
    main()
