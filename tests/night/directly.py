"""A night without Airflow: the same steps, called one after the other in this process."""

from __future__ import annotations

import os
import shutil
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from dbt.cli.main import dbtRunner

from evenhand import nightly
from evenhand.settings import PROJECT
from evenhand.transform.compiled import compile_models


def decide(home: Path, night: str, threads: int = 2) -> None:
    """Land, validate, build and release a night below a data directory."""
    day = date.fromisoformat(night)
    set_up(home)
    os.environ["EVENHAND_HOME"] = str(home)
    os.environ["EVENHAND_WAREHOUSE"] = str(home / "nights" / f"night={night}" / "warehouse.duckdb")
    try:
        nightly.land_feeds(day)
        nightly.compile_policies(day)
        nightly.validate_feeds(day)
        build(home, night, threads)
        nightly.validate_lists(day)
        nightly.publish_release(day)
    finally:
        del os.environ["EVENHAND_HOME"], os.environ["EVENHAND_WAREHOUSE"]


def set_up(home: Path) -> None:
    """The manifest of the compiled project, as a set-up leaves it."""
    manifest = home / "dbt" / "manifest.json"
    if not manifest.exists():
        manifest.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(compiled_manifest(), manifest)


@cache
def compiled_manifest() -> Path:
    """The manifest of the compiled project; compiling takes some seconds."""
    folder = Path(mkdtemp(prefix="evenhand-manifest-"))
    compile_models(folder)
    return folder / "manifest.json"


def build(home: Path, night: str, threads: int) -> None:
    project = str(PROJECT / "dbt_project")
    result = dbtRunner().invoke(
        [
            *("build", "--quiet", "--exclude-resource-type", "unit_test", "--vars", f"{{night: '{night}'}}"),
            *("--project-dir", project, "--profiles-dir", project, "--threads", str(threads)),
            *("--target-path", str(home / "target"), "--log-path", str(home / "target")),
        ]
    )
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.env().close()
    DuckDBConnectionManager.close_all_connections()
    assert result.success, result.exception
