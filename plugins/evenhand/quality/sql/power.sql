-- name: power
create or replace table gate.power as
with

added as (
    select
        kind as list, market, expected,
        usual_spreads + cast($eighty_percent as decimal(5, 4)) as spreads_away,
        cast(ceil(pow((baseline + spreads_away * spread) / 2, 2) - 0.375) as bigint) as held_from
    from gate.counts inner join gate.limits using (market)
    where kind != 'feed' and what = 'added' and measure = ''
)

select lists.list, lists.market, added.expected, added.held_from
from (select distinct list, market from gate.list_sizes) as lists
left join added using (list, market)
order by all;
