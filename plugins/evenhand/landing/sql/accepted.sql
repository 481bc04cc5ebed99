-- name: known
-- The good versions that had landed.
select landed_night, landed_file, landed_row, {{ columns }} from {{ candidates }}
anti join (
    from {{ bad }}
    where feed = {{ feed }}
) using (landed_file, landed_row)
where landed_night <= cast({{ night }} as date);

-- name: newest
select * from (
    select * from ({{ known }})
    qualify row_number() over (partition by {{ key }} order by {{ changed_at }} desc, landed_night desc) = 1
)
where withdrawn is null
order by {{ key }};

-- name: newest_of_each_night
select * from ({{ rows }})
qualify
    row_number() over (partition by {{ key }}, landed_night order by {{ changed_at }} desc) = 1
    and {{ changed_at }} = max({{ changed_at }}) over (partition by {{ key }} order by landed_night);

-- name: emergencies_of
select * from {{ warehouse }}.emergencies.known
union all by name
select cast(null as varchar) as ends
where false;
