-- name: violations
-- What packs name of each market: types of violations, and so activities and metrics.
select distinct market, event_type from policy.entry_rules
where source = 'violation';

-- name: activities
select distinct market, event_type from policy.entry_rules
where source = 'activity'
union
select market, activity from policy.bonuses
union
select distinct market, activity from policy.packs
cross join policy.activities_named;

-- name: metrics
select distinct market, metric from policy.programmes
where metric is not null
union
select market, metric from policy.multipliers
where metric is not null;

-- name: lasting
select distinct market, pack, version from policy.packs
where effective_before is null or effective_before > $today
order by all;

-- name: kinds
select market, kind from policy.kinds
union
select market, kind from policy.eligibility
union
select market, kind from policy.bonus_kinds
order by all;
