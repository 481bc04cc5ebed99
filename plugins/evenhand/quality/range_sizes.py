"""Sizes of lists on nights that were decided in one go, each against the night before, and what was unusual of them.

Why a row changed isn't found out for these nights: what ended on its day, and what changed of an account of which
nothing landed on the night, is taken for time's doing, and all else for that of what landed. What is unusual beside the
nights before it in the same run is said, and teaches nothing of what is usual.

In the warehouse: history.list_sizes, as gate.list_sizes of each night, with `as_of` and `is_held`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.contracts import FEEDS
from evenhand.policy.language.part import EMERGENCY
from evenhand.quality.anomalies import ENOUGH, NUMBERS, compare, count_lists
from evenhand.release.rows import ACTED


def lay_range_sizes(warehouse: Path, nights: Sequence[date]) -> Mapping[date, tuple[str, ...]]:
    """Write the table from history.penalties and history.rewards; returns what was unusual of each night, for people.

    Args:
        nights: in order; of the one before the first, the lists are there to compare with.
    """
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        _write_sizes(connection, nights)
        unusual = {night: _unusual(connection, night) for night in nights[ENOUGH:]}
        connection.commit()
    return unusual


def _write_sizes(connection: duckdb.DuckDBPyConnection, nights: Sequence[date]) -> None:
    group = "as_of, list, market, programme, measure"
    common = "as_of, row_key, account_id, market, programme, scope"
    landed = " union ".join(
        f"select landed_night as as_of, account_id from candidates.{contract.feed}"
        f" where landed_night between date '{nights[0]}' and date '{nights[-1]}'"
        for contract in FEEDS
    )
    acted = ", ".join(ACTED)
    connection.execute(
        f"""
        create or replace table history.list_sizes as
        with

        listed as (
            select 'penalties' as list, {common}, measure, cast(null as decimal(18, 2)) as amount, starts_on, ends_on
            from history.penalties
            union all
            select 'rewards' as list, {common}, reward as measure, amount, starts_on, ends_on
            from history.rewards
        ),

        now as (
            select *, ({acted}) as acted from listed where as_of between date '{nights[0]}' and date '{nights[-1]}'
        ),

        last as (
            select * replace (as_of + 1 as as_of), ({acted}) as acted from listed where as_of < date '{nights[-1]}'
        ),

        landed as ({landed}),

        beside as (
            select
                coalesce(now.as_of, last.as_of) as as_of,
                coalesce(now.list, last.list) as list,
                coalesce(now.market, last.market) as market,
                coalesce(now.programme, last.programme) as programme,
                coalesce(now.measure, last.measure) as measure,
                coalesce(now.account_id, last.account_id) as account_id,
                case
                    when last.row_key is null then 'added'
                    when now.row_key is null then 'removed'
                    when now.acted is distinct from last.acted then 'changed'
                end as change,
                coalesce(now.row_key is null and last.ends_on < last.as_of, false) as has_ended
            from now full join last
                on now.as_of = last.as_of and now.list = last.list and now.row_key = last.row_key
                    and now.market = last.market
        ),

        -- What people imposed and lifted themselves is counted by itself.
        changes as (
            select
                beside.*,
                case
                    when programme = '{EMERGENCY}' then '{EMERGENCY}'
                    when has_ended or landed.account_id is null then 'time'
                    else 'data'
                end as cause
            from beside left join landed using (as_of, account_id)
            where change is not null
        ),

        counted as (
            select
                {group},
                count(*) filter (cause = 'data' and change = 'added') as added,
                count(*) filter (cause = 'data' and change = 'removed') as removed,
                count(*) filter (cause = 'data' and change = 'changed') as changed,
                count(*) filter (cause = 'time' and change = 'added')
                    - count(*) filter (cause = 'time' and change = 'removed') as by_time,
                count(*) filter (cause = '{EMERGENCY}' and change = 'added')
                    - count(*) filter (cause = '{EMERGENCY}' and change = 'removed') as by_emergency
            from changes group by all
        ),

        rows_now as (select {group}, count(*) as rows from now group by all),

        rows_last as (select {group}, count(*) as rows from last group by all)

        select
            {group},
            coalesce(rows_now.rows, 0) as rows,
            coalesce(rows_last.rows, 0) as released,
            coalesce(by_emergency, 0) as by_emergency,
            coalesce(rows_last.rows, 0) + coalesce(by_time, 0) as left_by_time,
            coalesce(added, 0) as added,
            coalesce(removed, 0) as removed,
            coalesce(changed, 0) as changed,
            false as is_held
        from rows_now
        full join rows_last using ({group})
        full join counted using ({group})
        order by all
        """
    )


def _unusual(connection: duckdb.DuckDBPyConnection, night: date) -> tuple[str, ...]:
    """What of a night's lists is beyond the limits beside the nights before it; those lists are marked."""
    connection.execute(
        "create or replace table gate.list_sizes as"
        f" select * exclude (as_of, is_held) from history.list_sizes where as_of = date '{night}'"
    )
    for table in ("earlier", "tonight"):
        connection.execute(f"create or replace temp table {table} ({NUMBERS})")
    count_lists(
        connection, f"(select as_of as night, * exclude (as_of) from history.list_sizes where as_of < date '{night}')"
    )
    compare(connection, night)
    beyond = "from gate.counts join gate.limits using (market) where kind != 'feed' and abs(z_score) > usual_spreads"
    said = connection.execute(
        "select case when measure = '' then '' else programme || ', ' || measure || ': ' end, kind, market, what,"
        f" number, expected {beyond} order by market, kind, programme, measure, what"
    ).fetchall()
    connection.execute(
        f"update history.list_sizes set is_held = true where as_of = date '{night}'"
        f" and (list, market) in (select (kind, market) {beyond})"
    )
    return tuple(
        f"{name} of {market}: {of}rows {what}: {number:,} where {expected:,} are usual"
        for of, name, market, what, number, expected in said
    )
