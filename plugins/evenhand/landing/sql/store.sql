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
select column_name from duckdb_columns()
where schema_name = 'landing' and table_name = $table
order by column_index;
