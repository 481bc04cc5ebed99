"""Airflow's pools of one slot: what only one process may have at a time, whichever DAG or run its task is of.

    python -m evenhand.tasks.pools

makes them in Airflow's metadata. A task whose pool isn't there is never begun, so every set-up does that.
"""

from __future__ import annotations

LANDED = "landed_duckdb"
WAREHOUSE = "night_warehouse"
POOLS = {
    LANDED: "landed.duckdb, which one night at a time loads what has landed into",
    WAREHOUSE: "The DuckDB file of a night: whoever computes in it or looks at it",
}


def make_pools() -> None:
    """Make the pools; those that are there are as they should be afterwards."""
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session

    with create_session() as session:
        for name, description in POOLS.items():
            Pool.create_or_update_pool(name, 1, description, include_deferred=False, session=session)


if __name__ == "__main__":
    make_pools()
