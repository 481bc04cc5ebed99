-- name: take_files
create or replace table {{ table }} as
select {{ columns }} from {{ landed }}
where {{ are_known }}
order by all;

-- name: take_arrived
create or replace table landing.arrived as
select night, feed, market, cast(sum(rows) as bigint) as rows from store.landing.arrived
where {{ are_known }}
group by night, feed, market
order by all;

-- name: take_rows
create or replace table {{ table }} as
select * from {{ landed }}
where {{ are_looked_at }}
order by landed_night, landed_file, landed_row;
