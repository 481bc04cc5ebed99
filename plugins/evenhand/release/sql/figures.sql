-- name: figures
select
    metric, market, slice, coalesce(slice_value, ''), figure, sample, is_enough, interval_low, interval_high,
    {{ unit_of_figure }} as unit, {{ out_of_how_many }} as out_of
from {{ file }}
where {{ is_asked }}
order by all;
