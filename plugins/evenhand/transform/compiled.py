"""The models' SQL without a dbt process: compiled once, then run on any DuckDB connection for any night.

The nightly run goes through dbt. This is for what runs the models once more on something else: gate 2, which asks what
last night's rules would have come to; tests on generated histories; and the benchmark that holds a night against the
bare SQL.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from evenhand.settings import settings

# The default of the project's variable `night`.
_ANY_NIGHT = "1583-02-28"


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
                *("compile", "--quiet"),
                *(() if what_tells else ("--exclude", "tag:tells")),
                *("--project-dir", project, "--profiles-dir", project),
                *("--target-path", str(target), "--log-path", str(target)),
            ]
        )
    if not result.success:
        raise CompileFailed(f"dbt compile failed: {result.exception or result.result}")
    return read_models(target / "manifest.json", what_tells=what_tells)


def read_models(
    manifest: Path, *, what_tells: bool = False, leading_to: Collection[str] | None = None
) -> list[CompiledModel]:
    """The models of a manifest that dbt wrote when it compiled the project, in the order in which they can be built.

    Args:
        what_tells: with the models that tell of a night and decide nothing, tagged `tells`.
        leading_to: only these and what they are made of.

    Raises:
        CompileFailed: there is no manifest, or one of another compiling.
    """
    if not manifest.exists():
        raise CompileFailed(f"{manifest}: not there; set the installation up again, which writes it")
    nodes = json.loads(manifest.read_text())["nodes"]
    models = {
        name: node
        for name, node in nodes.items()
        if node["resource_type"] == "model" and (what_tells or "tells" not in node["tags"])
    }
    parents = {
        name: [parent for parent in sorted(node["depends_on"]["nodes"]) if parent in models]
        for name, node in sorted(models.items())
    }
    wanted = set(models)
    if leading_to is not None:
        wanted, found = set(), [name for name, node in models.items() if node["name"] in leading_to]
        while found:
            wanted.add(name := found.pop())
            found += [parent for parent in parents[name] if parent not in wanted]
    if any(not models[name].get("compiled_code") for name in wanted):
        raise CompileFailed(f"{manifest}: the project was parsed and not compiled; set the installation up again")
    compiled = [
        CompiledModel(
            node["name"], node["config"]["materialized"], node["compiled_code"].replace(f'"{node["database"]}".', "")
        )
        for node in (models[name] for name in TopologicalSorter(parents).static_order() if name in wanted)
    ]
    if not any(_ANY_NIGHT in model.sql for model in compiled):
        raise CompileFailed(
            f"{manifest}: compiled for one night, so that it can't be run for another; see the macro night"
        )
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
