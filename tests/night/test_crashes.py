"""Killed at any moment, or out of disk, a night leaves the old release or the new one, and the next run finishes it."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from night.installation import COMMAND, FIRST_NIGHT, Installation, killed

NIGHT = FIRST_NIGHT
# Of a night with three receivers.
TASKS = 13


@pytest.mark.parametrize("kills", [1, pytest.param(43, marks=pytest.mark.soak)])
@pytest.mark.timeout(3600)
def test_kill_9_at_random_moments_then_run_again(installation: Installation, decided_once: Path, kills: int) -> None:
    """Each in another part of the night, which is then let be."""
    undisturbed = Installation(decided_once)
    wanted, rows = undisturbed.release_bytes(NIGHT), undisturbed.held()
    installation.land_history()
    seed = random.SystemRandom().randint(1, 1_000_000) if kills == 1 else 20260305
    print(f"seed of the moments: {seed}")
    moments = random.Random(seed)
    parts = list(range(kills))
    moments.shuffle(parts)

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
def test_while_the_tasks_of_a_killed_command_go_on_nobody_else_begins(installation: Installation) -> None:
    installation.land_history()
    run = installation.start("nightly", NIGHT)
    assert run.stdout
    while "land_feeds" not in run.stdout.readline():
        pass
    (airflow,) = (each for each in psutil.Process(run.pid).children() if "evenhand.local.run" in each.cmdline())
    # However quick they are, they go on until somebody else has tried.
    airflow.suspend()
    os.kill(run.pid, signal.SIGKILL)
    run.wait()

    assert f"another run is using {installation.home}" in installation.nightly(NIGHT, expect=1)

    airflow.resume()
    # They end by themselves, at the latest when they have something to say that nobody hears.
    _wait_until_nobody_works(installation)
    installation.nightly(NIGHT)
    assert installation.revisions(NIGHT) == ["0001"]


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
    (airflow,) = (each for each in psutil.Process(run.pid).children() if "evenhand.local.run" in each.cmdline())

    while not any(task.cmdline()[0].startswith("airflow worker") for task in airflow.children() if task.is_running()):
        time.sleep(0.01)
    # Airflow hands it on to the task, which ends and would be tried again.
    airflow.send_signal(signal.SIGTERM)
    run.communicate()

    assert run.returncode
    assert _states_of_runs(installation) == ["failed"]
    assert not installation.revisions(NIGHT)


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


def test_a_full_disk_while_publishing_keeps_the_old_release(decided: Installation) -> None:
    if subprocess.run(["unshare", "-Urm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no mount namespaces here to make a small disk in")
    before = decided.release_bytes(NIGHT)
    decided.land(NIGHT, appeals=[("p9", "v2.0", "a2", "2026-03-04", "granted", "2026-03-05")])
    releases = decided.home / "releases"
    kept = Path(shutil.copytree(releases, decided.home / "aside", symlinks=True))

    # A disk that holds the old release and has no room for another: two pages more than its files take.
    pages = sum(
        -(-path.lstat().st_size // 4096) for path in kept.rglob("*") if path.is_file() and not path.is_symlink()
    )
    run = subprocess.run(
        [
            *("unshare", "-Urm", "sh", "-euc"),
            'mount -t tmpfs -o "size=$5" tmpfs "$1"; cp -a "$2"/. "$1"; '
            '"$3" nightly "$4" || status=$?; sha256sum "$1/night=$4"/*; exit ${status:-0}',
            *("sh", str(releases), str(kept), str(COMMAND), NIGHT, f"{(pages + 2) * 4}k"),
        ],
        env=decided.environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1, run.stdout + run.stderr
    assert "couldn't be published" in run.stderr
    assert "Its release is what it was before" in run.stderr
    for name, sha256 in before.items():
        assert f"{sha256}  {releases}/night={NIGHT}/{name}" in run.stdout

    decided.directly(NIGHT)

    assert decided.revisions(NIGHT) == ["0001", "0002"]
