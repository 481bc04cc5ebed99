"""Deliveries outside of Airflow: each receiver's in a process of its own, at once, which ends in time.

    python -m evenhand.tasks.delivery_processes NIGHT RECEIVER SECONDS

delivers to one and reads it back, and tells what came of it on its standard output, a JSON object a line. After so
many seconds of either the kernel ends it, whatever it is at: what that leaves is what a crash leaves, and the next
delivery settles it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date

from evenhand.delivery.config import AnyConfig, announces, load_receivers
from evenhand.records import steps
from evenhand.records.imports import look_seldom_for_garbage
from evenhand.settings import settings

_MINUTE_SECONDS = 60.0
_STEPS = ("deliver_release", "reconcile_receiver")


@dataclass(frozen=True)
class Delivered:
    """What came of a receiver's delivery.

    Attributes:
        told: of each step that ended well, what it came to.
        failure: why the next one didn't; empty where both did.
    """

    told: tuple[str, ...]
    failure: str = ""


def main() -> None:
    """Deliver to the receiver that the arguments name."""
    night, receiver, seconds = sys.argv[1:]
    # Airflow writes its log to the standard output.
    telling = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    look_seldom_for_garbage()
    from evenhand.tasks import deliveries

    for step in _STEPS:
        # Each has the whole of it, as its task has in Airflow.
        signal.setitimer(signal.ITIMER_REAL, float(seconds))
        try:
            said = {"told": getattr(deliveries, step)(date.fromisoformat(night), receiver)["told"]}
        except Exception as error:
            said = {"failure": str(error)}
        print(json.dumps(said), file=telling, flush=True)
        if "failure" in said:
            sys.exit(1)


def deliver_to_each(night: date, lock: int) -> Iterator[Delivered]:
    """Bring each receiver to a night's release and read it back; in the order in which they end.

    None waits for another, but for those that must have acknowledged what it tells of.

    Args:
        lock: the descriptor of a file that is locked until all have ended, also where this process ends before.
    """
    receivers = load_receivers()
    begun: dict[str, Future[Delivered]] = {}
    with ThreadPoolExecutor(max(1, len(receivers))) as threads:
        for name, config in receivers.items():
            # receivers.yml has whom one waits for above it.
            after = [begun[each] for each in announces(config)]
            begun[name] = threads.submit(_deliver, night, name, config, after, lock)
        for done in as_completed(begun.values()):
            yield done.result()


def _deliver(night: date, name: str, config: AnyConfig, after: list[Future[Delivered]], lock: int) -> Delivered:
    for each in after:
        each.result()
    seconds = config.within_minutes * _MINUTE_SECONDS
    done = subprocess.run(
        [sys.executable, "-m", "evenhand.tasks.delivery_processes", str(night), name, str(seconds)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        pass_fds=[lock],
        text=True,
        check=False,
    )
    # A line without its end was being written when the process was ended.
    lines = [line for line in done.stdout.splitlines(keepends=True) if line.endswith("\n")]
    said: list[Mapping[str, str]] = [json.loads(line) for line in lines]
    told = tuple(each["told"] for each in said if "told" in each)
    failure = next((each["failure"] for each in said if "failure" in each), "")
    if done.returncode and not failure:
        failure = _ended(night, name, config, done.returncode)
        steps.keep_complaint(settings().work(night), _STEPS[min(len(told), 1)], failure, name)
    return Delivered(told, failure)


def _ended(night: date, name: str, config: AnyConfig, code: int) -> str:
    minutes = config.within_minutes
    why = (
        f"ended, for it took more than {minutes} {'minute' if minutes == 1 else 'minutes'}, which is its"
        " within_minutes in receivers.yml"
        if code == -signal.SIGALRM
        else f"its process ended without a word ({code})"
    )
    return (
        f"{name}, night {night}: {why}. Nothing is lost: what it acknowledged is written down, and the rest is sent"
        " once its delivery is cleared in Airflow, or the night is run again."
    )


if __name__ == "__main__":
    main()
