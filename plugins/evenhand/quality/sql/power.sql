-- name: fewest_beyond
-- How few rows added tonight would be too many by themselves, by halving.
with recursive

added as (
    select kind as list, market, expected, baseline, spread_of_nights, spread, usual_spreads
    from gate.counts inner join gate.limits using (market)
    where kind != 'feed' and what = 'added' and measure = ''
),

searched as (
    select *, cast(-1 as bigint) as below, cast($furthest as bigint) as beyond from added
    union all
    select
        * exclude (below, beyond, middle, is_beyond),
        case when is_beyond then below else middle end as below,
        case when is_beyond then middle else beyond end as beyond
    from (
        select
            *,
            (below + beyond) // 2 as middle,
            spreads_away(middle, baseline, spread_of_nights, spread) > usual_spreads as is_beyond
        from searched
        where beyond - below > 1
    )
)

select
    list, market, expected,
    least(beyond, coalesce(number, beyond)) as fewest,
    coalesce(fewest_risen.spread, spread_of_nights) as spread
from searched
left join gate.fewest_risen using (list, market)
where beyond - below = 1
order by all;

-- name: create_power
create or replace table gate.power as
select distinct list, market, cast(null as bigint) as expected, cast(null as bigint) as held_from
from gate.list_sizes
order by all;

-- name: power
update gate.power set expected = $expected, held_from = $held_from
where list = $list and market = $market;
