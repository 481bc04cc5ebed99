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
from evenhand.release.quality_samples import METRICS
from evenhand.release.rows import COMPARED

# What is released against what was released last: whatever is held, reversed or released for the first time.
_PENALTIES_IN_FORCE = """(
    select
        measure,
        case when last.key is null then 'new' when wanted.key is null then 'ended' else 'kept' end as change
    from (select row_key, measure, row_key as key from wanted.penalties) as wanted
    full join (select row_key, measure, row_key as key from released.last_penalties) as last
        using (row_key, measure)
)"""


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
        quarantined=tuple(
            Quarantined(**row)
            for row in _rows(
                connection,
                'select feed, column_name as "column", rule, remedy, count(*) as rows from quarantine.rows'
                " group by all order by all",
            )
        ),
        words_without_effect=tuple(
            WordWithoutEffect(**row)
            for row in _rows(
                connection,
                "select feed, market, column_name as \"column\", word, coalesce(nearest, '') as nearest, rows"
                " from arrivals.words_without_effect order by feed, market, column_name, rows desc, word",
            )
        ),
        held_back=tuple(
            HeldBack(**row)
            for row in _rows(
                connection,
                "select list, market, rule, remedy, count(distinct row_key) as rows from gate.held_rows"
                " group by all order by all",
            )
        ),
        held_lists=tuple(
            HeldList(**row)
            for row in _rows(
                connection,
                "select held.* exclude (approvable, by_policy, changed_by), count(row_key) as first_wave,"
                " coalesce(kept, 0) as kept, coalesce(in_force, 0) as in_force"
                " from gate.held_lists as held left join gate.first_wave using (list, market)"
                f" left join ({_kept('last', night)}) as counted using (list, market)"
                " group by all order by list, market",
            )
        ),
        held_markets=tuple(
            HeldMarket(**row)
            for row in _rows(
                connection,
                "select held.*, cast(coalesce(sum(kept), 0) as bigint) as kept,"
                " cast(coalesce(sum(in_force), 0) as bigint) as in_force"
                f" from gate.held_markets as held left join ({_kept('kept', night)}) as counted using (market)"
                " group by all order by all",
            )
        ),
        causes=tuple(
            CauseCount(**row)
            for row in _rows(
                connection,
                "select list, cause, count(*) filter (change = 'added') as added,"
                " count(*) filter (change = 'removed') as removed, count(*) filter (change = 'changed') as changed"
                " from gate.changes group by all order by all",
            )
        ),
        power=tuple(Power(**row) for row in _rows(connection, "from gate.power order by list, market")),
        compared=COMPARED,
        not_compared=tuple(
            row["column"] for row in _rows(connection, 'select distinct "column" from gate.not_compared order by all')
        ),
        receivers=approved_receivers(connection),
        time_zone=_time_zone(connection),
        targets=_targets(connection),
        zones=tuple(
            ZoneCount(**row)
            for row in _rows(
                connection,
                "select programme, zone, count(*) as accounts from main.account_standings"
                " group by programme, zone, zone_rank order by programme, zone_rank",
            )
        ),
        penalties=penalty_changes_of_history(connection, night)
        if history
        else tuple(
            MeasureChanges(**row)
            for row in _rows(
                connection,
                "select measure, count(*) filter (change = 'new') as new, count(*) filter (change = 'kept') as kept,"
                " count(*) filter (change = 'ended') as ended"
                f" from {_PENALTIES_IN_FORCE}"
                " group by measure order by measure",
            )
        ),
        stages=tuple(
            StageCount(**row)
            for row in _rows(
                connection,
                "select coalesce(stage, 'none') as stage, count(*) as accounts from main.account_profiles"
                " group by all order by all",
            )
        ),
        metrics=tuple(
            Metric(**row)
            for row in _rows(
                connection,
                f"select metric, cast(figure as varchar) as figure, is_enough from (from {METRICS})"
                " where market = 'all' and slice = '' order by metric",
            )
        ),
        notices=tuple(
            Notices(**row)
            for row in _rows(
                connection, "select list, event, count(*) as notices from main.notices group by all order by all"
            )
        ),
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
        forgotten=tuple(
            ForgottenFile(**row)
            for row in _rows(
                connection,
                'select landed_file as file, sha256, forgotten_by as "by", approved_by, why'
                " from landing.forgotten order by all",
            )
        ),
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
    of_night = "select row_key, measure, row_key as key from history.penalties where as_of = date"
    return tuple(
        MeasureChanges(**row)
        for row in _rows(
            connection,
            f"""
            select
                measure,
                count(*) filter (last.key is null) as new,
                count(*) filter (now.key is not null and last.key is not null) as kept,
                count(*) filter (now.key is null) as ended
            from ({of_night} '{night}') as now
            full join ({of_night} '{night - timedelta(days=1)}') as last using (row_key, measure)
            group by measure order by measure
            """,
        )
    )


def _first_nights(connection: duckdb.DuckDBPyConnection) -> tuple[FirstNight, ...]:
    # A warehouse of an earlier version doesn't say.
    is_said = "from duckdb_tables() where schema_name = 'gate' and table_name = 'first_nights'"
    if not connection.execute(is_said).fetchone():
        return ()
    return tuple(FirstNight(**row) for row in _rows(connection, "from gate.first_nights order by market"))


def approved_receivers(connection: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
    """What the next night compares with: each receiver as it is, but as it was where its delivery is held."""
    found = connection.execute(
        f"""
        select receiver, case when held.market is null then config else before end
        from gate.receivers
        left join (from gate.held_lists where list = '{DELIVERIES}' and answer != 'approved') as held
            on receiver = held.market
        order by receiver
        """
    ).fetchall()
    return {name: json.loads(config) for name, config in found if config is not None} if found else None


def _time_zone(connection: duckdb.DuckDBPyConnection) -> str | None:
    # A warehouse of an earlier version doesn't say.
    known = connection.execute("from duckdb_tables() where schema_name = 'gate' and table_name = 'settings'").fetchone()
    found = connection.execute("select time_zone from gate.settings").fetchone() if known else None
    return found[0] if found else None


def _kept(prefix: str, night: date) -> str:
    """The SQL of a row per list and market: how many rows were released of it before, and how many are in force."""
    in_force = (
        f"coalesce(starts_on, date '{night}') <= date '{night}' and coalesce(ends_on, date '{night}') >= date '{night}'"
    )
    rows = " union all ".join(
        f"select '{name}' as list, market, 1 as kept, 0 as in_force from released.{prefix}_{name}"
        f" union all select '{name}', market, 0, 1 from wanted.{name} where {in_force}"
        for name in ("penalties", "rewards")
    )
    return (
        "select list, market, cast(sum(kept) as bigint) as kept, cast(sum(in_force) as bigint) as in_force"
        f" from ({rows}) group by all"
    )


def _targets(connection: duckdb.DuckDBPyConnection) -> Mapping[str, Any]:
    is_there = "select count(*) from duckdb_tables() where schema_name = 'deciders' and table_name = 'targets'"
    # A night whose packs an earlier version compiled has none.
    if connection.execute(is_there).fetchone() == (0,):
        return {}
    ((content,),) = connection.execute("select content from deciders.targets").fetchall()
    found: dict[str, Any] = json.loads(content)
    return {name: each for name, each in found.items() if each}


def _measures_order(connection: duckdb.DuckDBPyConnection) -> str | None:
    found = connection.execute("select sha256(text) from deciders.packs where file = ?", [MEASURES_ORDER]).fetchone()
    return found[0] if found else None


def _feed_counts(connection: duckdb.DuckDBPyConnection, feed: str) -> FeedCounts:
    (row,) = _rows(
        connection,
        f"""select
            (select cast(coalesce(sum(rows), 0) as bigint) from landing.files where feed = '{feed}')
                -- Lines that can't be read are no rows of a file, and are in quarantine.
                + (select count(*) from landing.bad_rows where feed = '{feed}' and column_name = '') as known,
            (select count(*) from accepted.{feed}) as accepted,
            (select count(distinct (landed_file, landed_row)) from quarantine.rows where feed = '{feed}') as quarantined
        """,
    )
    return FeedCounts(**row)


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    result = connection.execute(query)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, values, strict=True)) for values in result.fetchall()]
