-- name: zones
select programme, zone, count(*) as accounts from {{ standings }}
group by programme, zone, zone_rank
order by programme, zone_rank;

-- name: stages
select coalesce(stage, 'none') as stage, count(*) as accounts from {{ profiles }}
group by all
order by all;

-- name: penalties
-- Against those of another release, most often the one before.
select
    measure,
    count(*) filter (before.key is null) as new,
    count(*) filter (now.key is not null and before.key is not null) as kept,
    count(*) filter (now.key is null) as ended
from (select row_key, measure, row_key as key from {{ penalties }}) as now
full join (select row_key, measure, row_key as key from {{ last }}) as before using (row_key, measure)
group by measure
order by measure;

-- name: quarantined
select feed, coalesce(column_name, '') as "column", rule, remedy, count(*) as rows from {{ quarantine }}
group by all
order by all;

-- name: of_folders
-- The rows of quarantine whose file lies in the folder of some markets, as landing folders name them. A row of it that
-- nobody understood is counted, and not told: it may name an account of another.
select * from {{ quarantine }}
where
    lower(
        coalesce(
            nullif(regexp_extract(landed_file, '(?i)/market=([^/]*)', 1), ''),
            regexp_extract(landed_file, '(?i)/source=([^/]*)', 1)
        )
    ) in ({{ folders }});
