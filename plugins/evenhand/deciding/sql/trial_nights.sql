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

-- name: dated_tables
select table_name from duckdb_columns()
where schema_name = 'policy'
group by table_name
having count(*) filter (column_name in ('edition_id', 'effective_from')) = 2
order by all;

-- name: days
with

lasting as (
    select distinct edition_id from policy.packs
    where effective_before is null or effective_before > $today
),

dated as (
    select * from ({{ parts }})
    semi join lasting using (edition_id)
)

select effective_from from dated
union
select effective_before - 1 from dated
where effective_before is not null
union
select effective_before from dated
where effective_before is not null;

-- name: kinds
select market, kind from policy.kinds
union
select market, kind from policy.eligibility
union
select market, kind from policy.bonus_kinds
order by all;
