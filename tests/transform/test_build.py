"""A night's models are built from what dbt compiled: what fails names itself, and what reads it is skipped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from deployment.compose import make_read_only
from deployment.stack import unprivileged
from evenhand.deciding.build import ModelsFailed, build_after_gate, build_models, check_after_gate
from evenhand.deciding.compiled import compiled_project, fingerprint, is_compiled
from evenhand.deciding.project import CompiledModel, DataTest, Node, Project
from evenhand.deciding.report import BuildReport
from evenhand.landing.accepted import create_accepted
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs
from evenhand.release.previous import create_released
from evenhand.settings import PROJECT
from made_once import shared_compiled, shared_project

NIGHT = date(2026, 3, 5)


@dataclass(frozen=True)
class Built:
    """A warehouse whose models were built, and what is told of it."""

    warehouse: Path
    folder: Path
    report: BuildReport


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night's warehouse in which nothing has landed; for copying."""
    path = tmp_path_factory.mktemp("empty") / "warehouse.duckdb"
    compile_packs(load_packs(PROJECT / "policies"), path)
    with duckdb.connect(str(path)) as connection:
        create_accepted(connection)
        create_released(connection)
    return path


@pytest.fixture(scope="module")
def built(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The same with all models; for copying."""
    folder = tmp_path_factory.mktemp("built")
    warehouse = Path(shutil.copy(empty, folder))
    return Built(warehouse, folder / "models", build_models(warehouse, shared_project(), NIGHT, folder / "models"))


@pytest.fixture
def warehouse(empty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty, tmp_path))


def test_all_models_are_built_and_tested(built: Built) -> None:
    report = built.report
    nodes = shared_project().part(after_gate=False).nodes
    assert [model.name for model in report.models] == [node.name for node in nodes]
    assert not [model for model in report.models if model.problems or model.skipped_for]
    tests = {test.name for node in nodes for test in node.tests}
    assert len(tests) > 100
    assert sum(model.tests for model in report.models) >= len(tests)
    page = (built.folder / "index.html").read_text()
    assert "All 102 models were built, and their tests passed." in page
    for model in report.models:
        assert f"<td>{model.name}<" in page


def test_no_outer_join_holds_every_row_against_every_other(built: Built) -> None:
    """DuckDB does where a condition has both sides in one expression, as an `or` has, is of the first side alone, or
    has nothing that rows can be sorted by, as a `<>` hasn't."""
    found = []
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        # Of few rows it holds each against each wherever they could be sorted, and here there are none.
        connection.execute("set nested_loop_join_threshold = 0; set merge_join_threshold = 0")
        assert not _holds_every_row(connection, "from range(0) a left join range(0) b on a.range < b.range")
        assert _holds_every_row(connection, "from range(0) a left join range(0) b on a.range <> b.range")
        assert _holds_every_row(connection, "from range(0) a left join range(0) b on a.range = b.range or a.range = 1")
        for model in shared_project().models():
            if _holds_every_row(connection, model.of(NIGHT)):
                found.append(model.name)
    assert found == []


def _holds_every_row(connection: duckdb.DuckDBPyConnection, sql: str) -> bool:
    """Whether a join of it does, but for one that says so itself (`cross join`)."""
    (plan,) = connection.execute(f"explain (format json) {sql}").fetchall()
    return "BLOCKWISE_NL_JOIN" in plan[1] or "NESTED_LOOP_JOIN" in plan[1]


def test_what_comes_after_gate_2_is_built_and_tested_then_and_not_before(built: Built, tmp_path: Path) -> None:
    warehouse = Path(shutil.copy(built.warehouse, tmp_path))
    with duckdb.connect(str(warehouse)) as connection:
        views = connection.execute("select view_name from duckdb_views() where view_name = 'notice_facts'")
        assert views.fetchall() == []

    build_after_gate(warehouse, shared_project(), NIGHT)

    assert check_after_gate(warehouse, shared_project(), NIGHT) == 0
    failing = (DataTest("never_right", ("notice_facts",), "select 1"),)
    wrong = _with(shared_project(), "notice_facts", lambda node: replace(node, tests=failing))
    said = "notice_facts, test never_right failed: 1 row that it should not find"
    with pytest.raises(ModelsFailed, match=said):
        check_after_gate(warehouse, wrong, NIGHT)
    broken = _with(shared_project(), "notice_facts", lambda node: replace(node, model=_sql(node.model, "nonsense")))
    with pytest.raises(ModelsFailed, match="notice_facts failed: Parser Error"):
        build_after_gate(warehouse, broken, NIGHT)


def test_a_model_whose_sql_fails_is_named_with_its_error_and_its_sql_and_what_reads_it_is_skipped(
    warehouse: Path, tmp_path: Path
) -> None:
    wrong = "select cast('<b>none</b>' as integer) as x, date '1583-02-28' as night"
    project = _with(
        shared_project(),
        "int_zone_measure_periods",
        lambda node: replace(node, model=_sql(node.model, wrong), contract=()),
    )

    with pytest.raises(ModelsFailed) as failed:
        build_models(warehouse, project, NIGHT, tmp_path / "models")

    said = str(failed.value)
    first, file, *_ = said.splitlines()[0], next(line for line in said.splitlines() if "Its file" in line)
    assert first.startswith(
        "int_zone_measure_periods failed: Conversion Error: Could not convert string '<b>none</b>' to INT32"
    )
    assert "dbt_project/models/intermediate/enforcement/int_zone_measure_periods.sql" in file
    # For the night that it was run for, so that it can be run again as it is.
    assert Path(file.rpartition(": ")[2]).read_text() == wrong.replace("1583-02-28", str(NIGHT))
    assert "1 of 102 models failed, and" in said
    models = json.loads((tmp_path / "models" / "models.json").read_text())["models"]
    skipped = {model["name"] for model in models if model["skipped_for"]}
    assert {"int_measure_periods", "int_measures_in_force", "penalties", "reasons"} <= skipped
    assert {model["name"] for model in models if model["problems"]} == {"int_zone_measure_periods"}
    page = (tmp_path / "models" / "index.html").read_text()
    assert "1 of 102 models failed" in page
    assert "<b>none</b>" not in page
    assert skipped.isdisjoint(_tables(warehouse))


def test_several_that_fail_are_all_named(warehouse: Path, tmp_path: Path) -> None:
    project = _with(
        shared_project(),
        "int_programme_values_from_metric",
        lambda node: replace(node, model=_sql(node.model, "nonsense")),
    )
    project = _with(
        project, "int_qa_reviews_weighted", lambda node: replace(node, model=_sql(node.model, "select 1 as none"))
    )

    with pytest.raises(ModelsFailed) as failed:
        build_models(warehouse, project, NIGHT, tmp_path / "models")

    assert "int_programme_values_from_metric failed: Parser Error" in str(failed.value)
    assert "2 of 102 models failed" in str(failed.value)


def test_a_model_that_breaks_its_contract_fails(warehouse: Path, tmp_path: Path) -> None:
    def otherwise(node: Node) -> Node:
        (first, _), *others = node.contract
        return replace(node, contract=((first, "blob"), *others[:-1]))

    with pytest.raises(ModelsFailed, match=r"penalties failed: breaks its contract: \w+ is VARCHAR where BLOB is prom"):
        build_models(warehouse, _with(shared_project(), "penalties", otherwise), NIGHT, tmp_path / "models")


def test_a_data_test_that_finds_rows_fails_its_models_and_what_reads_them_is_skipped(
    warehouse: Path, tmp_path: Path
) -> None:
    def failing(node: Node) -> Node:
        return replace(node, tests=(*node.tests, DataTest("never_right", (node.name,), "from range(1801)")))

    with pytest.raises(ModelsFailed) as failed:
        build_models(warehouse, _with(shared_project(), "int_measure_periods", failing), NIGHT, tmp_path / "models")

    assert "int_measure_periods, test never_right failed: 1,801 rows that it should not find" in str(failed.value)
    models = json.loads((tmp_path / "models" / "models.json").read_text())["models"]
    assert "penalties" in {model["name"] for model in models if model["skipped_for"] == ["int_measure_periods"]}


def test_a_test_that_cannot_be_run_is_told_as_one_that_failed(warehouse: Path, tmp_path: Path) -> None:
    def broken(node: Node) -> Node:
        return replace(node, tests=(DataTest("broken", (node.name,), "select * from nowhere"),))

    with pytest.raises(
        ModelsFailed, match="int_measure_periods, test broken failed: Catalog Error: Table with name nowhere"
    ):
        build_models(warehouse, _with(shared_project(), "int_measure_periods", broken), NIGHT, tmp_path / "models")


def test_what_an_earlier_build_left_is_gone_or_replaced(built: Built, tmp_path: Path) -> None:
    warehouse = Path(shutil.copy(built.warehouse, tmp_path))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table main.no_more as select 1 as x")
        connection.execute("drop table main.penalties")
        connection.execute("create view main.penalties as select 2 as x")
    build_models(warehouse, shared_project(), NIGHT, tmp_path / "models")
    assert "no_more" not in _tables(warehouse)

    project = _with(shared_project(), "penalties", lambda node: replace(node, model=_sql(node.model, "nonsense")))
    with pytest.raises(ModelsFailed):
        build_models(warehouse, project, NIGHT, tmp_path / "models")
    assert {"penalties", "rewards"} & _tables(warehouse) == {"rewards"}


def test_a_build_that_ends_before_its_report_leaves_none_of_an_earlier_one(built: Built, tmp_path: Path) -> None:
    shutil.copytree(built.folder, tmp_path / "models")
    with pytest.raises(duckdb.IOException):
        build_models(tmp_path / "none" / "warehouse.duckdb", shared_project(), NIGHT, tmp_path / "models")
    assert not (tmp_path / "models").exists()


@pytest.mark.real
def test_the_project_is_compiled_again_where_what_lies_there_does_not_fit(tmp_path: Path) -> None:
    """As the image has it: the project is for reading, and nothing is written but in the data folder."""
    target = tmp_path / "data" / "dbt"
    target.mkdir(parents=True)
    kept = target / "compiled.json"
    for content in ("{", json.dumps({"fingerprint": "of another project", "nodes": []}), "[]"):
        kept.write_text(content)
        assert not is_compiled(target)
    image = tmp_path / "evenhand"
    for folder in ("dbt_project", "plugins"):
        shutil.copytree(PROJECT / folder, image / folder, ignore=shutil.ignore_patterns("target", "__pycache__"))
    make_read_only(image)
    as_in_the_image = {
        **{"EVENHAND_HOME": str(tmp_path / "data"), "PYTHONPATH": str(image / "plugins")},
        **{"PATH": os.defpath, "HOME": str(image), "PYTHONDONTWRITEBYTECODE": "1"},
    }

    compiling = unprivileged([sys.executable, "-m", "evenhand.deciding.compiled"])
    run = subprocess.run(compiling, cwd=image, env=as_in_the_image, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
    assert is_compiled(target)
    before = kept.stat()
    assert compiled_project(target) == shared_project()
    assert (kept.stat().st_mtime_ns, kept.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.parametrize(
    "file",
    ["dbt_project.yml", "models/marts/lists/penalties.sql", "models/marts/lists/penalties.yml", "macros/days.sql"],
)
def test_every_file_of_the_project_counts_in_its_fingerprint(tmp_path: Path, file: str) -> None:
    copy = tmp_path / "dbt_project"
    shutil.copytree(PROJECT / "dbt_project", copy)
    assert fingerprint(copy) == fingerprint()
    (copy / file).write_text((copy / file).read_text() + "\n")
    assert fingerprint(copy) != fingerprint()
    (copy / file).rename(copy / "elsewhere.sql")
    assert fingerprint(copy) != fingerprint()


def test_what_is_compiled_is_for_every_night() -> None:
    model = next(node.model for node in shared_project().nodes if node.model.of(NIGHT) != node.model.sql)
    assert str(NIGHT) in model.of(NIGHT)
    assert (shared_compiled() / "compiled.json").exists()


def _with(project: Project, name: str, change: Callable[[Node], Node]) -> Project:
    return Project(tuple(change(node) if node.name == name else node for node in project.nodes))


def _sql(model: CompiledModel, sql: str) -> CompiledModel:
    return replace(model, sql=sql, needed=())


def _tables(warehouse: Path) -> set[str]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where not internal and schema_name = 'main'"
            ).fetchall()
        }
