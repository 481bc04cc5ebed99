-- name: forget_files_of_feed
delete from {{ table }}
where landed_file in (
    select landed_file from landing.files
    where feed = $feed
    union all
    select landed_file from landing.unusable
    where feed = $feed
);

-- name: columns
select
    table_name,
    list(column_name order by column_index) as columns
from duckdb_columns()
where schema_name = 'landing'
group by table_name
order by table_name;
