-- name: write
insert into estimates.metrics
select
    cast($night as date), metric, market, slice, slice_value, null, null, round(figure, 6), round(interval_low, 6),
    round(interval_high, 6), sample, is_enough, unit, null
from (
    select
        unnest(cast($measured as struct(
            metric varchar, market varchar, slice varchar, slice_value varchar, figure double, interval_low double,
            interval_high double, sample bigint, is_enough boolean, unit varchar
        )[]), recursive := true)
);
