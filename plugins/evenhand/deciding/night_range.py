"""Several nights out of one run of the models: what is in force on each of them, and the metrics of each.

The models are timelines (docs/decisions/0004-timelines-and-one-sequential-core.md): a run of the last night that was
also asked about the nights before it has all of them. Each has its accounts as they had landed by then; a row that
came late, or was corrected or withdrawn since, counts on all of them as it was known on the last. Metrics tell of what
isn't decided or carried out yet, and so are worked out of what had landed by each night.

In the warehouse: history.penalties, history.rewards, history.zones, history.metrics and history.feeds, with the night
as `as_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import duckdb

from evenhand.deciding.project import CompiledModel, Project
from evenhand.landing.accepted import newest_of_each_night
from evenhand.landing.contracts import FEEDS
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

METRICS = "operational_metrics"
# What metrics read of what was decided: the timeline of the run says it for all nights.
_TIMELINES = (
    "int_bonus_payments",
    "int_eligibility_periods",
    "int_ledger_entries",
    "int_measure_periods",
    "int_penalty_periods",
    "int_stays",
    "int_zone_periods",
)
# What those of them read that are estimates, and no model of metrics does.
_OF_ESTIMATES = ("int_qa_reviews_weighted", "stg_lives")
_RUN = "run"


def ask_about(connection: duckdb.DuckDBPyConnection, nights: Sequence[date]) -> None:
    """Have the models that lie in a database say of these nights, too, what is in force, and of accounts no more."""
    connection.execute("delete from policy.asked_nights")
    connection.execute(_SQL("ask"), {"nights": list(nights)})


def rows_in_force() -> Sql:
    """The rows of both lists on each night that the models in a database were asked about."""
    return _SQL("rows_in_force")


def lay_lists(warehouse: Path) -> None:
    """Write the lists and the zones of each night that the models were asked about, as the marts have them of one."""
    listed = _SQL("of_who_had_landed", rows=rows_in_force())
    standing = _SQL("of_who_had_landed", rows=Sql("select * from main.int_account_standings"))
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        connection.execute("create schema if not exists history")
        connection.execute(_SQL("penalties", listed=listed))
        connection.execute(_SQL("rewards", listed=listed))
        connection.execute(_SQL("zones", listed=standing))
        connection.commit()


def lay_metrics(
    warehouse: Path,
    project: Project,
    nights: Sequence[date],
    told: Callable[[duckdb.DuckDBPyConnection, date], str] = lambda *of: f"main.{METRICS}",
) -> None:
    """Write the metrics of each night, out of what had landed by then, and how many rows of each feed counted.

    Args:
        told: adds to what the models say of a night what none of them can, and returns the SQL of all metrics.
    """
    models = _of_metrics(project)
    with duckdb.connect() as connection:
        connection.execute(f"attach {quoted(warehouse)} as {_RUN}")
        connection.execute(f"create schema if not exists {_RUN}.history")
        _lay_versions(connection)
        for schema in ("policy", "arrivals", "emergencies"):
            connection.execute(f"create schema {schema}")
            for (table,) in connection.execute(
                "select table_name from duckdb_tables() where database_name = ? and schema_name = ?", [_RUN, schema]
            ).fetchall():
                connection.execute(f'create view {schema}."{table}" as from {_RUN}.{schema}."{table}"')
        for name in _TIMELINES:
            connection.execute(f"create view main.{name} as from {_RUN}.main.{name}")
        feeds = " union all ".join(
            f"select '{contract.feed}' as feed, count(*) as accepted from accepted.{contract.feed}"
            for contract in FEEDS
        )
        for night in nights:
            connection.execute("create or replace table versions.asked as select cast(? as date) as night", [night])
            for model in models:
                connection.execute(f"create or replace {model.materialized} main.{model.name} as {model.of(night)}")
            for table, rows in (
                ("metrics", f"from {told(connection, night)}"),
                ("feeds", f"select cast('{night}' as date) as as_of, * from ({feeds})"),
            ):
                begins = f"create or replace table {_RUN}.history.{table} as"
                goes_on = f"insert into {_RUN}.history.{table}"
                connection.execute(f"{begins if night == nights[0] else goes_on} {rows}")


def _of_metrics(project: Project) -> list[CompiledModel]:
    """The models that metrics are made of, but for what lies there already."""
    nodes = {node.name: node for node in project.nodes}
    wanted, open_ends = {METRICS, *_OF_ESTIMATES}, [METRICS, *_OF_ESTIMATES]
    while open_ends:
        for parent in nodes[open_ends.pop()].parents:
            if parent not in wanted and parent not in _TIMELINES:
                wanted.add(parent)
                open_ends.append(parent)
    return [node.model for node in project.nodes if node.name in wanted]


def _lay_versions(connection: duckdb.DuckDBPyConnection) -> None:
    """Every good version of every row with the nights on which it was the newest, and a view of those of the night."""
    for schema in ("versions", "accepted"):
        connection.execute(f"create schema {schema}")
    connection.execute("create table versions.asked (night date)")
    for contract in FEEDS:
        # Days are read of text once and not for each night, and rows that were newest on the same nights lie together.
        typed = ", ".join(
            f"cast({column.name} as date) as {column.name}" for column in contract.columns if column.type == "date"
        )
        versions = f"versions.{contract.feed}"
        rows = _SQL(
            "rows_that_count",
            columns=contract.column_names,
            candidates=f"{_RUN}.candidates.{contract.feed}",
            bad=f"{_RUN}.quarantine.bad",
            held_accounts=f"{_RUN}.held.accounts",
        )
        connection.execute(
            _SQL("lay_counted", rows_with_days=Sql(f"* replace ({typed})" if typed else "*"), rows_that_count=rows),
            {"feed": contract.feed},
        )
        narrow = _SQL("narrow", key=contract.key)
        connection.execute(
            _SQL(
                "lay_versions",
                versions=versions,
                key=contract.key,
                newest_of_each_night=newest_of_each_night(contract, narrow),
            )
        )
        connection.execute("drop table temp.counted")
        newest = _SQL("newest_known", columns=contract.column_names, versions=versions)
        connection.execute(f"create view accepted.{contract.feed} as {newest}")
        if contract.versions:
            known = _SQL("known_versions", columns=contract.column_names, versions=versions)
            connection.execute(f"create view accepted.{contract.versions} as {known}")
