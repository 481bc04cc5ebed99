"""Describe a night for its manifest, from the warehouse that its files were written from.

Longer than other files, for it has a query for each part of the manifest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import duckdb

from evenhand.landing.contracts import FEEDS
from evenhand.policy.measures_order import MEASURES_ORDER
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.manifest import (
    DELIVERIES,
    FORMAT,
    CauseCount,
    FeedCounts,
    FirstNight,
    ForgottenFile,
    HeldBack,
    HeldList,
    HeldMarket,
    History,
    KnownEmergency,
    LastRelease,
    Manifest,
    MeasureChanges,
    Metric,
    Notices,
    Power,
    Quarantined,
    ReleasedFile,
    ReleasedPack,
    Reversed,
    StageCount,
    WordWithoutEffect,
    ZoneCount,
)
from evenhand.release.quality_samples import BUDGETS, ITEMS, METRICS
from evenhand.release.rows import COMPARED

_SQL = SqlFile(__file__)


def describe(
    connection: duckdb.DuckDBPyConnection,
    night: date,
    files: dict[str, ReleasedFile],
    code: Mapping[str, Any],
    reversed_by: Reversed | None,
    history: History | None = None,
) -> Manifest:
    """The manifest of the night's files, with its release_id."""
    return Manifest(
        format=FORMAT,
        night=night,
        known_at=night,
        files=files,
        code=code,
        packs=tuple(
            ReleasedPack(**row)
            for row in _rows(connection, "select distinct pack, version, sha256 from policy.packs order by all")
        ),
        measures_order=_measures_order(connection),
        feeds={contract.feed: _feed_counts(connection, contract.feed) for contract in FEEDS},
        quarantined=tuple(Quarantined(**row) for row in _rows(connection, _SQL("quarantined"))),
        words_without_effect=tuple(WordWithoutEffect(**row) for row in _rows(connection, _SQL("words_without_effect"))),
        held_back=tuple(HeldBack(**row) for row in _rows(connection, _SQL("held_back"))),
        held_lists=tuple(
            HeldList(**row) for row in _rows(connection, _SQL("held_lists", kept=_kept("last")), {"night": night})
        ),
        held_markets=tuple(
            HeldMarket(**row) for row in _rows(connection, _SQL("held_markets", kept=_kept("kept")), {"night": night})
        ),
        causes=tuple(CauseCount(**row) for row in _rows(connection, _SQL("causes"))),
        power=tuple(Power(**row) for row in _rows(connection, "from gate.power order by list, market")),
        compared=COMPARED,
        not_compared=tuple(
            row["column"] for row in _rows(connection, 'select distinct "column" from gate.not_compared order by all')
        ),
        receivers=approved_receivers(connection),
        review_budgets=None if history else approved_budgets(connection),
        time_zone=_time_zone(connection),
        targets=_beside_packs(connection, "targets"),
        named_days=_beside_packs(connection, "named_days"),
        zones=tuple(ZoneCount(**row) for row in _rows(connection, _SQL("zones"))),
        penalties=penalty_changes_of_history(connection, night)
        if history
        else _penalty_changes(connection, Sql("wanted.penalties"), Sql("released.last_penalties")),
        stages=tuple(StageCount(**row) for row in _rows(connection, _SQL("stages"))),
        metrics=tuple(Metric(**row) for row in _rows(connection, _SQL("metrics", metrics=Sql(METRICS)))),
        notices=tuple(Notices(**row) for row in _rows(connection, _SQL("notices"))),
        told_since=next((LastRelease(**row) for row in _rows(connection, "from released.told_since")), None),
        follows=follows_in(history, night)
        or next((row["night"] for row in _rows(connection, "from released.last_release")), None),
        reversed=reversed_by,
        first_nights=_first_nights(connection),
        history=history,
        told_before=next((row["release_id"] for row in _rows(connection, "from released.told_before")), None),
        emergencies=tuple(
            KnownEmergency(**row)
            for row in _rows(
                connection, "select distinct emergency_id as emergency, sha256 from emergencies.known order by all"
            )
        ),
        forgotten=tuple(ForgottenFile(**row) for row in _rows(connection, _SQL("forgotten"))),
        inputs={
            row["landed_file"]: row["sha256"]
            for row in _rows(
                connection,
                "select landed_file, sha256 from landing.files order by landed_file",
            )
        },
    ).named()


def follows_in(history: History | None, night: date) -> date | None:
    """The night before, of those that were decided in one go; None of the first of them, and of any other night."""
    return night - timedelta(days=1) if history and history.since < night else None


def penalty_changes_of_history(connection: duckdb.DuckDBPyConnection, night: date) -> tuple[MeasureChanges, ...]:
    """Penalties by measure against the night before, of nights that were decided in one go."""
    of = "(from history.penalties where as_of = {})"
    return _penalty_changes(
        connection, *(Sql(of.format(f"date {quoted(each)}")) for each in (night, night - timedelta(days=1)))
    )


def _penalty_changes(connection: duckdb.DuckDBPyConnection, tonight: Sql, before: Sql) -> tuple[MeasureChanges, ...]:
    found = _rows(connection, _SQL("penalty_changes", tonight=tonight, before=before))
    return tuple(MeasureChanges(**row) for row in found)


def _first_nights(connection: duckdb.DuckDBPyConnection) -> tuple[FirstNight, ...]:
    # A warehouse of an earlier version doesn't say.
    is_said = "from duckdb_tables() where schema_name = 'gate' and table_name = 'first_nights'"
    if not connection.execute(is_said).fetchone():
        return ()
    return tuple(FirstNight(**row) for row in _rows(connection, "from gate.first_nights order by market"))


def approved_receivers(connection: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
    """What the next night compares with: each receiver as it is, but as it was where its delivery is held."""
    found = connection.execute(_SQL("approved_receivers"), {"deliveries": DELIVERIES}).fetchall()
    return {name: json.loads(config) for name, config in found if config is not None} if found else None


def approved_budgets(connection: duckdb.DuckDBPyConnection) -> dict[str, int] | None:
    """What the next night draws by: tonight's budgets, but as they were where another isn't approved."""
    # A night that an earlier version validated doesn't say.
    is_there = "from duckdb_tables() where schema_name = 'samples' and table_name = ?"
    if not connection.execute(is_there, [BUDGETS]).fetchone():
        return None
    return dict(connection.execute(_SQL("approved_budgets"), {"items": ITEMS}).fetchall())


def _time_zone(connection: duckdb.DuckDBPyConnection) -> str | None:
    # A warehouse of an earlier version doesn't say.
    known = connection.execute("from duckdb_tables() where schema_name = 'gate' and table_name = 'settings'").fetchone()
    found = connection.execute("select time_zone from gate.settings").fetchone() if known else None
    return found[0] if found else None


def _kept(prefix: str) -> Sql:
    """The SQL of a row per list and market: how many rows were released of it before, and how many are in force."""
    return _SQL("kept", penalties=f"released.{prefix}_penalties", rewards=f"released.{prefix}_rewards")


def _beside_packs(connection: duckdb.DuckDBPyConnection, name: str) -> Mapping[str, Any]:
    is_there = "select count(*) from duckdb_tables() where schema_name = 'deciders' and table_name = ?"
    # A night whose packs an earlier version compiled has none.
    if connection.execute(is_there, [name]).fetchone() == (0,):
        return {}
    ((content,),) = connection.execute(f"select content from deciders.{name}").fetchall()
    found: dict[str, Any] = json.loads(content)
    return {name: each for name, each in found.items() if each}


def _measures_order(connection: duckdb.DuckDBPyConnection) -> str | None:
    found = connection.execute("select sha256(text) from deciders.packs where file = ?", [MEASURES_ORDER]).fetchone()
    return found[0] if found else None


def _feed_counts(connection: duckdb.DuckDBPyConnection, feed: str) -> FeedCounts:
    (row,) = _rows(connection, _SQL("feed_counts", feed=feed), {"feed": feed})
    return FeedCounts(**row)


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, object] | None = None
) -> list[dict[str, Any]]:
    result = connection.execute(query, dict(values) if values else None)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, values, strict=True)) for values in result.fetchall()]
