-- Longer than other files, for what is usual is one chain of steps.

-- name: list_sizes
create or replace table gate.list_sizes as
with

proposed as (
    select list, market, programme, measure, count(*) as rows from ({{ proposed }})
    group by all
),

released as (
    select list, market, programme, measure, count(*) as rows from ({{ released }})
    group by all
),

what_landed_changed as (
    select
        list, market, programme, measure,
        count(*) filter (change = 'added') as added,
        count(*) filter (change = 'removed') as removed,
        count(*) filter (change = 'changed' and list_has_any(columns, $acted)) as changed
    from gate.changes
    where cause in ('move', 'data', 'correction')
    group by all
),

what_people_imposed_and_lifted as (
    select
        list, market, programme, measure,
        count(*) filter (change = 'added') - count(*) filter (change = 'removed') as by_emergency
    from gate.changes
    where cause = 'emergency'
    group by all
)

select
    list, market, programme, measure,
    coalesce(proposed.rows, 0) as rows,
    coalesce(released.rows, 0) as released,
    coalesce(by_emergency, 0) as by_emergency,
    coalesce(left_by_time.rows, 0) as left_by_time,
    coalesce(added, 0) as added,
    coalesce(removed, 0) as removed,
    coalesce(changed, 0) as changed
from proposed
full join released using (list, market, programme, measure)
full join gate.left_by_time using (list, market, programme, measure)
full join what_landed_changed using (list, market, programme, measure)
full join what_people_imposed_and_lifted using (list, market, programme, measure)
order by all;

-- name: numbers_of_tonight
insert into tonight
select list, what, market, programme, measure, null, number
from (
    select
        list, market, programme, measure,
        unnest(['added', 'removed', 'changed']) as what,
        unnest([added, removed, changed]) as number
    from gate.list_sizes
);

-- name: earlier_numbers
insert into earlier
select list, what, market, programme, measure, night, number
from (
    select
        list, market, programme, measure, night,
        unnest(['added', 'removed', 'changed']) as what,
        unnest([added, removed, changed]) as number
    from {{ sizes }}
    where not is_held
);

-- name: forget_first_nights
delete from earlier using (
    select market, min(night) as first_night from earlier
    group by market
) as begun
where earlier.market = begun.market and night = first_night;

-- name: numbers_of_lists
insert into {{ table }}
select kind, what, market, '', '', night, sum(number)
from {{ table }}
where kind != 'feed'
group by all;

-- name: numbers_of_none
insert into earlier
select groups.kind, groups.what, groups.market, groups.programme, groups.measure, nights.night, 0
from tonight as groups
inner join (select distinct kind, market, night from earlier) as nights using (kind, market)
anti join earlier as there
    on
        groups.kind = there.kind and groups.what = there.what and groups.market = there.market
        and groups.programme = there.programme and groups.measure = there.measure and nights.night = there.night;

-- name: markets_of_accounts
create or replace temp table markets_of_accounts as
select account_id, arg_max(market, (landed_night, market)) as market
from candidates.creators
group by account_id;

-- name: rows_that_landed
insert into earlier
with

begun as (
    select min(night) as first_night from landing.files
    where feed = $feed
),

nights as (
    select cast(each as date) as night
    from generate_series($night - $landings, $night, interval 1 day) as days (each)
),

markets as (
    select market, first_night
    from (
        select market, min(landed_night) as first_night from candidates.creators
        group by market
    )
    where market in (select market from policy.packs)
),

landed as (
    select
        accounts.market,
        rows.landed_night as night,
        count(*) as landed,
        count(*) filter (withdrawn is not null) as withdrawn
    from candidates.{{ feed }} as rows
    inner join markets_of_accounts as accounts using (account_id)
    group by all
)

select
    'feed', $feed || unnest([' that landed', ' that were withdrawn']), market, '', '', night,
    unnest([coalesce(landed, 0), coalesce(withdrawn, 0)])
from nights
cross join markets
left join landed using (market, night)
where night > (select first_night from begun) and night > first_night;

-- name: variance_stabilised
create or replace temp macro variance_stabilised(number) as {{ stabilised }};

-- name: below
-- How unlikely so few or fewer are by chance, in spreads (Peizer and Pratt 1968); as exact as 0.01.
create or replace temp macro below(number, mean) as (
    (number + 2 / 3 - mean + 0.02 / (number + 1)) / sqrt(mean)
    * sqrt(1 + case
        when abs(1 - (number + 0.5) / mean) < 0.0001 then 0
        else
            (1 - pow((number + 0.5) / mean, 2) + 2 * (number + 0.5) / mean * ln((number + 0.5) / mean))
            / pow(1 - (number + 0.5) / mean, 2)
    end)
);

-- name: mean_of
-- A median is a third below the mean, and 0 where that is up to ln 2.
create or replace temp macro mean_of(baseline) as (greatest(pow(baseline / 2, 2) - 0.375 + 1 / 3, ln(2)));

-- name: spreads_away
-- How far a number is from what is to be expected. The tail is that of chance; nights that spread more have another, of
-- which no more is known than its spread.
create or replace temp macro spreads_away(number, baseline, spread_of_nights, spread) as (
    pow(spread_of_nights, -4) * case
        when number > mean_of(baseline) then greatest(below(number - 1, mean_of(baseline)), 0)
        else least(below(number, mean_of(baseline)), 0)
    end
    + (1 - pow(spread_of_nights, -4)) * (variance_stabilised(number) - baseline)
) / spread;

-- name: compare
create or replace table gate.counts as
with

everything as (
    select * replace (coalesce(night, $night) as night) from tonight
    union all by name
    from earlier
),

-- How much more than usual lands on a night, in the market in the middle of all: a wrong one moves it little.
middles as (
    select kind, what, market, median(number) as middle
    from everything
    where night < $night and kind = 'feed'
    group by all
),

seasons as (
    select kind, what, night, median(number / middle) as times
    from everything inner join middles using (kind, what, market)
    where middle > 0
    group by all
    having count(*) >= $enough_markets
),

beside_the_other_markets as (
    select
        everything.*,
        variance_stabilised(middle * times) as by_season,
        variance_stabilised(number) - coalesce(by_season, 0) as beyond_season
    from everything
    left join middles using (kind, what, market)
    left join seasons using (kind, what, night)
),

earlier_nights as (
    select
        *,
        median(beyond_season) over (partition by kind, what, market, programme, measure) as expected_beyond
    from beside_the_other_markets
    where night < $night
),

expected_numbers as (
    select
        kind, what, market, programme, measure,
        count(*) as nights,
        count(*) filter (isodow(night) = isodow($night)) as of_weekday,
        coalesce(
            case
                when of_weekday >= 4
                    then median(variance_stabilised(number)) filter (isodow(night) = isodow($night))
            end,
            median(variance_stabilised(number))
        ) as baseline,
        greatest(
            1,
            1.4826 * mad(beyond_season),
            quantile_cont(abs(beyond_season - expected_beyond), 0.9) / 1.6449
        ) as spread_of_nights,
        -- A median of few nights isn't what is usual itself: it is spread by so much.
        spread_of_nights * sqrt(1 + pi() / 2 / case when of_weekday >= 4 then of_weekday else nights end) as spread,
        spread_of_nights * sqrt(1 + pi() / 2 / nights) as spread_of_all_weekdays
    from earlier_nights
    group by all
),

expected_tonight as (
    select
        now.kind, now.what, now.market, now.programme, now.measure, now.number, nights, spread_of_nights,
        coalesce(by_season, baseline) as baseline,
        -- What the other markets say of tonight takes the place of its weekday.
        if(by_season is null, spread, spread_of_all_weekdays) as spread
    from beside_the_other_markets as now
    inner join expected_numbers using (kind, what, market, programme, measure)
    where now.night = $night
)

select
    kind, what, market, programme, measure, number, nights,
    round(baseline, 6) as baseline,
    round(spread, 6) as spread,
    round(spread_of_nights, 6) as spread_of_nights,
    round(spreads_away(number, baseline, spread_of_nights, spread), 2) as z_score,
    cast(round(greatest(pow(baseline / 2, 2) - 0.375, 0)) as bigint) as expected
from expected_tonight
where nights >= $enough
order by all;

-- name: twins
create or replace table gate.twins as
with

since as (select coalesce(max(night), $night - 1) as last_night from released.last_release),

of_tonight as (
    select violation_id
    from candidates.violations
    group by all
    having min(landed_night) > (select last_night from since)
),

with_their_likes as (
    select violation_id, account_id, count(*) over (partition by {{ said }}) > 1 as has_twin
    from accepted.violations
)

select creators.market, count(*) as violations, count(*) filter (has_twin) as twins
from with_their_likes
inner join of_tonight using (violation_id)
inner join accepted.creators as creators using (account_id)
group by all
order by all;
