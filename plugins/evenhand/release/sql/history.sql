-- name: quarantined
select feed, column_name as "column", rule, remedy, count(*) as rows from quarantine.rows
where landed_night <= $night
group by all
order by all;

-- name: zones
select programme, zone, accounts from history.zones
where as_of = $night
order by programme, zone_rank, zone;

-- name: metrics
select metric, cast(figure as varchar), is_enough from history.metrics
where as_of = $night and market = 'all' and slice = ''
order by metric;

-- name: counts
select
    (
        select cast(coalesce(sum(rows), 0) as bigint) from landing.files
        where feed = $feed and night <= $night
    ) + (
        select count(*) from landing.bad_rows
        where feed = $feed and night <= $night and column_name = ''
    ),
    (
        select accepted from history.feeds
        where as_of = $night and feed = $feed
    ),
    (
        select count(distinct row(landed_file, landed_row)) from quarantine.rows
        where feed = $feed and landed_night <= $night
    );
