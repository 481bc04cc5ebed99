-- name: files_without_markets
select landed_file from landing.files
where
    feed = $feed
    and rows > 0
    and landed_file not in (select landed_file from landing.arrived);

-- name: rows_of_files
-- Whose rows a file has, and not each row: there are a thousand times as many.
select landed_night, landed_file, {{ whose }}, count(*) as of_them
from {{ feed }}
where landed_file in (select unnest(cast($new as varchar[])))
group by all;

-- name: note_markets_of_creators
insert into landing.arrived
select rows.landed_night, rows.landed_file, $feed, market, sum(of_them)
from ({{ rows_of_files }}) as rows
where market is not null
group by all
order by all;

-- name: note_markets
insert into landing.arrived
select rows.landed_night, rows.landed_file, $feed, creators.market, sum(of_them)
from ({{ rows_of_files }}) as rows
-- Not an asof join: of files that it takes to be few, DuckDB looks through all rows for each.
inner join (
    select
        account_id, market, landed_night as since,
        lead(landed_night) over (partition by account_id order by landed_night) as until
    from (
        select {{ compared_account }} as account_id, landed_night, max(market) as market
        from landing.creators
        where account_id is not null
        group by all
    )
) as creators
    on
        rows.account_id = creators.account_id
        and rows.landed_night >= creators.since
        and (creators.until is null or rows.landed_night < creators.until)
where creators.market is not null
group by all
order by all;

-- name: known
select landed_file, size, changed_at, touched_at, sha256, 0 as place from landing.files
union all
select landed_file, size, changed_at, touched_at, sha256, 1 from landing.unusable
where sha256 != ''
order by place;

-- name: versions_known
select landed_file, (sha256, rows_said, '') as version from landing.files
where night <= $night
union all
select landed_file, (sha256, rows_said, why) from landing.unusable
where night <= $night and landed_file not in (select landed_file from landing.files);

-- name: forget_replacements_gone
delete from landing.unusable
where
    night <= $night
    and landed_file in (select landed_file from landing.files)
    and not list_contains($waiting, landed_file);
