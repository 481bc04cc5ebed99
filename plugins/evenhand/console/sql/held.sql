-- name: changes
select
    cause,
    count(*) filter (change = 'added'),
    count(*) filter (change = 'removed'),
    count(*) filter (change = 'changed')
from {{ changes }}
where list = $list and market = $market
group by cause
order by count(*) desc, cause;

-- name: sizes
select list, market, cast(sum(rows) as bigint), cast(sum(added + removed + changed) as bigint)
from read_parquet($file, hive_partitioning = false)
group by list, market
order by list, market;
