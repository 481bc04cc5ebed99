"""Killed at any moment, a night leaves the old release or the new one, and the next run finishes it.

So it does where the disk is full: test_corrected.py.
"""

from __future__ import annotations

import fcntl
import os
import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from night.installation import FIRST_NIGHT, Installation, killed

NIGHT = FIRST_NIGHT
# Of a night with three receivers.
TASKS = 13


@pytest.mark.parametrize("kills", [1, pytest.param(43, marks=pytest.mark.soak)])
@pytest.mark.timeout(3600)
def test_kill_9_at_random_moments_then_run_again(installation: Installation, decided_once: Path, kills: int) -> None:
    """Each in another part of the night, which is then let be; before, the command alone is killed."""
    undisturbed = Installation(decided_once)
    wanted, rows = undisturbed.release_bytes(NIGHT), undisturbed.held()
    installation.land_history()
    seed = random.SystemRandom().randint(1, 1_000_000) if kills == 1 else 20260305
    print(f"seed of the moments: {seed}")
    moments = random.Random(seed)
    parts = list(range(kills))
    moments.shuffle(parts)

    _nobody_else_begins_while_the_tasks_of_a_killed_command_go_on(installation)
    is_disturbed = False
    while not is_disturbed:
        for part in parts:
            run = installation.start("nightly", NIGHT)
            assert run.stdout
            # A line when it begins, and one for every task that ends.
            for _ in range(int((part + moments.random()) / kills * (TASKS + 1))):
                run.stdout.readline()
            time.sleep(moments.uniform(0, 2))
            # One that had ended was disturbed by nobody.
            is_disturbed |= killed(run)
            assert installation.release_bytes(NIGHT) in ({}, wanted)

    installation.nightly(NIGHT)

    assert installation.release_bytes(NIGHT) == wanted
    assert installation.revisions(NIGHT) == ["0001"]
    assert installation.held() == rows
    # Every row took effect once, however often it was sent.
    assert installation.effects() == len(rows)


@pytest.mark.timeout(300)
def test_ctrl_c_ends_all_that_runs_and_the_runs_page_says_so(installation: Installation) -> None:
    run = _begun(installation)

    os.killpg(run.pid, signal.SIGINT)
    run.communicate()

    assert run.returncode
    assert _states_of_runs(installation) == ["failed"]


@pytest.mark.timeout(300)
def test_a_run_that_is_asked_to_end_while_a_task_has_its_signals_ends(installation: Installation) -> None:
    run = _begun(installation)
    airflow = _airflow_of(run)

    while not any(task.cmdline()[0].startswith("airflow worker") for task in airflow.children() if task.is_running()):
        time.sleep(0.01)
    # Airflow hands it on to the task, which ends and would be tried again.
    airflow.send_signal(signal.SIGTERM)
    run.communicate()

    assert run.returncode
    assert _states_of_runs(installation) == ["failed"]
    assert not installation.revisions(NIGHT)


def _nobody_else_begins_while_the_tasks_of_a_killed_command_go_on(installation: Installation) -> None:
    run = installation.start("nightly", NIGHT)
    assert run.stdout
    while "land_feeds" not in run.stdout.readline():
        pass
    airflow = _airflow_of(run)
    # However quick they are, they go on until somebody else has tried.
    airflow.suspend()
    os.kill(run.pid, signal.SIGKILL)
    run.wait()

    assert f"another run is using {installation.home}" in installation.in_process("nightly", NIGHT, expect=1)

    airflow.resume()
    # They end by themselves, at the latest when they have something to say that nobody hears.
    _wait_until_nobody_works(installation)


def _airflow_of(run: subprocess.Popen[str]) -> psutil.Process:
    (airflow,) = (each for each in psutil.Process(run.pid).children() if "evenhand.local.run" in each.cmdline())
    return airflow


def _begun(installation: Installation) -> subprocess.Popen[str]:
    """A night that has come to gate 1."""
    installation.land_history()
    run = installation.start("nightly", NIGHT)
    assert run.stdout
    while "compile_policies" not in run.stdout.readline():
        pass
    return run


def _states_of_runs(installation: Installation) -> list[str]:
    """How the runs ended, once nobody works in the home any more."""
    _wait_until_nobody_works(installation)
    with closing(sqlite3.connect(installation.home / "airflow" / "airflow.db")) as database:
        return [state for (state,) in database.execute("select state from dag_run").fetchall()]


def _wait_until_nobody_works(installation: Installation) -> None:
    # Whatever was started holds the lock for as long as it is there.
    with (installation.home / "nightly.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
