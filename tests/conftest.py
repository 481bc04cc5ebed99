"""What tests of several folders share."""

from __future__ import annotations

import gc
import os
import resource
from collections import defaultdict
from collections.abc import Generator, Sequence
from ctypes.util import find_library
from dataclasses import replace
from pathlib import Path

import pytest
from pytest import TerminalReporter

from evenhand.deciding.project import CompiledModel
from evenhand.records.imports import look_seldom_for_garbage
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
# To plan a statement, DuckDB takes and gives back memory a million times. jemalloc, where it is installed, is a tenth
# quicker with that, in workers and in whatever they start. The C library of Linux, told so by the name that it knows,
# keeps more memory at hand: a twentieth.
if jemalloc := find_library("jemalloc"):
    os.environ.setdefault("LD_PRELOAD", jemalloc)
os.environ.setdefault(
    "GLIBC_TUNABLES",
    "glibc.malloc.tcache_count=2000:glibc.malloc.trim_threshold=268435456:glibc.malloc.mmap_threshold=33554432",
)
# What starts something real or decides whole nights, from the dearest on: it is begun first, so that no worker is left
# with it at the end.
REAL = (
    *("deployment", "night/test_newcomer.py", "night", "faults", "gates", "transform/test_dbt_build.py"),
    *("quality/test_causes.py", "console", "insight/test_truth.py", "insight/test_recomputed.py", "attack"),
    "insight/test_recomputed_reviews.py",
    *("delivery", "quality/test_lists.py", "quality/test_days_within.py", "quality/test_effect_of_rules.py"),
    *("explain", "deciding/test_code.py", "commands/test_feed_check.py", "docs/test_adding.py", "simulation"),
    *("quality/test_first_nights.py", "transform/test_versions.py", "deciding/test_isolate.py", "sandbox"),
    # These build the models' SQL dozens of times.
    *("transform/test_build.py", "transform/test_continuity.py", "transform/test_order.py", "transform/test_models.py"),
    *("transform/test_bonuses.py", "transform/test_zones_over_versions.py", "transform/test_bounds.py"),
    *("transform/test_nothing_is_known_early.py", "transform/test_packs_beside_each_other.py"),
    *("deciding/test_night_range.py", "policy/test_recent.py", "transform/test_wide.py"),
    *("transform/test_versions_of_marketplaces.py", "landing/test_mirror.py", "landing/test_bucket.py"),
    *("reports/test_mail.py", "transform/test_late_facts.py", "transform/test_renamed.py", "transform/test_lifted.py"),
    "quality/test_lists_over_versions.py",
    # These run a gate, compile packs to compare them or draw samples dozens of times.
    *("sampling/test_prevalence.py", "sampling/test_several.py"),
    *("quality/test_feeds.py", "quality/test_shares.py", "quality/test_rule_changes.py"),
    *(
        "quality/test_setting_changes.py",
        "quality/test_times.py",
        "quality/test_silences.py",
        "quality/test_bonus_rows.py",
    ),
)

# What CPU the tests of this process had used with the last report.
_USED = pytest.StashKey[float]()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Don't even read what is left out as `real`: each worker would import it for nothing."""
    if "not real" not in str(config.option.markexpr) or not collection_path.is_relative_to(HERE):
        return None
    return _place(collection_path.relative_to(HERE).as_posix()) < len(REAL) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of these files and folders as `real`, and put them first."""
    place = {item: _place(item.path.relative_to(HERE).as_posix()) for item in items}
    for item, at in place.items():
        if at < len(REAL):
            item.add_marker("real")
    items.sort(key=place.__getitem__)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported stays until the end: it isn't looked through for garbage, neither meanwhile nor by any test.

    Tests look for it as seldom as commands do: after 700 new objects, as it comes, costs a twentieth.
    """
    gc.disable()
    look_seldom_for_garbage()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _place(file: str) -> int:
    found = [at for at, prefix in enumerate(REAL) if file == prefix or file.startswith(f"{prefix}/")]
    return min(found, default=len(REAL))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say with each report what CPU its part took, with all that it started and waited for."""
    report = yield
    used = sum(sum(resource.getrusage(whose)[:2]) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    report.user_properties.append(("cpu", used - item.session.stash.get(_USED, used)))
    item.session.stash[_USED] = used
    return report


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Tell how long each file of tests took, set-up of its fixtures included, the longest first, and of CPU."""
    seconds: dict[str, float] = defaultdict(float)
    cpu: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                file = report.nodeid.partition("::")[0]
                seconds[file] += report.duration
                cpu[file] += sum(float(str(took)) for name, took in report.user_properties if name == "cpu")
    if seconds:
        terminalreporter.section(f"seconds of each file, and of CPU: {sum(cpu.values()):.0f} in all")
    for file, took in sorted(seconds.items(), key=lambda each: -each[1]):
        if took >= 1:
            terminalreporter.line(f"{took:7.1f} {cpu[file]:7.1f}  {file}")


@pytest.fixture(scope="session")
def models() -> Sequence[CompiledModel]:
    """The models' SQL, compiled once, each as a table.

    On a few rows most of the time goes into planning, and a view is planned anew with whatever reads it: views cost a
    fifth more. What is a view on a night is one in the tests of builds, of nights and of dbt.
    """
    return [replace(model, materialized="table") for model in shared_project().models()]


@pytest.fixture(scope="session")
def every_model() -> Sequence[CompiledModel]:
    """With the models that tell of a night and decide nothing."""
    return shared_project().models(what_tells=True)
