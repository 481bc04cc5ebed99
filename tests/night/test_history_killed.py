"""Killed at any moment, a history that is run again ends with the same bytes as one that nobody disturbed."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from evenhand.settings import settings
from evenhand.tasks.history import decide_history
from made_once import shared_home
from night.directly import environment, set_up
from night.installation import APPEALS, CONTENTS, CREATORS, VIOLATIONS, Installation, killed

NIGHTS = ("2026-03-04", "2026-03-05", "2026-03-06")
COMMAND = ("history", "--from", NIGHTS[0], "--to", NIGHTS[-1])
# What a run comes to, one after the other, below its home.
COMES_TO = (
    "landed.duckdb",
    f"nights/night={NIGHTS[-1]}/warehouse.duckdb",
    f"releases/revisions/night={NIGHTS[0]}",
)


@pytest.mark.parametrize("kills", [1, pytest.param(26, marks=pytest.mark.soak)])
@pytest.mark.timeout(3600)
def test_killed_and_run_again_a_history_ends_as_if_it_had_not_been(
    installation: Installation, tmp_path: Path, kills: int
) -> None:
    undisturbed = Installation(shutil.copytree(shared_home(), tmp_path / "undisturbed"))
    for each in (undisturbed, installation):
        _land(each)
    _decide(undisturbed)
    wanted = _released(undisturbed)
    assert all(wanted.values())
    seed = random.SystemRandom().randint(1, 1_000_000) if kills == 1 else 20260304
    print(f"seed of the moments: {seed}")
    moments = random.Random(seed)
    untouched = shutil.copytree(installation.home, tmp_path / "untouched", symlinks=True)

    is_disturbed = False
    while not is_disturbed:
        # A run that had ended was disturbed by nobody, and leaves nothing for another to do.
        shutil.rmtree(installation.home)
        shutil.copytree(untouched, installation.home, symlinks=True)
        for place in (
            [COMES_TO[kill % len(COMES_TO)] for kill in range(kills)] if kills > 1 else moments.sample(COMES_TO, 1)
        ):
            run = installation.start(*COMMAND)
            _wait_until_it_comes_to(installation.home / place, run)
            time.sleep(moments.uniform(0, 2))
            is_disturbed |= killed(run)
            # What is released is whole.
            assert all(files in ({}, wanted[night]) for night, files in _released(installation).items())

    _decide(installation)

    assert _released(installation) == wanted
    assert [installation.revisions(night) for night in NIGHTS] == [["0001"]] * len(NIGHTS)


def _land(installation: Installation) -> None:
    for night in NIGHTS:
        decided = [row for row in VIOLATIONS if row[-1] == night or (night == NIGHTS[0] and row[-1] < night)]
        installation.land(night, violations=decided)
    installation.land(NIGHTS[0], creators=CREATORS, contents=CONTENTS, appeals=[])
    installation.land(NIGHTS[-1], appeals=APPEALS)


def _decide(installation: Installation) -> None:
    """What the command does, in this process, where everything is imported already."""
    with environment(installation.environment(), alone=True):
        set_up(settings().home)
        decide_history(date.fromisoformat(NIGHTS[0]), date.fromisoformat(NIGHTS[-1]))


def _released(installation: Installation) -> Mapping[str, Mapping[str, str]]:
    return {night: installation.release_bytes(night) for night in NIGHTS}


def _wait_until_it_comes_to(path: Path, run: subprocess.Popen[str]) -> None:
    """Wait until a run writes a file or folder, or has ended: what an earlier run left there isn't meant."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    while run.poll() is None and (path.stat().st_mtime_ns if path.exists() else 0) == before:
        time.sleep(0.01)
