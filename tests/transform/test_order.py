"""Of several rows that could be told, one is: the same in whatever order they lie, and none of a day to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb
import pytest

from evenhand.deciding.compiled import run_models
from evenhand.deciding.project import CompiledModel
from evenhand.deciding.rehearsal import Stage
from evenhand.policy.language.examples import Event
from evenhand.policy.load import load_pack, packs_in
from evenhand.settings import PROJECT
from made_once import shared_project
from transform.story import day, decided, versions


@dataclass(frozen=True)
class Decided:
    """What is shipped, on accounts of every feature, with the models' tables."""

    stage: Stage
    models: Sequence[CompiledModel]
    connection: duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def everything() -> Iterator[Decided]:
    nodes = shared_project().part(after_gate=False).models(what_tells=True)
    models = [replace(model, materialized="table") for model in nodes]
    stage = Stage([load_pack(path) for path in packs_in(PROJECT / "policies")])
    with duckdb.connect() as connection:
        stage.set(connection)
        _decide(connection, models, stage, threads=1, seed=0)
        for name, at_least in {"int_measures_in_force": 100, "rewards": 50}.items():
            ((rows,),) = connection.execute(f"select count(*) from main.{name}").fetchall()
            assert rows > at_least
        yield Decided(stage, models, connection)


def test_what_is_known_of_a_model_before_it_is_run_is_what_comes_of_it(everything: Decided) -> None:
    """It has the columns that it is said to have, and no row where none of a group of tables that it needs has one."""
    connection, looked_at, night = everything.connection, 0, everything.stage.last_day
    for model in everything.models:
        described = connection.execute(f"describe main.{model.name}").fetchall()
        assert [(name, kind) for name, kind, *_ in described] == list(model.columns), model.name
        for group in model.needed:
            sql = model.of(night)
            for table in group:
                schema, name = table.split(".")
                connection.execute(f"create or replace temp table {schema}_{name} as from {table} limit 0")
                sql = sql.replace(f'"{schema}"."{name}"', f"temp.{schema}_{name}")
            assert connection.execute(f"select count(*) from ({sql})").fetchall() == [(0,)], (model.name, group)
            looked_at += 1
    assert looked_at > 100


@pytest.mark.parametrize(
    "orders", [pytest.param([(2, 4)], id="once"), pytest.param([(1, 1), (3, 4)], marks=pytest.mark.soak, id="twice")]
)
def test_every_model_is_the_same_on_packs_of_every_feature(
    orders: Sequence[tuple[int, int]], everything: Decided
) -> None:
    connection, models = everything.connection, everything.models
    connection.execute("drop schema if exists wanted cascade")
    connection.execute("create schema wanted")
    for model in models:
        connection.execute(f"create table wanted.{model.name} as from main.{model.name}")
    for seed, threads in orders:
        _decide(connection, models, everything.stage, threads, seed)
        assert [model.name for model in models if _differs(connection, model.name)] == []


def test_a_measure_that_lasts_as_long_as_its_zone_tells_of_no_day_to_come(models: Sequence[CompiledModel]) -> None:
    strikes = {"rule": "strikes", "violation_types": ["spam"], "amount": 1, "lasts_days": 10}
    effect = {"measure": "no_live", "scope": "live", "while_in_zone": True}
    zones = [{"zone": "good"}, {"zone": "bad", "at_least": 1, "measures": [effect]}]
    packs = versions(
        {"measures": ["no_live"], "programmes": {"strikes": {"unit": "strike", "entries": [strikes], "zones": zones}}}
    )
    # Two strikes from 3 March on, of which one is over on 11 March.
    events = [Event(on=day(on), violation="spam") for on in ("03-01", "03-03")]
    told = "select as_of, on_day, value_before, value_after, starts_on from main.int_measures_in_force order by as_of"

    found = decided(models, packs, events, ["03-02", "03-05", "03-11"], told)

    rows = [row for row in found if row[0] in (day("03-02"), day("03-05"), day("03-11"))]
    assert rows == [
        (day("03-02"), day("03-01"), 0, 1, day("03-01")),
        (day("03-05"), day("03-03"), 1, 2, day("03-01")),
        (day("03-11"), day("03-11"), 2, 1, day("03-01")),
    ]


def _decide(
    connection: duckdb.DuckDBPyConnection, models: Sequence[CompiledModel], stage: Stage, threads: int, seed: int
) -> None:
    """Build each model, with the rows of its sources in another order for each seed."""
    connection.execute(f"set threads = {threads}")
    for schema, table in connection.execute(
        "select table_schema, table_name from information_schema.tables"
        " where table_schema in ('accepted', 'policy') and table_type = 'BASE TABLE'"
    ).fetchall():
        shuffled = f"select * from {schema}.{table} order by hash(rowid, {seed})"
        connection.execute(f"create or replace table {schema}.{table} as {shuffled}")
    run_models(connection, models, stage.last_day)


def _differs(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether a model's rows are others than those that were wanted, or not as many of each."""
    columns = [connection.execute(f"describe {schema}.{name}").fetchall() for schema in ("main", "wanted")]
    found = (
        "select * exclude (side), sum(side) as sides"
        f" from (select 1 as side, * from main.{name} union all select -1, * from wanted.{name})"
        " group by all having sum(side) <> 0 limit 1"
    )
    return columns[0] != columns[1] or connection.execute(found).fetchall() != []
