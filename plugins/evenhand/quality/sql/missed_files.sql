-- name: missed
with

files as (
    select distinct
        night, landed_file,
        regexp_replace(
            lower(substr(landed_file, length(feed) + 19)), '[.](csv|csv[.]gz|parquet)$', ''
        ) as called
    from (
        select feed, night, landed_file from landing.files
        union all
        select feed, night, landed_file from landing.unusable
    )
    where feed = $feed and $night - night in (0, 7, 14, 21, 28)
),

always as (
    select called, arg_max(landed_file, (night, landed_file)) as newest
    from files
    where night < $night
    group by called
    having count(distinct night) = 4
)

select newest from always
where
    called not in (
        select called from files
        where night = $night
    )
    and exists (
        select 1 from files
        where night = $night
    )
order by newest;
