"""How tonight's numbers compare with what is usual: rows of lists by market and reason, rows of feeds by market.

A count is compared as `2 √(count + 3/8)`, on which chance spreads a count of any size by about 1 (Anscombe 1948), so
that one limit fits a list of ten rows and one of ten thousand. What is usual is the median of earlier nights, of the
same weekday where there are four. The usual spread is the median deviation (times 1.4826) or that of which a tenth of
the nights go beyond (divided by 1.6449), whichever is more, and at least 1. Where chance is all there is, both are the
standard deviation; where some nights bring a flood, the second is more; one or two wrong nights of 28 move neither.
What lands is compared with what lands in the other markets, so that a campaign day of all markets is none of one.

In the warehouse:

    gate.list_sizes  a row per list, market, programme and measure: rows tonight, and what came to it and went
    gate.counts      a row per number that is compared, with what is usual of it
    gate.twins       a row per market: violations of tonight, and how many are there twice under two keys

How the rows of a feed are shared out is compared in `shares.py`.

Longer than other files, for its statistics are one chain of steps in SQL.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb

from evenhand.landing.contracts import FEEDS, VIOLATIONS
from evenhand.quality.shares import share_out
from evenhand.records.databases import quoted
from evenhand.release.rows import ACTED, rows_of_lists
from expectations.rule import variance_stabilised

# Nights that are looked back on: of releases, eight of each weekday; of feeds, what a night looks at in any case.
RELEASES = 56
LANDINGS = 28
# Fewer nights than this aren't usual yet, and fewer markets have no middle.
ENOUGH = 7
ENOUGH_MARKETS = 4
# A number that is compared, and the night that it is of.
NUMBERS = "kind varchar, what varchar, market varchar, programme varchar, measure varchar, night date, number bigint"


def count(warehouse: Path, releases: Path, night: date) -> None:
    """Write the tables, from the warehouse and the releases of the nights before."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        _write_sizes(connection)
        connection.execute(f"create or replace temp table earlier ({NUMBERS})")
        connection.execute(f"create or replace temp table tonight ({NUMBERS})")
        count_lists(connection, earlier_sizes(releases, night))
        _count_feeds(connection, night)
        compare(connection, night)
        _write_twins(connection, night)
        share_out(connection, night)
        connection.commit()


def _write_sizes(connection: duckdb.DuckDBPyConnection) -> None:
    group = "list, market, programme, measure"
    connection.execute(
        f"""
        create or replace table gate.list_sizes as
        with

        proposed as (select {group}, count(*) as rows from ({rows_of_lists("gate", "proposed_")}) group by all),

        released as (select {group}, count(*) as rows from ({rows_of_lists("released", "last_")}) group by all),

        what_landed_changed as (
            select
                {group},
                count(*) filter (change = 'added') as added,
                count(*) filter (change = 'removed') as removed,
                count(*) filter (change = 'changed' and list_has_any(columns, {list(ACTED)})) as changed
            from gate.changes where cause in ('move', 'data', 'correction') group by all
        ),

        what_people_imposed_and_lifted as (
            select
                {group},
                count(*) filter (change = 'added') - count(*) filter (change = 'removed') as by_emergency
            from gate.changes where cause = 'emergency' group by all
        )

        select
            {group},
            coalesce(proposed.rows, 0) as rows,
            coalesce(released.rows, 0) as released,
            coalesce(by_emergency, 0) as by_emergency,
            coalesce(left_by_time.rows, 0) as left_by_time,
            coalesce(added, 0) as added,
            coalesce(removed, 0) as removed,
            coalesce(changed, 0) as changed
        from proposed
        full join released using ({group})
        full join gate.left_by_time using ({group})
        full join what_landed_changed using ({group})
        full join what_people_imposed_and_lifted using ({group})
        order by all
        """
    )


def earlier_sizes(releases: Path, night: date, nights_back: int = RELEASES) -> str:
    """SQL of the sizes of lists of the releases before, with their night; empty where there is none."""
    nights = [night - timedelta(days=days) for days in range(nights_back, 0, -1)]
    files = [releases / f"night={each}" / "list_sizes.parquet" for each in nights]
    listed = ", ".join(quoted(file) for file in files if file.exists())
    return f"read_parquet([{listed}], hive_partitioning = true, hive_types = {{'night': date}})" if listed else ""


def count_lists(connection: duckdb.DuckDBPyConnection, sizes: str) -> None:
    """Rows that what landed added, removed and changed: by reason, and of the whole list.

    Args:
        connection: to a database with gate.list_sizes and the empty tables `earlier` and `tonight`.
        sizes: SQL of the sizes of lists on earlier nights, with `night` and `is_held`; empty where there are none.
    """
    numbers = "unnest(['added', 'removed', 'changed']) as what, unnest([added, removed, changed]) as number"
    connection.execute(
        f"""
        insert into tonight
        select list, what, market, programme, measure, null, number
        from (select list, market, programme, measure, {numbers} from gate.list_sizes)
        """
    )
    if sizes:
        connection.execute(
            f"""
            insert into earlier
            select list, what, market, programme, measure, night, number
            from (select list, market, programme, measure, night, {numbers} from {sizes} where not is_held)
            """
        )
    # A market's first release adds every row: that isn't usual. Of one that has many it is one night less.
    connection.execute(
        """
        delete from earlier using (select market, min(night) as first_night from earlier group by market) as begun
        where earlier.market = begun.market and night = first_night
        """
    )
    for table in ("tonight", "earlier"):
        connection.execute(
            f"insert into {table} select kind, what, market, '', '', night, sum(number) from {table}"
            " where kind != 'feed' group by all"
        )
    # A reason that a night's list didn't have at all came to nothing in it.
    connection.execute(
        """
        insert into earlier
        select groups.kind, groups.what, groups.market, groups.programme, groups.measure, nights.night, 0
        from tonight as groups
        join (select distinct kind, market, night from earlier) as nights using (kind, market)
        anti join earlier as there
            on there.kind = groups.kind and there.what = groups.what and there.market = groups.market
            and there.programme = groups.programme and there.measure = groups.measure and there.night = nights.night
        """
    )


def _count_feeds(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """Rows that landed and rows that were withdrawn, by feed and market; not of the first night of either.

    Feeds that only tell are left out: reviews and golden items come in batches, and no list is the worse for them.
    """
    connection.execute(
        """
        create or replace temp table markets_of_accounts as
        select account_id, arg_max(market, (landed_night, market)) as market
        from candidates.creators group by account_id
        """
    )
    for contract in FEEDS:
        if contract.tells:
            continue
        connection.execute(
            f"""
            insert into earlier
            with

            begun as (select min(night) as first_night from landing.files where feed = '{contract.feed}'),

            nights as (
                select cast(each as date) as night
                from generate_series(date '{night}' - {LANDINGS}, date '{night}', interval 1 day) as days (each)
            ),

            markets as (
                select market, first_night
                from (select market, min(landed_night) as first_night from candidates.creators group by market)
                where market in (select market from policy.packs)
            ),

            landed as (
                select
                    accounts.market,
                    rows.landed_night as night,
                    count(*) as landed,
                    count(*) filter (withdrawn is not null) as withdrawn
                from candidates.{contract.feed} as rows
                join markets_of_accounts as accounts using (account_id)
                group by all
            )

            select
                'feed', '{contract.feed}' || unnest([' that landed', ' that were withdrawn']), market, '', '', night,
                unnest([coalesce(landed, 0), coalesce(withdrawn, 0)])
            from nights cross join markets left join landed using (market, night)
            where night > (select first_night from begun) and night > first_night
            """
        )
    connection.execute(f"insert into tonight from earlier where kind = 'feed' and night = date '{night}'")
    connection.execute(f"delete from earlier where kind = 'feed' and night = date '{night}'")


def compare(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """Write gate.counts.

    Args:
        connection: to a database with the tables `earlier` and `tonight`: a row per number, with `night` in the first.
        night: tonight.
    """

    connection.execute(
        f"""
        create or replace table gate.counts as
        with

        everything as (
            select * replace (coalesce(night, date '{night}') as night) from tonight
            union all by name from earlier
        ),

        -- How much more than usual lands on a night, in the market in the middle of all: a wrong one moves it little.
        middles as (
            select kind, what, market, median(number) as middle
            from everything
            where night < date '{night}' and kind = 'feed'
            group by all
        ),

        seasons as (
            select kind, what, night, median(number / middle) as times
            from everything join middles using (kind, what, market)
            where middle > 0
            group by all
            having count(*) >= {ENOUGH_MARKETS}
        ),

        beside_the_other_markets as (
            select
                everything.*,
                {variance_stabilised("middle * times")} as by_season,
                {variance_stabilised("number")} - coalesce(by_season, 0) as beyond_season
            from everything
            left join middles using (kind, what, market)
            left join seasons using (kind, what, night)
        ),

        earlier_nights as (
            select
                *,
                median(beyond_season) over (partition by kind, what, market, programme, measure) as expected_beyond
            from beside_the_other_markets
            where night < date '{night}'
        ),

        expected_numbers as (
            select
                kind, what, market, programme, measure,
                count(*) as nights,
                coalesce(
                    case
                        when count(*) filter (isodow(night) = isodow(date '{night}')) >= 4
                            then median({variance_stabilised("number")}) filter (isodow(night) = isodow(date '{night}'))
                    end,
                    median({variance_stabilised("number")})
                ) as baseline,
                greatest(
                    1,
                    1.4826 * mad(beyond_season),
                    quantile_cont(abs(beyond_season - expected_beyond), 0.9) / 1.6449
                ) as spread
            from earlier_nights
            group by all
        ),

        compared as (
            select
                now.kind, now.what, now.market, now.programme, now.measure, now.number, nights, spread,
                coalesce(by_season, baseline) as baseline
            from beside_the_other_markets as now
            join expected_numbers using (kind, what, market, programme, measure)
            where now.night = date '{night}'
        )

        select
            kind, what, market, programme, measure, number, nights,
            round(baseline, 6) as baseline,
            round(spread, 6) as spread,
            round(({variance_stabilised("number")} - baseline) / spread, 2) as z_score,
            cast(round(greatest(pow(baseline / 2, 2) - 0.375, 0)) as bigint) as expected
        from compared
        where nights >= {ENOUGH}
        order by all
        """
    )


def _write_twins(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    said = ", ".join(
        name for name in VIOLATIONS.column_names if name not in (VIOLATIONS.key, "updated_at", "withdrawn")
    )
    connection.execute(
        f"""
        create or replace table gate.twins as
        with

        since as (select coalesce(max(night), date '{night}' - 1) as last_night from released.last_release),

        of_tonight as (
            select {VIOLATIONS.key}
            from candidates.violations group by all
            having min(landed_night) > (select last_night from since)
        ),

        with_their_likes as (
            select {VIOLATIONS.key}, account_id, count(*) over (partition by {said}) > 1 as has_twin
            from accepted.violations
        )

        select creators.market, count(*) as violations, count(*) filter (has_twin) as twins
        from with_their_likes
        join of_tonight using ({VIOLATIONS.key})
        join accepted.creators as creators using (account_id)
        group by all order by all
        """
    )
