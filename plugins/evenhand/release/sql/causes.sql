-- name: saying_which_are_held
-- Releases of earlier versions don't.
select * from {{ changes }}
union all by name
select null::boolean as is_held
where false;

-- name: causes
-- What is held didn't happen.
select
    list, cause,
    count(*) filter (change = 'added') as added,
    count(*) filter (change = 'removed') as removed,
    count(*) filter (change = 'changed') as changed
from ({{ changes }})
where not coalesce(is_held, false)
group by all
order by all;
