-- name: zones
select market, programme, zone, count(*) as accounts from {{ rows }}
where market is not null and zone is distinct from 'any'
group by market, programme, zone, zone_rank
order by programme, zone_rank, zone, market;

-- name: stages
select market, coalesce(stage, 'none') as stage, count(*) as accounts from {{ rows }}
group by all
order by all;

-- name: measures
select market, measure, count(*) as penalties from {{ rows }}
group by all
order by all;

-- name: causes
-- What is held didn't happen.
select market, list, cause, count(*) as changes
from (
    select * from {{ rows }}
    union all by name
    -- Releases of earlier versions don't say which are held.
    select null::boolean as is_held
    where false
)
where not coalesce(is_held, false)
group by all
order by all;

-- name: held
select count(*) as changes
from (
    select * from {{ rows }}
    union all by name
    -- Releases of earlier versions don't say which are held.
    select null::boolean as is_held
    where false
)
where is_held;
