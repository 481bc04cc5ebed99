"""Which code decided: a hash that changes when anything that can change a list does."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

# Everything between the landing folder and a release. Delivery, pages and DAGs carry a list; they don't change it.
DECIDING = (
    "dbt_project/dbt_project.yml",
    "dbt_project/macros/**/*.sql",
    "dbt_project/models/**/*.sql",
    "dbt_project/models/**/*.yml",
    "expectations/*.py",
    "plugins/evenhand/landing/*.py",
    "plugins/evenhand/policy/*.py",
    "plugins/evenhand/quality/*.py",
    "plugins/evenhand/release/*.py",
)
ENGINES = ("dbt-core", "dbt-duckdb", "duckdb", "great-expectations")


def code_version(project: Path) -> dict[str, object]:
    """The package's version, a SHA-256 over the deciding files and the versions of the engines that run them."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in DECIDING for path in project.glob(pattern)}):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(project).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return {
        "evenhand": version("evenhand"),
        "sha256": digest.hexdigest(),
        "engines": {engine: version(engine) for engine in ENGINES},
    }
