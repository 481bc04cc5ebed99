-- name: changes
select list, market, change, cause, count(*) from gate.changes
group by all
order by all;

-- name: quarantined
select feed, count(*) from quarantine.rows
group by all
order by all;

-- name: sizes
select 'penalties' as list, count(*) from gate.penalties
union all
select 'rewards' as list, count(*) from gate.rewards
order by list;
