"""Airflow's pool of one slot: what only one process may have at a time, whichever DAG or run its task is of.

    python -m evenhand.tasks.pools [--migrate]

makes it in Airflow's metadata, of which `--migrate` makes the tables first, or brings them to this release of Airflow.
A task whose pool isn't there is never begun, so every set-up does that. It is one for all DuckDB files, for a task is
of one pool alone, and to load what has landed writes to two of them.
"""

from __future__ import annotations

import sys

from evenhand.records.imports import look_seldom_for_garbage

WAREHOUSE = "night_warehouse"
POOLS = {
    WAREHOUSE: "landed.duckdb and the DuckDB file of a night: whoever loads, computes in it or looks at it",
}


def migrate() -> None:
    """Do what `airflow db migrate` does, in this process: half of that command's time is the import of Airflow."""
    from airflow.__main__ import main

    sys.argv = ["airflow", "db", "migrate"]
    main()  # type: ignore[no-untyped-call]


def make_pools() -> None:
    """Make the pools; those that are there are as they should be afterwards."""
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session

    with create_session() as session:
        for name, description in POOLS.items():
            Pool.create_or_update_pool(name, 1, description, include_deferred=False, session=session)


if __name__ == "__main__":
    look_seldom_for_garbage()
    if "--migrate" in sys.argv:
        migrate()
    make_pools()
