"""Nights decided in one run are what they are decided one by one, out of what had landed by each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from evenhand.deciding.compiled import run_models
from evenhand.deciding.night_range import ask_about, lay_lists, lay_metrics
from evenhand.landing.accepted import accepted_as_of, create_emergencies, create_landed_rows
from evenhand.landing.contracts import FEEDS
from evenhand.landing.held_markets import create_held_markets
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs
from evenhand.quality.range_sizes import lay_range_sizes
from evenhand.sampling.estimate import metrics_of
from evenhand.settings import PROJECT
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import UNTIL, Plan
from made_once import shared_project

LAST = UNTIL
FIRST = LAST - timedelta(days=4)
NIGHTS = [FIRST + timedelta(days=days) for days in range((LAST - FIRST).days + 1)]
COMPARED = (FIRST, FIRST + timedelta(days=2), LAST)
WANTED = (
    "penalties",
    "rewards",
    "account_standings",
    "operational_metrics",
    "int_measures_in_force",
    "int_qa_reviews_weighted",
)
# The day that a row is of. What lands later is late, and known to all nights of the run.
DAY_OF = {
    "contents": "published_on",
    "lives": "on_day",
    "user_reports": "reported_on",
    "violations": "greatest(detected_on, decided_on, notified_on)",
}


@dataclass(frozen=True)
class Runs:
    """The warehouse of the run over all nights, and the tables of each night decided by itself, as `night_<D>`."""

    warehouse: Path
    alone: duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    folder = tmp_path_factory.mktemp("marketplace")
    simulate(Plan(creators=150, nights=50), folder / "landing", lambda made: None)
    warehouse = folder / "warehouse.duckdb"
    models = shared_project().models(what_tells=True, leading_to=WANTED)
    compile_packs(load_packs(PROJECT / "policies"), warehouse)
    with duckdb.connect(str(warehouse), config={"threads": 1}) as connection:
        _lay_landed(connection, folder / "landing")
        _accept(connection, LAST)
    with duckdb.connect(str(warehouse)) as connection:
        ask_about(connection, [FIRST - timedelta(days=1), *NIGHTS])
    with duckdb.connect(str(warehouse), config={"threads": 1}) as connection:
        run_models(connection, models, LAST)
    lay_lists(warehouse)
    lay_metrics(warehouse, shared_project(), NIGHTS, metrics_of)
    with duckdb.connect(config={"threads": 1}) as alone:
        alone.execute(f"attach '{warehouse}' as run (read_only)")
        for schema in ("policy", "arrivals", "emergencies"):
            alone.execute(f"create schema {schema}")
            for (name,) in alone.execute(
                "select table_name from duckdb_tables() where database_name = 'run' and schema_name = ?", [schema]
            ).fetchall():
                alone.execute(f"create table {schema}.{name} as from run.{schema}.{name}")
        alone.execute("delete from policy.asked_nights")
        for night in COMPARED:
            alone.execute("drop schema if exists accepted cascade")
            _accept(alone, night, "run.")
            run_models(alone, models, night)
            alone.execute(f'create schema "{night}"')
            for name in WANTED:
                told = metrics_of(alone, night) if name == "operational_metrics" else f"main.{name}"
                alone.execute(f'create table "{night}".{name} as from {told}')
        alone.execute("detach run")
        yield Runs(warehouse, alone)


def _lay_landed(connection: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """What gate 1 would have looked at, but for what came late or was corrected."""
    create_held_markets(connection)
    create_emergencies(connection)
    for statement in create_landed_rows():
        connection.execute(statement)
    connection.execute("create schema candidates")
    connection.execute("create schema quarantine")
    connection.execute("create table quarantine.bad (feed varchar, landed_file varchar, landed_row bigint)")
    for contract in FEEDS:
        columns = ", ".join(f"{name} varchar" for name in contract.column_names)
        connection.execute(
            f"create table candidates.{contract.feed}"
            f" (landed_night date, landed_file varchar, landed_row bigint, {columns})"
        )
        files = f"{landing / contract.feed}/*/*/*.parquet"
        if any((landing / contract.feed).glob("*/*/*.parquet")):
            connection.execute(
                f"""insert into candidates.{contract.feed} by name
                select * exclude (night, source, filename, file_row_number), night as landed_night,
                    filename as landed_file, file_row_number as landed_row
                from read_parquet('{files}', filename = true, file_row_number = true, hive_types = {{'night': date}})
                """
            )
        if day := DAY_OF.get(contract.feed):
            connection.execute(f"delete from candidates.{contract.feed} where landed_night > cast({day} as date)")


def _accept(connection: duckdb.DuckDBPyConnection, night: date, warehouse: str = "") -> None:
    connection.execute("create schema accepted")
    for contract in FEEDS:
        for table, rows in accepted_as_of(contract, night, warehouse).items():
            connection.execute(f"create table accepted.{table} as {rows}")


@pytest.mark.parametrize(
    ("of_the_run", "of_one", "columns", "at_least"),
    [
        (
            "penalties",
            "penalties join (select row_key, prevails from {night}.int_measures_in_force"
            " where list = 'penalties' and as_of = date '{day}') using (row_key)",
            "row_key, account_id, market, programme, scope, measure, starts_on, ends_on, prevails",
            5,
        ),
        (
            "rewards",
            "rewards",
            "row_key, account_id, market, programme, scope, reward, amount, starts_on, ends_on",
            200,
        ),
        (
            "zones",
            "(select programme, zone, zone_rank, count(*) as accounts from {night}.account_standings group by all)",
            "programme, zone, zone_rank, accounts",
            10,
        ),
        (
            "metrics",
            "operational_metrics",
            "metric, market, slice, slice_value, numerator, denominator, figure, sample, is_enough",
            500,
        ),
    ],
)
def test_nights_of_one_run_are_what_they_are_one_by_one(
    runs: Runs, of_the_run: str, of_one: str, columns: str, at_least: int
) -> None:
    with duckdb.connect(str(runs.warehouse), read_only=True) as connection:
        for night in COMPARED:
            schema = f'"{night}"'
            source = of_one.format(night=schema, day=night)
            alone = runs.alone.execute(
                f"select {columns} from {source if source.startswith('(') else f'{schema}.{source}'} order by all"
            ).fetchall()
            together = connection.execute(
                f"select {columns} from history.{of_the_run} where as_of = ? order by all", [night]
            ).fetchall()
            assert len(alone) >= at_least
            assert set(together) - set(alone) == set(), f"only in the run over all nights, of {night}"
            assert set(alone) - set(together) == set(), f"only in {night} by itself"
            assert together == alone


def test_what_is_the_last_nights_alone_is_left_as_a_night_has_it(runs: Runs) -> None:
    with duckdb.connect(str(runs.warehouse), read_only=True) as connection:
        nights = connection.execute("select distinct as_of from main.account_standings").fetchall()
    assert nights == [(LAST,)]


def test_sizes_of_lists_go_from_one_night_to_the_next(runs: Runs) -> None:
    with duckdb.connect(str(runs.warehouse)) as connection:
        connection.execute("create schema if not exists gate")
        connection.execute("create or replace table gate.limits as select '' as market, 4 as usual_spreads")
    assert lay_range_sizes(runs.warehouse, NIGHTS) == {}
    with duckdb.connect(str(runs.warehouse), read_only=True) as connection:
        # What time left, what landed and what people did come to what there is.
        assert (
            connection.execute(
                "from history.list_sizes where rows != left_by_time + by_emergency + added - removed"
            ).fetchall()
            == []
        )
        for name in ("penalties", "rewards"):
            found = connection.execute(
                "select as_of, sum(rows), sum(released) from history.list_sizes where list = ? group by all order by 1",
                [name],
            ).fetchall()
            assert [night for night, _, _ in found] == NIGHTS
            assert [rows for _, rows, _ in found[:-1]] == [released for _, _, released in found[1:]]
        ((by_data,),) = connection.execute("select sum(added + removed + changed) from history.list_sizes").fetchall()
        assert by_data > 0
