"""A night without Airflow: the same steps, called one after the other in this process."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

from compiled_once import shared_compiled
from evenhand import nightly
from evenhand.transform.build import build_models
from evenhand.transform.compiled import compiled_project


def decide(home: Path, night: str, threads: int = 2) -> None:
    """Land, validate, build and release a night below a data directory."""
    day = date.fromisoformat(night)
    set_up(home)
    os.environ["EVENHAND_HOME"] = str(home)
    try:
        nightly.land_feeds(day)
        nightly.compile_policies(day)
        nightly.validate_feeds(day)
        build_models(
            home / "nights" / f"night={night}" / "warehouse.duckdb",
            compiled_project(home / "dbt"),
            day,
            home / "nights" / f"night={night}" / "models",
            threads=threads,
        )
        nightly.validate_lists(day)
        nightly.publish_release(day)
    finally:
        del os.environ["EVENHAND_HOME"]


def set_up(home: Path) -> None:
    """The compiled project, as a set-up leaves it."""
    compiled = home / "dbt" / "compiled.json"
    if not compiled.exists():
        compiled.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shared_compiled() / "compiled.json", compiled)
