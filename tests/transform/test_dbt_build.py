"""The dbt project in a dbt process of its own: models, data tests and unit tests pass, without a warning."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from evenhand.deciding.build import build_after_gate, build_models
from evenhand.deciding.rehearsal import Stage
from evenhand.landing.accepted import create_accepted
from evenhand.landing.contracts import BY_NAME
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_all, load_packs
from evenhand.release.previous import create_released
from evenhand.release.publish import FILES
from made_once import shared_project

PROJECT = Path(__file__).parents[2]
NIGHT = date(2026, 3, 5)
# In the columns that every file of a feed has, and these. A document names a1 twice, and an appeal voids one of the
# two: it counts.
MORE_COLUMNS = {"violations": ("severity", "points"), "appeals": ("points",)}
ROWS: dict[str, list[tuple[str | None, ...]]] = {
    "creators": [
        ("a1", "world", "creator", "en", "2026-01-01"),
        ("a2", "world", "creator", "de", "2026-01-01"),
        ("a3", "world", "platform", "en", "2026-01-01"),
    ],
    "contents": [
        ("c1", "a1", "short_video", "2026-02-01"),
        ("c2", "a1", "live", None),
    ],
    "violations": [
        ("v1", "a1", "c1", "copyright", "b1", "2026-03-01", None, None),
        ("v2", "a1", "c2", "copyright", "b1", "2026-03-01", None, None),
        ("v3", "a1", None, "copyright", None, "2026-03-04", "grave", "2.5"),
        ("v4", "a3", None, "copyright", "b1", "2026-03-01", None, None),
    ],
    "appeals": [
        ("p1", "v1", "a1", "2026-03-02", "granted", "2026-03-03", None),
        ("p2", "v3", "a1", "2026-03-04", "pending", None, None),
    ],
    "activities": [
        ("d1", "a1", "training_passed", "2026-03-05", None, "v3", "c1", "copyright"),
        ("d2", "a2", "orders_delivered", "2026-03-05", "7.0", None, None, None),
    ],
    "metrics": [
        ("m1", "a1", "late_orders", "2026-03-05", "0.0425"),
        ("m2", "a2", "late_orders", "2026-03-05", None),
    ],
}
# What it makes of the project stays until its end: it looks for no garbage, and has one thread, as Python runs one at a
# time. Both take a fifth off.
DBT = "import gc; gc.disable(); from dbt.cli.main import cli; cli()"


@dataclass(frozen=True)
class Build:
    """What dbt left behind."""

    warehouse: Path
    manifest: dict[str, Any]
    results: list[dict[str, Any]]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("dbt")
    warehouse = folder / "warehouse.duckdb"
    compile_packs(load_packs(PROJECT / "policies"), warehouse)
    _accept(warehouse)
    return _build(warehouse, NIGHT)


def _build(warehouse: Path, night: date) -> Build:
    folder = warehouse.parent
    project = str(PROJECT / "dbt_project")
    done = subprocess.run(
        [
            *(sys.executable, "-c", DBT, "--warn-error", "build", "--no-partial-parse", "--threads", "1"),
            *("--vars", json.dumps({"night": str(night)}), "--project-dir", project, "--profiles-dir", project),
            *("--target-path", str(folder / "target"), "--log-level-file", "none"),
        ],
        cwd=folder,
        env=os.environ | {"EVENHAND_WAREHOUSE": str(warehouse), "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        pytest.fail(f"dbt build failed:\n{done.stdout}{done.stderr}", pytrace=False)
    return Build(
        warehouse,
        json.loads((folder / "target" / "manifest.json").read_text()),
        [
            result
            for result in json.loads((folder / "target" / "run_results.json").read_text())["results"]
            # There is nothing to do for them.
            if not result["unique_id"].startswith("exposure.")
        ],
    )


def test_every_test_and_unit_test_passes(build: Build) -> None:
    assert {result["status"] for result in build.results} == {"success", "pass"}
    run = {result["unique_id"] for result in build.results}
    assert run == {
        *(name for name, node in build.manifest["nodes"].items() if node["resource_type"] in ("model", "test")),
        *build.manifest["unit_tests"],
    }
    assert len(build.manifest["unit_tests"]) >= 91


def test_what_a_night_runs_is_what_dbt_builds(build: Build, tmp_path: Path) -> None:
    """The same tables and views with the same columns and rows, and every data test of the project."""
    warehouse = tmp_path / "warehouse.duckdb"
    compile_packs(load_packs(PROJECT / "policies"), warehouse)
    _accept(warehouse)

    build_models(warehouse, shared_project(), NIGHT, tmp_path / "models")
    build_after_gate(warehouse, shared_project(), NIGHT)

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f"attach '{build.warehouse}' as dbt (read_only)")
        for model in shared_project().nodes:
            kinds = connection.execute(
                "select table_type from information_schema.tables where table_schema = 'main' and table_name = ?",
                [model.name],
            ).fetchall()
            assert len(kinds) == 2 and len(set(kinds)) == 1, model.name
            here, there = f"main.{model.name}", f"dbt.main.{model.name}"
            columns = [connection.execute(f"describe {table}").fetchall() for table in (here, there)]
            assert columns[0] == columns[1], model.name
            rows = [connection.execute(f"from {table} order by all").fetchall() for table in (here, there)]
            assert rows[0] == rows[1], model.name
    run = {result["unique_id"].split(".")[2] for result in build.results if result["unique_id"].startswith("test.")}
    assert run == {test.name for node in shared_project().nodes for test in node.tests}


def test_the_data_tests_hold_whatever_packs_say(tmp_path: Path) -> None:
    """On all examples of all packs: what is always true of the example's pack need not be of others."""
    stage = Stage(load_all([PROJECT / "policies"]))
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        stage.set(connection)
        create_released(connection)

    report = build_models(warehouse, shared_project(), stage.last_day, tmp_path / "models")

    assert sum(model.tests for model in report.models) > 100


def test_the_rows_come_to_what_the_example_pack_says(build: Build) -> None:
    with duckdb.connect(str(build.warehouse), read_only=True) as connection:
        standings = connection.execute("select account_id, zone, balance from main.account_standings order by all")
        assert standings.fetchall() == [("a1", "limited", 2), ("a2", "good", 0)]
        penalties = connection.execute("select scope, measure, ends_on from main.penalties order by all")
        assert penalties.fetchall() == [
            ("account", "warning", date(2026, 3, 30)),
            ("campaign", "campaigns_closed", date(2026, 4, 2)),
            ("short_video", "publishing_paused", date(2026, 3, 10)),
        ]


def test_numbers_of_the_feeds_are_decimals(build: Build) -> None:
    with duckdb.connect(str(build.warehouse), read_only=True) as connection:
        quantities = connection.execute("select activity_id, quantity from main.stg_activities order by all")
        assert quantities.fetchall() == [("d1", 1), ("d2", 7)]
        values = connection.execute("select measurement_id, value from main.stg_metrics order by all")
        assert values.fetchall() == [("m1", Decimal("0.0425")), ("m2", None)]


def test_every_model_source_and_macro_says_what_it_is(build: Build) -> None:
    models = [node for node in build.manifest["nodes"].values() if node["resource_type"] == "model"]
    macros = [macro for macro in build.manifest["macros"].values() if macro["package_name"] == "evenhand"]
    # A test and an adapter's own spelling of a macro are told by their names.
    told = [macro for macro in macros if not macro["name"].startswith(("test_", "default__", "spark__"))]
    undescribed = [
        part["unique_id"]
        for part in (*models, *build.manifest["sources"].values(), *told)
        if not part["description"].strip()
    ]
    assert undescribed == []


def test_the_columns_described_are_those_of_the_tables(build: Build) -> None:
    parts = [
        *(node for node in build.manifest["nodes"].values() if node["resource_type"] == "model"),
        *build.manifest["sources"].values(),
    ]
    described = {
        (part["schema"], part["name"]): {
            (column["name"], column["data_type"].replace(" ", "").lower())
            for column in part["columns"].values()
            if column["description"].strip() and column["data_type"]
        }
        for part in parts
    }
    with duckdb.connect(str(build.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select schema_name, table_name, column_name, replace(lower(data_type), ' ', '') from duckdb_columns()"
            " where not internal and schema_name in ('main', 'accepted', 'arrivals', 'policy', 'released', 'wanted',"
            " 'emergencies', 'believed')"
        ).fetchall()
    tables: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for schema, table, column, data_type in found:
        tables.setdefault((schema, table), set()).add((column, data_type))
    assert described == tables


def test_what_models_are_built_on_is_under_contract(build: Build) -> None:
    open_ones = [
        node["name"]
        for node in build.manifest["nodes"].values()
        if node["resource_type"] == "model"
        # Staging is views that cast what the feeds' contracts promise.
        and node["config"]["materialized"] == "table"
        and not node["config"]["contract"]["enforced"]
    ]
    assert open_ones == []


def table_of(query: str) -> str:
    """The table that a file is written from; words of a comment aren't it."""
    found = re.search(r"\bfrom (\S+)", re.sub(r"--.*", "", query))
    assert found, query
    return found[1]


def test_what_is_released_is_exposed_and_nothing_is_computed_that_nobody_reads(build: Build) -> None:
    exposed = {name for exposure in build.manifest["exposures"].values() for name in exposure["depends_on"]["nodes"]}
    # What translations said, and say while other words wait, is put together by gate 2 from no model.
    released = {table_of(query) for name, query in FILES.items() if name != "translations.parquet"}
    # Notices are written from their facts after the build; quarantine is gate 1's, what is held back and why is gate
    # 2's, and by what a night is decided is no result of it.
    of_gates = {"quarantine.rows", "gate.held_rows", "wanted.changes", "wanted.list_sizes"}
    # Nor what is drawn for review and what reviews say: that is between the models and gate 2.
    others = {
        "main.notices",
        *("estimates.quality_estimates", "samples.qa_keys", "samples.qa_items"),
        *of_gates,
        *(name for name in released if name.startswith("deciders.")),
    }
    tables = {re.sub("^(main|wanted)[.]", "", name) for name in released - others} | {"notice_facts"}
    assert {f"model.evenhand.{table}" for table in tables} - exposed == set()
    unread = {
        name
        for name, children in build.manifest["child_map"].items()
        if name.startswith("model.") and not [child for child in children if child.startswith(("model.", "exposure."))]
    }
    # dbt's semantic layer asks for it.
    assert unread == {"model.evenhand.time_spine"}


def _accept(warehouse: Path) -> None:
    """What gate 1 would leave behind."""
    with duckdb.connect(str(warehouse)) as connection:
        create_accepted(connection)
        create_released(connection)
        for feed, rows in ROWS.items():
            columns = (*BY_NAME[feed].names_in_every_file, *MORE_COLUMNS.get(feed, ()))
            connection.executemany(
                f"insert into accepted.{feed} (landed_night, landed_file, landed_row, {', '.join(columns)})"
                f" values ('{NIGHT}', '{feed}.csv', 1, {', '.join('?' for _ in columns)})",
                rows,
            )
