"""The dbt project compiled once, for any night: what dbt made of each model and each data test of it, kept as a file.

A dbt process takes some seconds to read and compile the project, and a night is decided in less. So the project is
compiled when an installation is set up, and again where the file doesn't fit it any more: its fingerprint is of the
project's files, of dbt and of its adapter (docs/decisions/0003-dbt-compiles-the-night-runs.md).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import date
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import duckdb

from evenhand.deciding.believed import lay_believed
from evenhand.deciding.making import Maker, Parts
from evenhand.deciding.needed_rows import needed_rows
from evenhand.deciding.project import ANY_NIGHT, CompiledModel, DataTest, Node, Project, node_of
from evenhand.landing.accepted import create_accepted, inputs_ddl
from evenhand.policy.compile import compile_packs
from evenhand.policy.renaming import take_names
from evenhand.policy.tables import TABLES
from evenhand.policy.tables.row import ddl
from evenhand.records.imports import look_seldom_for_garbage
from evenhand.settings import settings

_NAME = "compiled.json"
# Counts up where what stands in the file changes.
_FORMAT = 2
_READ_BY = (Path(__file__).with_name("needed_rows.py"), Path(__file__).parent / "sql" / "needed_rows.sql")


class CompileFailed(Exception):
    """dbt couldn't compile the models, or what it made can't be run. The message says why."""


def compiled_project(target: Path | None = None) -> Project:
    """The project as dbt compiles it; it is compiled only where what lies in the folder doesn't fit.

    Args:
        target: the folder that it is kept in, with dbt's own artifacts; by default the installation's.

    Raises:
        CompileFailed: dbt failed, or compiled for one night.
    """
    target = target or settings().dbt_target
    wanted = fingerprint()
    path = target / _NAME
    kept = _kept(path)
    if kept.get("fingerprint") != wanted:
        project = _compile(target)
        kept = {"fingerprint": wanted, "nodes": [asdict(node) for node in project.nodes]}
        # Whole or not at all: another process may read it meanwhile.
        with NamedTemporaryFile("w", dir=target, prefix=".", suffix=".draft", delete=False) as draft:
            json.dump(kept, draft)
        os.replace(draft.name, path)
        return project
    return Project(tuple(node_of(each) for each in kept["nodes"]))


def is_compiled(target: Path) -> bool:
    """Whether what lies in the folder fits the project as it is."""
    return bool(_kept(target / _NAME).get("fingerprint") == fingerprint())


def run_models(
    connection: duckdb.DuckDBPyConnection,
    models: Sequence[CompiledModel],
    night: date,
    built: Callable[[int], None] | None = None,
    *,
    in_parts: bool = False,
) -> None:
    """Build the models in the connection's schema main, from its schemas `accepted` and `policy`.

    Args:
        built: is told after each how many are.
        in_parts: whether the open transaction is committed, and another begun, wherever it has many rows.
    """
    take_names(connection, night)
    lay_believed(connection, models, night)
    parts = Parts(connection) if in_parts else None
    maker = Maker(connection)
    for number, model in enumerate(models, 1):
        rows = maker.make(model, night)
        if parts:
            parts.add(rows or 0)
        if built:
            built(number)


def _kept(path: Path) -> dict[str, Any]:
    """What was compiled before; nothing where it isn't there or wasn't written to its end."""
    try:
        content = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def fingerprint(project: Path | None = None) -> str:
    """A hash of all that what dbt makes of a project depends on; without one, of the installation's."""
    project = project or settings().dbt_project
    digest = hashlib.sha256()
    engines = {name: version(name) for name in ("dbt-core", "dbt-adapters", "dbt-duckdb", "duckdb")}
    # Columns of what the models read are in theirs, and what they need is read from them by a module.
    inputs = [*inputs_ddl(), *(f"{name} ({ddl(table)})" for name, table in TABLES.items())]
    digest.update(f"{_FORMAT} {json.dumps([engines, inputs], sort_keys=True)}\n".encode())
    for path in _READ_BY:
        digest.update(path.read_bytes())
    for path in sorted(path for path in project.rglob("*") if path.suffix in (".sql", ".yml", ".csv", ".py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(project).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _compile(target: Path) -> Project:
    from dbt.artifacts.schemas.run import RunExecutionResult
    from dbt.cli.main import dbtRunner

    target.mkdir(parents=True, exist_ok=True)
    project = str(settings().dbt_project)
    with _environment(EVENHAND_WAREHOUSE=":memory:", DO_NOT_TRACK="1"):
        result = dbtRunner().invoke(
            [
                *("--quiet", "--log-level-file", "none"),
                # What dbt takes over from a parse before has metrics that were renamed meanwhile.
                "--no-partial-parse",
                # What it made of each node, it says itself; and would write it down twice besides, for a tenth more.
                "--no-write-json",
                *("compile", "--exclude", "test_type:unit"),
                *("--project-dir", project, "--profiles-dir", project),
                *("--target-path", str(target), "--log-path", str(target)),
            ]
        )
    if not result.success or not isinstance(result.result, RunExecutionResult):
        raise CompileFailed(f"dbt compile failed: {result.exception or result.result}")
    return _with_columns(_read([each.node for each in result.result.results]))


def _read(nodes: Sequence[Any]) -> Project:
    """The project of the nodes that dbt compiled."""
    by_id = {node.unique_id: node for node in sorted(nodes, key=lambda each: each.unique_id)}
    models = {name: node for name, node in by_id.items() if node.resource_type == "model"}
    tests = [node for node in by_id.values() if node.resource_type == "test"]
    parents = {
        name: [parent for parent in sorted(node.depends_on.nodes) if parent in models] for name, node in models.items()
    }
    order = list(TopologicalSorter(parents).static_order())
    tests_of: dict[str, list[DataTest]] = {name: [] for name in order}
    with duckdb.connect() as reader:
        for test in tests:
            tested = [name for name in order if name in test.depends_on.nodes]
            names = tuple(models[name].name for name in tested)
            sql = _sql(test)
            tests_of[tested[-1]].append(DataTest(test.name, names, sql, needed_rows(sql, reader)))
        project = Project(
            tuple(
                Node(
                    model=_model(node, reader),
                    path=node.original_file_path,
                    tells="tells" in node.tags,
                    parents=tuple(models[parent].name for parent in parents[name]),
                    contract=tuple((column.name, column.data_type) for column in node.columns.values())
                    if node.config.contract.enforced
                    else (),
                    tests=tuple(tests_of[name]),
                )
                for name, node in ((name, models[name]) for name in order)
            )
        )
    if not any(ANY_NIGHT in node.model.sql for node in project.nodes):
        raise CompileFailed("the models were compiled for one night and can't be run for another; see the macro night")
    return project


def _model(node: Any, reader: duckdb.DuckDBPyConnection) -> CompiledModel:
    sql = _sql(node)
    return CompiledModel(node.name, str(node.config.materialized), sql, needed=needed_rows(sql, reader))


def _with_columns(project: Project) -> Project:
    """The project with the columns of each model that is built before gate 2, as they come out where nothing landed.

    One that can't be run, and what reads it, has none: it is run on every night, and named there.
    """
    columns = {}
    with duckdb.connect() as connection:
        compile_packs((), connection)
        create_accepted(connection)
        maker = Maker(connection)
        for node in project.part(after_gate=False).nodes:
            with suppress(duckdb.Error):
                maker.make(node.model, date.fromisoformat(ANY_NIGHT))
                found = connection.execute(f"describe main.{node.name}").fetchall()
                columns[node.name] = tuple((name, kind) for name, kind, *_ in found)
    return Project(
        tuple(replace(node, model=replace(node.model, columns=columns.get(node.name, ()))) for node in project.nodes)
    )


def _sql(node: Any) -> str:
    """What dbt compiled, for the database that a connection is on, whichever that is."""
    return str(node.compiled_code).replace(f'"{node.database}".', "")


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


if __name__ == "__main__":
    look_seldom_for_garbage()
    compiled_project()
