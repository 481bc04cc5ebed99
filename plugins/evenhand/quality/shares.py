"""How tonight's rows of a feed are shared out, beside the nights before: by value, delay, account, owner and version.

A fault can leave the number of rows as it was: all points doubled, decisions shifted by a day, one reviewer for all. So
each row that landed is put in one bin of each measure of its feed: a word; the magnitude of a number; the days from a
date until it landed; how many rows its account has that night, and on how many other nights it has any; whose the thing
is that it names; whether it landed before. Tonight's share of each bin is compared with that of the last 28 nights.

How far it is away is the signed root of the likelihood ratio (G) of two binomial shares, about normal also where few
rows are in the bin. Chance within a night isn't all: rows come in batches, so that shares of nights differ by more. How
much rows of a night are alike is taken from the earlier nights themselves (as of a beta-binomial, at least 1 %), from
the median deviation or that of which a tenth of the nights go beyond, so that a wrong night of 28 hides no other. All
bins of a measure are also compared together, for what moves each by a little. That of all numbers of a market one is
beyond `√(limit² + 2 ln(numbers / 28))` by chance is no likelier than that a single one goes beyond `limit` within 28
nights: the tail of the normal distribution falls with `exp(-z²/2)`.

In the warehouse: gate.shares, a row per feed, market, measure and bin that is further away than a few rows; where the
bin is a person, with how many there are tonight, for no figure of one of them is told.
"""

from __future__ import annotations

from datetime import date

import duckdb

from evenhand.landing.contracts import FEEDS
from evenhand.quality.bins import BINNED, EMPTY, NIGHTS, NIGHTS_OF_ACCOUNT, PERSONS, ROWS_OF_ACCOUNT, bin_rows

# Fewer nights than this aren't usual yet.
ENOUGH = 7
# Words of a column that are compared one by one, by market; the others are one bin.
MOST_WORDS = 20
# Rows of a night are at least so much alike: two of a batch, of one reviewer or of one account aren't two draws.
ALIKE = 0.01
# Those of one account, all the more where accounts are what is counted.
ALIKE_BY_ACCOUNT = 0.1
# Bins with less than this share are one where all are compared together.
RARE = 0.02
# Fewer rows than this more or less in a bin are nothing, whatever their share.
FEWEST_ROWS = 5
OTHERS, NOT_OTHERWISE = "another word", "a word of no other night"
# What a campaign moves in all markets at once.
SEASONAL = (ROWS_OF_ACCOUNT, NIGHTS_OF_ACCOUNT)
ENOUGH_MARKETS = 4


def share_out(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """Write gate.shares, from the candidates of gate 1 that it let through; feeds that only tell are left out."""
    connection.execute(f"create or replace temp table binned ({BINNED})")
    for contract in FEEDS:
        if contract.tells:
            continue
        ((is_compared,),) = connection.execute(
            f"""select count(distinct landed_night) > {ENOUGH} and max(landed_night) = date '{night}'
            from candidates.{contract.feed} where landed_night >= date '{night}' - {NIGHTS}"""
        ).fetchall()
        if is_compared:
            bin_rows(connection, contract, night)
    compare_shares(connection, night)


def compare_shares(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """Write gate.shares.

    Args:
        connection: to a database with the table `binned`: rows per feed, measure, market, night and bin.
        night: tonight.
    """
    connection.execute(
        f"""
        create or replace table gate.shares as
        with

        begun as (
            select feed, market from binned group by all
            having count(distinct night) filter (night < date '{night}') >= {ENOUGH}
                and max(night) = date '{night}'
        ),

        words as (
            select
                feed, measure, market, bin,
                any_value(is_word) as is_word,
                count(distinct night) as nights,
                sum(number) as number
            from binned join begun using (feed, market)
            group by all
        ),

        -- Which words are told apart depends on all nights alike, so that tonight isn't another one for that.
        bins as (
            select
                feed, measure, market, bin,
                case
                    when not is_word or bin = '{EMPTY}' then bin
                    when nights = 1 then '{NOT_OTHERWISE}'
                    when row_number() over (
                        partition by feed, measure, market order by nights desc, number desc, bin
                    ) > {MOST_WORDS} then '{OTHERS}'
                    else bin
                end as told
            from words
        ),

        counted as (
            select feed, measure, market, night, told as bin, sum(number) as number
            from binned join bins using (feed, measure, market, bin)
            group by all
        ),

        nights as (
            select feed, measure, market, night, sum(number) as of_rows from counted group by all
        ),

        filled as (
            select
                feed, measure, market, bin, night, of_rows,
                coalesce(number, 0) as number
            from (select distinct feed, measure, market, bin from counted)
            join nights using (feed, measure, market)
            left join counted using (feed, measure, market, bin, night)
        ),

        usual as (
            select
                feed, measure, market, bin,
                count(*) as nights,
                sum(of_rows) as usual_rows,
                median(of_rows) as rows_a_night,
                (sum(number) + 0.5) / (sum(of_rows) + 1) as expected_share,
                max(number / of_rows) filter (of_rows >= 10) as highest,
                min(number / of_rows) filter (of_rows >= 10) as lowest
            from filled where night < date '{night}'
            group by all
        ),

        residuals as (
            select
                filled.*,
                (number - of_rows * expected_share) / sqrt(of_rows * expected_share * (1 - expected_share)) as residual
            from filled join usual using (feed, measure, market, bin)
            where night < date '{night}'
        ),

        spreads as (
            select
                feed, measure, market, bin,
                greatest(1, 1.4826 * mad(residual), quantile_cont(abs(residual), 0.9) / 1.6449) as spread
            from residuals group by all
        ),

        alike as (
            select
                usual.*,
                least(1, greatest(
                    if(measure in {SEASONAL}, {ALIKE_BY_ACCOUNT}, {ALIKE}),
                    (pow(spread, 2) - 1) / greatest(rows_a_night - 1, 1)
                )) as alike
            from usual join spreads using (feed, measure, market, bin)
        ),

        -- Where a campaign moves all markets, the one in the middle says by how much, on the scale of the logarithm.
        moved as (
            select
                feed, measure, bin,
                median(ln((number + 0.5) / (of_rows + 1) / expected_share)) as season
            from filled join usual using (feed, measure, market, bin)
            where night = date '{night}' and measure in {SEASONAL}
            group by all
            having count(*) >= {ENOUGH_MARKETS}
        ),

        expected as (
            select
                tonight.feed, tonight.measure, tonight.market, tonight.bin,
                tonight.number, tonight.of_rows, alike.nights, expected_share, highest, lowest, alike,
                usual_rows, rows_a_night,
                -- It is between what is usual and what the season makes of it, and as near to tonight's as that allows.
                least(0.999, greatest(
                    least(expected_share, expected_share * exp(coalesce(season, 0))),
                    least(
                        greatest(expected_share, expected_share * exp(coalesce(season, 0))),
                        tonight.number / tonight.of_rows
                    )
                )) as share
            from filled as tonight
            join alike using (feed, measure, market, bin)
            left join moved using (feed, measure, bin)
            where tonight.night = date '{night}' and nights >= {ENOUGH}
        ),

        told_apart as (
            select
                feed, market, measure, bin, number, of_rows, nights, expected_share, highest, lowest,
                sign(number - of_rows * share)
                * sqrt(greatest(0, 2 * (
                    number * ln(greatest(number, 1) / (of_rows * share))
                    + (of_rows - number) * ln(greatest(of_rows - number, 1) / (of_rows * (1 - share)))
                )))
                / sqrt(1 + (of_rows - 1) * alike + of_rows / usual_rows * (1 + (rows_a_night - 1) * alike))
                    as z_score
            from expected
        ),

        -- All bins of a measure together: those that are rare are one.
        merged_nights as (
            select
                feed, measure, market, night,
                if(expected_share < {RARE}, '', bin) as bin,
                any_value(of_rows) as of_rows,
                sum(number) as number
            from filled join usual using (feed, measure, market, bin)
            where measure not in {SEASONAL}
            group by all
        ),

        merged as (
            select
                *,
                (sum(number) filter (night < date '{night}') over (partition by feed, measure, market, bin) + 0.5)
                / (sum(of_rows) filter (night < date '{night}') over (partition by feed, measure, market, bin) + 1)
                    as share
            from merged_nights
        ),

        together as (
            select
                feed, measure, market, night,
                any_value(of_rows) as of_rows,
                count(*) - 1 as free,
                sum(pow(number - of_rows * share, 2) / (of_rows * share)) as squares,
                greatest(0, 2 * sum(number * ln(greatest(number, 1) / (of_rows * share)))) as ratio
            from merged group by all
            having count(*) > 2
        ),

        usual_together as (
            select
                feed, measure, market,
                median(of_rows) as rows_a_night,
                sum(of_rows) as usual_rows,
                greatest(
                    1,
                    median(squares / free / pow(1 - 2 / (9 * free), 3)),
                    quantile_cont(squares / free, 0.9)
                    / pow(any_value(1 - 2 / (9 * free) + 1.2816 * sqrt(2 / (9 * free))), 3)
                ) as spread
            from together where night < date '{night}'
            group by all
        ),

        -- Wilson and Hilferty: the cube root of such a sum is about normal.
        all_together as (
            select
                feed, market, measure,
                -- Nights that are more alike than chance has it are no fault.
                greatest(0, (
                    cbrt(ratio / free / (
                        1 + (of_rows - 1) * greatest({ALIKE}, (spread - 1) / greatest(rows_a_night - 1, 1))
                        + of_rows / usual_rows * spread
                    )) - (1 - 2 / (9 * free))
                ) / sqrt(2 / (9 * free))) as z_score
            from together join usual_together using (feed, measure, market)
            where night = date '{night}'
        ),

        compared as (
            select *, false as is_together from told_apart
            union all by name
            -- What is told of all bins is the one that has changed most.
            select most.* replace (all_together.z_score as z_score), true as is_together
            from all_together join (
                from told_apart
                qualify row_number() over (
                    partition by feed, market, measure order by abs(number - of_rows * expected_share) desc, bin
                ) = 1
            ) as most using (feed, market, measure)
        )

        select
            feed, market, measure, bin, is_together, number, of_rows, nights,
            case when {PERSONS} and bin not in ('{EMPTY}', '{OTHERS}', '{NOT_OTHERWISE}') then words end as persons,
            round(expected_share, 6) as expected_share,
            round(highest, 6) as highest,
            round(lowest, 6) as lowest,
            numbers,
            round(z_score, 2) as z_score
        from compared join (select market, count(*) as numbers from compared group by market) using (market)
        left join (
            select feed, measure, market, count(distinct bin) as words
            from binned where night = date '{night}' and bin != '{EMPTY}' group by all
        ) using (feed, measure, market)
        where abs(number - of_rows * expected_share) >= {FEWEST_ROWS}
        order by all
        """
    )
