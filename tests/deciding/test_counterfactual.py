"""What lies in the scratch in which it is asked what lists would be."""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.deciding import making
from evenhand.deciding.counterfactual import what_if
from evenhand.deciding.project import CompiledModel
from evenhand.deciding.provenance import DECIDED, keep_deciders
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs
from made_once import shared_project
from policy.packs import write


def test_rules_of_an_earlier_version_of_a_held_market_make_way_for_those_of_today(tmp_path: Path) -> None:
    """The first night after an upgrade on which a market was held stopped all: its limits had a column less."""
    (tmp_path / "packs").mkdir()
    write(tmp_path / "packs")
    packs = load_packs(tmp_path / "packs")
    (market,) = packs[0].pack.markets
    release, warehouse = tmp_path / "release", tmp_path / "warehouse.duckdb"
    release.mkdir()
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema held")
        connection.execute(f"create table held.markets as select '{market}' as market")
        limits = "market varchar, effective_from date, effective_until date, usual_spreads decimal(18, 2)"
        connection.execute(
            f"copy (select 'limits' as rules, '{limits}' as columns, ['{market}', '2026-01-01', null, '4'] as fields)"
            f" to '{release}/rules.parquet' (format parquet)"
        )

    with what_if(warehouse, tmp_path / "scratch.duckdb") as asked:
        asked.lay_rules_of(release)
        earlier = asked.execute("select count(*) from policy.limits")
        asked.lay_packs(packs, {})
        asked.lay_packs(packs, {})

        assert earlier == [(1,)]
        # What people need to impose and lift measures themselves stays; nothing else of it does.
        assert asked.execute("select count(*) from policy.limits") == [(len(packs),)]
        assert asked.execute("select count(*) from policy.zones") == [(0,)]


def test_models_with_many_rows_are_committed_as_they_come_and_those_of_a_run_that_failed_make_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many rows a model has is known to those that read it only once they are committed."""
    monkeypatch.setattr(making, "ROWS_OF_A_COMMIT", 10)
    few, many = (CompiledModel(f"of_{rows}", "table", f"select unnest(range({rows})) as row") for rows in (10, 11))
    fails = CompiledModel("fails", "table", "from nowhere")
    (tmp_path / "packs").mkdir()
    write(tmp_path / "packs")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create schema held")
        connection.execute("create table held.markets (market varchar)")

    with what_if(tmp_path / "warehouse.duckdb", tmp_path / "scratch.duckdb") as asked:
        asked.lay_packs(load_packs(tmp_path / "packs"), {})
        built = []
        for models in ([few, fails], [many, fails], [few, many]):
            with contextlib.suppress(duckdb.Error):
                asked.decide(models, date(2026, 3, 1))
            found = asked.execute("select table_name from duckdb_tables() where schema_name = 'main' order by all")
            built.append([name for (name,) in found])

    assert built == [[], ["of_11"], ["of_10", "of_11"]]


def test_models_of_tonight_that_lead_to_some_are_those_that_the_project_says(tmp_path: Path) -> None:
    project, packs = shared_project(), tmp_path / "packs"
    packs.mkdir()
    write(packs)
    compile_packs(load_packs(packs), tmp_path / "warehouse.duckdb")
    keep_deciders(tmp_path / "warehouse.duckdb", project, packs)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create schema held")
        connection.execute("create table held.markets (market varchar)")

    with what_if(tmp_path / "warehouse.duckdb", tmp_path / "scratch.duckdb") as asked:
        assert asked.models_of_tonight() == project.models(leading_to=DECIDED)
        for names in (("penalties",), ("int_rewards_in_force", "stg_creators"), ()):
            assert asked.models_of_tonight(leading_to=names) == project.models(leading_to=names)


def test_models_in_a_warehouse_of_earlier_code_are_run_whatever_they_need(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create schema held")
        connection.execute("create table held.markets (market varchar)")
        connection.execute("create schema deciders")
        told = "select 0 as position, 'penalties' as name, 'table' as materialized, 'select 1 as row' as sql"
        connection.execute(f"create table deciders.models as {told}")

    with what_if(tmp_path / "warehouse.duckdb", tmp_path / "scratch.duckdb") as asked:
        assert asked.models_of_tonight() == [CompiledModel("penalties", "table", "select 1 as row")]


def test_of_the_accounts_of_markets_are_those_too_that_were_in_one_before(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create schema held")
        connection.execute("create table held.markets (market varchar)")
        connection.execute("create schema accepted")
        now = "values ('a', 'SG'), ('b', 'ID'), ('c', 'ID'), ('d', 'VN')"
        connection.execute(f"create table accepted.creators as from ({now}) as now(account_id, market)")
        before = f"{now}, ('b', 'SG'), ('d', 'ID')"
        connection.execute(f"create table accepted.creator_versions as from ({before}) as known(account_id, market)")

    with what_if(tmp_path / "warehouse.duckdb", tmp_path / "scratch.duckdb") as asked:
        asked.execute("create schema accepted")
        for name in ("creators", "creator_versions"):
            asked.execute(f"create view accepted.{name} as from tonight.accepted.{name}")
        asked.lay_accounts_of(["SG"])

        assert asked.execute("select * from accepted.creators order by all") == [("a", "SG"), ("b", "ID")]
        # What it was elsewhere is decided with it.
        assert asked.execute("select * from accepted.creator_versions order by all") == [
            ("a", "SG"),
            ("b", "ID"),
            ("b", "SG"),
        ]
