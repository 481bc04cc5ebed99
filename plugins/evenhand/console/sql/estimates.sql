-- name: estimates
-- Those of an earlier version don't say what a part is by.
select
    estimate, market, coalesce(slice, ''), coalesce(about, ''), value, interval_low, interval_high, reviews,
    golden_reviews, is_enough, coalesce(verdict, '')
from (
    select cast(null as varchar) as slice
    where false
    union all by name
    select * from {{ rows }}
)
where $market in ('all', market)
order by estimate = 'agreement', estimate, market != 'all', market, slice, about;
