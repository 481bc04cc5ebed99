"""A simulated marketplace as accepted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.accepted import create_accepted
from evenhand.landing.contracts import BY_NAME
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs
from evenhand.release.previous import create_released
from evenhand.settings import PROJECT
from evenhand.simulation.marketplace import FEEDS, simulate
from evenhand.simulation.plan import Plan

NIGHT = date(2026, 10, 31)


@contextmanager
def marketplace_of(home: Path, seed: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """The newest version of every row that landed, as accepted; the truth as a view."""
    simulate(Plan(creators=5000, nights=45, until=NIGHT, seed=seed), home / "landing", lambda made: None)
    warehouse = home / "warehouse.duckdb"
    compile_packs(load_packs(PROJECT / "policies"), warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        create_accepted(connection)
        create_released(connection)
        for feed in FEEDS:
            key = BY_NAME[feed].key
            files = f"read_parquet('{home}/landing/{feed}/*/*/*.parquet', hive_partitioning = true)"
            connection.execute(
                f"insert into accepted.{feed} by name select * exclude (source) rename (night as landed_night)"
                f" from {files} qualify row_number() over (partition by {key} order by night desc) = 1"
            )
            connection.execute(f"delete from accepted.{feed} where withdrawn is not null")
        connection.execute(f"create temp view truth as from '{home / 'simulation_truth.parquet'}'")
        yield connection
