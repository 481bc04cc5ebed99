-- name: create_trends
create or replace table gate.trends (
    list varchar,
    what varchar,
    market varchar,
    programme varchar,
    measure varchar,
    nights integer,
    is_drift boolean,
    number bigint,
    expected bigint,
    z_score double,
    most_spreads double
);

-- name: create_fewest_risen
create or replace table gate.fewest_risen (list varchar, market varchar, number bigint, spread double);

-- name: series
with

of_each_night as (
    select list, market, programme, measure, night, added, removed, changed
    from {{ sizes }}
    where not is_held
    union all
    select list, market, programme, measure, $night, added, removed, changed
    from gate.list_sizes
),

sizes as (
    select
        list, market, programme, measure, night,
        unnest(['added', 'removed', 'changed']) as what,
        unnest([added, removed, changed]) as number
    from of_each_night
),

after_the_first as (
    select * from sizes
    qualify night > min(night) over (partition by market)
),

of_measures_and_lists as (
    select list, what, market, programme, measure, night, number from after_the_first
    union all
    select of_lists.list, of_lists.what, of_lists.market, '', '', of_lists.night, sum(of_lists.number)
    from after_the_first as of_lists
    group by all
),

nights as (select distinct list, market, night from after_the_first),

keys as (select distinct list, what, market, programme, measure from of_measures_and_lists)

-- A reason that a night's list didn't have at all came to nothing in it.
select list, what, market, programme, measure, night, coalesce(sum(number), 0) as number
from keys
inner join nights using (list, market)
left join of_measures_and_lists using (list, what, market, programme, measure, night)
group by all
order by all;
