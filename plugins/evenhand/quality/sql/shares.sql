-- Longer than other files, for its statistics are one chain of steps.

-- name: is_compared
select count(distinct landed_night) > $enough and max(landed_night) = $night
from candidates.{{ feed }}
where landed_night >= $night - $nights;

-- name: compare_shares
create or replace table gate.shares as
with

begun as (
    select
        feed, market,
        min(night) as first_night,
        count(distinct night) filter (
            night >= first_night_of_all + $new_after and night < $night
        ) as nights_after_enough
    from (
        select *, min(night) over (partition by feed, market) as first_night_of_all from binned
    )
    group by all
    having
        count(distinct night) filter (night < $night) >= $enough
        and max(night) = $night
),

-- A word is new on a night where it hasn't been on any of so many nights before: of nights that have as many. What
-- comes on several nights after each other is new on the first of them, tonight as on any other.
words as (
    select
        binned.*,
        is_word and bin != $empty and coalesce(
            lag(night) over (partition by feed, measure, market, bin order by night) < night - $new_after, true
        ) as is_new,
        night >= first_night + $new_after as is_after_enough
    from binned inner join begun using (feed, market)
),

measures_with_new_words as (
    select feed, measure, market
    from words inner join begun using (feed, market)
    where is_new and is_after_enough and nights_after_enough >= $enough
    group by all
),

-- Which words are told apart depends on all nights alike, so that tonight isn't another one for that.
told_by_themselves as (
    select
        feed, measure, market, bin,
        not bool_or(is_word) or bin = $empty or row_number() over (
            partition by feed, measure, market order by count(distinct night) desc, sum(number) desc, bin asc
        ) <= $most_words as is_told
    from words
    group by feed, measure, market, bin
),

counted as (
    select
        words.feed, words.measure, words.market, words.night,
        case
            when measures.feed is not null and words.is_new then $new
            when told_by_themselves.is_told then words.bin
            else $others
        end as bin,
        sum(words.number) as number
    from words
    inner join told_by_themselves using (feed, measure, market, bin)
    left join measures_with_new_words as measures using (feed, measure, market)
    where measures.feed is null or words.is_after_enough
    group by all
),

nights as (
    select feed, measure, market, night, sum(number) as of_rows from counted
    group by all
),

filled as (
    select
        feed, measure, market, bin, night, of_rows,
        coalesce(found.number, 0) as number
    from (select distinct feed, measure, market, bin from counted)
    inner join nights using (feed, measure, market)
    left join counted as found using (feed, measure, market, bin, night)
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
    from filled
    where night < $night
    group by all
),

residuals as (
    select
        filled.*,
        (number - of_rows * expected_share) / sqrt(of_rows * expected_share * (1 - expected_share)) as residual
    from filled inner join usual using (feed, measure, market, bin)
    where night < $night
),

spreads as (
    select
        feed, measure, market, bin,
        greatest(1, 1.4826 * mad(residual), quantile_cont(abs(residual), 0.9) / 1.6449) as spread
    from residuals
    group by all
),

alike as (
    select
        usual.*,
        least(1, greatest(
            if(measure in $seasonal, $alike_by_account, $alike),
            (pow(spread, 2) - 1) / greatest(rows_a_night - 1, 1)
        )) as alike
    from usual inner join spreads using (feed, measure, market, bin)
),

-- Where a campaign moves all markets, the one in the middle says by how much, on the scale of the logarithm.
moved as (
    select
        feed, measure, bin,
        median(ln((number + 0.5) / (of_rows + 1) / expected_share)) as season
    from filled inner join usual using (feed, measure, market, bin)
    where night = $night and measure in $seasonal
    group by all
    having count(*) >= $enough_markets
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
    inner join alike using (feed, measure, market, bin)
    left join moved using (feed, measure, bin)
    where tonight.night = $night and nights >= $enough
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
        if(expected_share < $rare, '', bin) as bin,
        any_value(of_rows) as of_rows,
        sum(number) as number
    from filled inner join usual using (feed, measure, market, bin)
    where measure not in $seasonal
    group by all
),

merged as (
    select
        *,
        (sum(number) filter (night < $night) over (partition by feed, measure, market, bin) + 0.5)
        / (sum(of_rows) filter (night < $night) over (partition by feed, measure, market, bin) + 1)
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
    from merged
    group by all
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
    from together
    where night < $night
    group by all
),

-- Wilson and Hilferty: the cube root of such a sum is about normal.
all_together as (
    select
        feed, market, measure,
        -- Nights that are more alike than chance has it are no fault.
        greatest(0, (
            cbrt(ratio / free / (
                1 + (of_rows - 1) * greatest($alike, (spread - 1) / greatest(rows_a_night - 1, 1))
                + of_rows / usual_rows * spread
            )) - (1 - 2 / (9 * free))
        ) / sqrt(2 / (9 * free))) as z_score
    from together inner join usual_together using (feed, measure, market)
    where night = $night
),

compared as (
    select *, false as is_together from told_apart
    union all by name
    -- What is told of all bins is the one that has changed most.
    select most.* replace (all_together.z_score as z_score), true as is_together
    from all_together inner join (
        from told_apart
        qualify row_number() over (
            partition by feed, market, measure order by abs(number - of_rows * expected_share) desc, bin
        ) = 1
    ) as most using (feed, market, measure)
),

numbers_of_markets as (
    select market, count(*) as numbers from compared
    group by market
),

words_tonight as (
    select feed, measure, market, count(distinct bin) as persons from binned
    where night = $night and bin != $empty
    group by all
)

-- Where the bin is a person, it is told of how many there are.
select
    feed, market, measure, bin, is_together, number, of_rows, nights,
    case
        when {{ is_person }} and bin not in ($empty, $others, $new) then words_tonight.persons
    end as persons,
    round(expected_share, 6) as expected_share,
    round(highest, 6) as highest,
    round(lowest, 6) as lowest,
    numbers,
    round(z_score, 2) as z_score
from compared
inner join numbers_of_markets using (market)
left join words_tonight using (feed, measure, market)
where abs(number - of_rows * expected_share) >= $fewest_rows
order by all;
