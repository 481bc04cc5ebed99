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
from ({{ rows }})
where not coalesce(is_held, false)
group by all
order by all;

-- name: held
select count(*) as changes
from ({{ rows }})
where is_held;
