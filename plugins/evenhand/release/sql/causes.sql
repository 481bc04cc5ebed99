-- name: causes
-- What is held didn't happen.
select
    list, cause,
    count(*) filter (change = 'added') as added,
    count(*) filter (change = 'removed') as removed,
    count(*) filter (change = 'changed') as changed
from (
    select * from {{ changes }}
    union all by name
    -- Releases of earlier versions don't say which are held.
    select null::boolean as is_held
    where false
)
where not coalesce(is_held, false)
group by all
order by all;
