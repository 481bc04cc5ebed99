"""The models' SQL without a dbt process: compiled once, then run on any DuckDB connection for any night.

The nightly run goes through dbt. This is for what runs the models very often: tests on generated histories, and the
benchmark that holds a night against the bare SQL.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from evenhand.settings import settings

# A day that stands nowhere in the project: what is compiled for it is compiled for any night.
_ANY_NIGHT = "1583-02-28"
# What dbt-duckdb calls the database that the models are compiled against.
_DATABASE = '"memory".'


class CompileFailed(Exception):
    """dbt couldn't compile the models, or what it made can't be run. The message says why."""


@dataclass(frozen=True)
class CompiledModel:
    """A model's SQL for any night; `materialized` is `table` or `view`."""

    name: str
    materialized: str
    sql: str = field(repr=False)


def compile_models(target: Path, *, what_tells: bool = False) -> list[CompiledModel]:
    """The models in the order in which they can be built.

    Args:
        target: folder for dbt's artifacts.
        what_tells: with the models that tell of a night and decide nothing, tagged `tells`.

    Raises:
        CompileFailed: dbt failed.
    """
    from dbt.cli.main import dbtRunner

    project = str(settings().dbt_project)
    with _environment(EVENHAND_WAREHOUSE=":memory:", DO_NOT_TRACK="1"):
        result = dbtRunner().invoke(
            [
                *("compile", "--quiet", "--vars", json.dumps({"night": _ANY_NIGHT})),
                *(() if what_tells else ("--exclude", "tag:tells")),
                *("--project-dir", project, "--profiles-dir", project),
                *("--target-path", str(target), "--log-path", str(target)),
            ]
        )
    if not result.success:
        raise CompileFailed(f"dbt compile failed: {result.exception or result.result}")
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    models = {
        name: node
        for name, node in nodes.items()
        if node["resource_type"] == "model" and (what_tells or "tells" not in node["tags"])
    }
    order = TopologicalSorter(
        {
            name: [parent for parent in sorted(node["depends_on"]["nodes"]) if parent in models]
            for name, node in sorted(models.items())
        }
    ).static_order()
    compiled = [
        CompiledModel(node["name"], node["config"]["materialized"], node["compiled_code"].replace(_DATABASE, ""))
        for node in (models[name] for name in order)
    ]
    if not any(_ANY_NIGHT in model.sql for model in compiled):
        raise CompileFailed("no model asks for the night, so none could be run for one; see the macro night")
    return compiled


def run_models(connection: duckdb.DuckDBPyConnection, models: Sequence[CompiledModel], night: date) -> None:
    """Build the models in the connection's schema main, from its schemas `accepted` and `policy`."""
    for model in models:
        connection.execute(
            f"create or replace {model.materialized} main.{model.name} as {model.sql.replace(_ANY_NIGHT, str(night))}"
        )


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
