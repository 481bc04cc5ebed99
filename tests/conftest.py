"""What tests of several folders share."""

from __future__ import annotations

import gc
import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest
from pytest import TerminalReporter

from evenhand.deciding.compiled import CompiledModel
from first_nights import ACCEPTED
from made_once import shared_project

HERE = Path(__file__).parent
# One account runs all tests: people are who they say they are, where a test doesn't say otherwise.
os.environ["EVENHAND_PERSONS"] = "none"
os.environ.update(ACCEPTED)
# A worker of several, and what it starts, has one thread of DuckDB and not as many as there are cores: the others work
# beside it, and to share out a few rows costs more than they do. So DuckDB is told, by the name that it knows.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("SLURM_CPUS_ON_NODE", "1")
# What starts something real, from the dearest on: it is begun first, so that no worker is left with it at the end.
REAL = (
    *("deployment", "night/test_newcomer.py", "night", "faults", "gates", "transform/test_dbt_build.py"),
    *("quality/test_causes.py", "console", "insight/test_truth.py", "insight/test_recomputed.py", "attack"),
    "insight/test_recomputed_reviews.py",
    *("delivery", "quality/test_lists.py"),
    *("explain", "deciding/test_code.py", "simulation", "sandbox", "landing/test_mirror.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of these files and folders as `real`, and put them first."""
    place = {item: _place(item.path.relative_to(HERE).as_posix()) for item in items}
    for item, at in place.items():
        if at < len(REAL):
            item.add_marker("real")
    items.sort(key=place.__getitem__)


def pytest_collection_finish() -> None:
    """What was imported stays until the end: no test has a million objects of modules looked through once more."""
    gc.collect()
    gc.freeze()


def _place(file: str) -> int:
    found = [at for at, prefix in enumerate(REAL) if file == prefix or file.startswith(f"{prefix}/")]
    return min(found, default=len(REAL))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Tell how long each file of tests took, set-up of its fixtures included, the longest first."""
    seconds: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.partition("::")[0]] += report.duration
    if seconds:
        terminalreporter.section("seconds of each file")
    for file, took in sorted(seconds.items(), key=lambda each: -each[1]):
        if took >= 1:
            terminalreporter.line(f"{took:7.1f}  {file}")


@pytest.fixture(scope="session")
def models() -> Sequence[CompiledModel]:
    """The models' SQL, compiled once."""
    return shared_project().models()


@pytest.fixture(scope="session")
def every_model() -> Sequence[CompiledModel]:
    """With the models that tell of a night and decide nothing."""
    return shared_project().models(what_tells=True)
