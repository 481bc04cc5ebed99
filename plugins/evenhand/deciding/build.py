"""Building a night's models from what dbt compiled: each with its contract and its data tests.

As `dbt build` does it: a model whose SQL, contract or test fails is named, what reads it is skipped, and the others go
on, so that one run shows all that is wrong.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from datetime import date
from pathlib import Path

import duckdb

from evenhand.deciding.believed import lay_believed, reads_believed
from evenhand.deciding.making import Maker, Parts
from evenhand.deciding.project import DataTest, Node, Project
from evenhand.deciding.report import BuildReport, BuiltModel, Problem, forget_report, keep_report
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

log = logging.getLogger(__name__)


class ModelsFailed(Exception):
    """Models or their tests failed. The message names each, with its error and the file that has its SQL."""


def build_models(
    warehouse: Path, project: Project, night: date, folder: Path, *, threads: int | None = None
) -> BuildReport:
    """Build and test every model that comes before gate 2 in the night's warehouse, and keep a report of it.

    Args:
        folder: where the report goes, with the SQL of what failed; what an earlier build left there is forgotten.
        threads: how many DuckDB may use; by default as many as there are cores.

    Raises:
        ModelsFailed: a model, its contract or a test of it failed. The report is kept all the same.
    """
    forget_report(folder)
    project = project.part(after_gate=False)
    models = [node.model for node in project.nodes]
    with duckdb.connect(str(warehouse), config={"threads": threads} if threads else {}) as connection:
        try:
            connection.begin()
            lay_believed(connection, models, night)
            built = _build_all(connection, project, night, stops=True)
            connection.commit()
        except duckdb.Error:
            # The first error ends a transaction. One by one, what else is wrong is found as well.
            connection.rollback()
            unbelieved = ""
            try:
                lay_believed(connection, models, night)
            except duckdb.Error as error:
                unbelieved = f"what nights believed before something became known can't be decided: {error}"
            built = _build_all(connection, project, night, stops=False, unbelieved=unbelieved)
    report = BuildReport(night, tuple(built[node.name] for node in project.nodes))
    keep_report(report, folder)
    for model in report.models:
        log.log(logging.ERROR if model.problems else logging.INFO, "%s", model)
    if report.failed:
        raise ModelsFailed(report.complaint(folder))
    return report


def models_in(connection: duckdb.DuckDBPyConnection, project: Project, night: date) -> tuple[Problem, ...]:
    """Build and test the models that come before gate 2 in the open transaction, until one fails; returns what did."""
    built: dict[str, BuiltModel] = {}
    maker = Maker(connection)
    for node in project.part(after_gate=False).nodes:
        try:
            built[node.name] = _build(connection, maker, node, night)
            for test in node.tests:
                _test(connection, maker, test, built, night, stops=True)
        except duckdb.Error as error:
            return (Problem(node.name, str(error), node.model.of(night)),)
        if problems := [problem for each in built.values() for problem in each.problems]:
            return tuple(problems)
    return ()


def build_after_gate(warehouse: Path, project: Project, night: date) -> None:
    """Build the models that read what gate 2 let through: views, so that they show what is there when they are read.

    Raises:
        ModelsFailed: one of them can't be built.
    """
    with duckdb.connect(str(warehouse)) as connection:
        maker = Maker(connection)
        for node in project.part(after_gate=True).nodes:
            try:
                problems = _build(connection, maker, node, night).problems
            except duckdb.Error as error:
                raise ModelsFailed(f"{node.name} failed: {error}") from error
            if problems:
                raise ModelsFailed(f"{node.name} failed: {problems[0].said}")


def check_after_gate(warehouse: Path, project: Project, night: date) -> int:
    """Run the data tests of these models, once all that they read is there; returns how many rows they looked at.

    Raises:
        ModelsFailed: a test found what it should not.
    """
    rows = 0
    with duckdb.connect(str(warehouse)) as connection:
        for node in project.part(after_gate=True).nodes:
            # A view is run once, and not by each of its tests.
            connection.execute(f"create temp table {node.name} as from main.{node.name}")
            ((found,),) = connection.execute(f"select count(*) from temp.{node.name}").fetchall()
            rows += found
            for test in node.tests:
                if said := _finds(connection, test.of(night).replace(f'"main"."{node.name}"', f'temp."{node.name}"')):
                    raise ModelsFailed(f"{node.name}, test {test.name} failed: {said}")
            connection.execute(f"drop table temp.{node.name}")
    return rows


def _build_all(
    connection: duckdb.DuckDBPyConnection, project: Project, night: date, *, stops: bool, unbelieved: str = ""
) -> dict[str, BuiltModel]:
    """Every model by its name.

    Args:
        stops: whether an error of DuckDB is raised rather than told. A transaction is open then, and what was built
            of it stays where it had many rows.
        unbelieved: why what reads what nights believed can't be built; empty where it can.
    """
    _forget(connection, project.nodes)
    built: dict[str, BuiltModel] = {}
    parts = Parts(connection) if stops else None
    maker = Maker(connection)
    for node in project.nodes:
        if failed := {first for name in node.parents for first in built[name].failed_first}:
            built[node.name] = BuiltModel(node.name, node.path, skipped_for=tuple(sorted(failed)))
            _drop(connection, node)
            continue
        try:
            if unbelieved and reads_believed(node.model):
                raise duckdb.Error(unbelieved)
            built[node.name] = _build(connection, maker, node, night)
        except duckdb.Error as error:
            if stops:
                raise
            problem = Problem(node.name, str(error), node.model.of(night))
            built[node.name] = BuiltModel(node.name, node.path, problems=(problem,))
            _drop(connection, node)
            continue
        if parts:
            parts.add(built[node.name].rows or 0)
        for test in node.tests:
            _test(connection, maker, test, built, night, stops=stops)
    return built


def _finds(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """What a test finds that it should not, as text; empty where all is right."""
    ((failing,),) = connection.execute(_SQL("failing", found=Sql(sql))).fetchall()
    return f"{failing:,} {'row' if failing == 1 else 'rows'} that it should not find" if failing else ""


def built_before(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The models that lie in a database, each `view` or `table` with its name."""
    return connection.execute(_SQL("built_before")).fetchall()


def _forget(connection: duckdb.DuckDBPyConnection, kept: Collection[Node]) -> None:
    """Drop what an earlier build left in the place of models that are otherwise now, or no more."""
    kinds = {node.name: node.model.materialized for node in kept}
    for kind, name in built_before(connection):
        if kinds.get(name) != kind:
            connection.execute(f'drop {kind} main."{name}"')


def _drop(connection: duckdb.DuckDBPyConnection, node: Node) -> None:
    """Leave nothing of an earlier build where this one made nothing: nobody shall take it for tonight's."""
    connection.execute(f"drop {node.model.materialized} if exists main.{node.name}")


def _build(connection: duckdb.DuckDBPyConnection, maker: Maker, node: Node, night: date) -> BuiltModel:
    begun = time.perf_counter()
    # In the order that the contract has them in, as dbt lays them.
    order = [name for name, _ in node.contract] if node.model.materialized == "table" else []
    rows = maker.make(node.model, night, order)
    breach = _breach(connection, node)
    return BuiltModel(
        node.name,
        node.path,
        seconds=round(time.perf_counter() - begun, 3),
        rows=rows,
        problems=(Problem(node.name, breach, node.model.of(night)),) if breach else (),
    )


def _breach(connection: duckdb.DuckDBPyConnection, node: Node) -> str:
    """What of a model isn't as its contract says, as text; empty where all is."""
    if not node.contract:
        return ""
    promised = connection.execute(
        "describe select " + ", ".join(f"null::{data_type} as {name}" for name, data_type in node.contract)
    ).fetchall()
    found = {name: kind for name, kind, *_ in connection.execute(f"describe main.{node.name}").fetchall()}
    wrong = [
        f"{name} is {found.get(name, 'missing')} where {kind} is promised"
        for name, kind, *_ in promised
        if found.get(name) != kind
    ]
    wrong += [f"{name} isn't promised" for name in found if name not in {name for name, *_ in promised}]
    return f"breaks its contract: {'; '.join(wrong)}" if wrong else ""


def _test(
    connection: duckdb.DuckDBPyConnection,
    maker: Maker,
    test: DataTest,
    built: dict[str, BuiltModel],
    night: date,
    *,
    stops: bool,
) -> None:
    """Run a test and tell of it with each of its models."""
    if any(built[name].skipped_for or built[name].could_not_be_built for name in test.models):
        return
    sql = test.of(night)
    try:
        said = _finds(connection, sql) if maker.can_find(test.needed) else ""
    except duckdb.Error as error:
        if stops:
            raise
        said = str(error)
    for name in test.models:
        built[name] = built[name].tested(Problem(test.name, said, sql) if said else None)
