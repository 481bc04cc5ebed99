-- name: nights_of_markets
-- A night counts for a market unless one of its lists was held.
select market, count(distinct night) as nights
from (
    select market, night from {{ sizes }}
    group by all
    having not bool_or(is_held)
)
group by market;

-- name: no_nights
select '' as market, 0 as nights
where false;

-- name: lay_first_nights
create or replace table gate.first_nights as
with

decided as (select * from ({{ nights }}))

select market, cast(coalesce(nights, 0) as bigint) as nights, $is_told_alone as is_accepted
from (
    select distinct market from gate.list_sizes
    where rows > 0 or released > 0
)
left join decided using (market)
where coalesce(nights, 0) < $enough
order by market;

-- name: lists_of_first_nights
select distinct list, market, nights
from gate.list_sizes
inner join gate.first_nights using (market)
where rows > 0 or released > 0
order by all;
