-- name: find_late_files
create or replace table arrivals.late_files as
with

known as (
    select unnest(cast($folders as varchar[])) as folder, unnest(cast($versions as varchar[])) as sha256
)

select landed_file from landing.files
anti join known on feed || '/night=' || night = known.folder and files.sha256 = known.sha256
where night < $since and not $is_first
order by landed_file;

-- name: find_late_in_place
create or replace table arrivals.late_in_place as
select landed_file from arrivals.late_files
where landed_file in (select unnest(cast($names as varchar[])))
order by landed_file;
