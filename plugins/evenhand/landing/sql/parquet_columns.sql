-- name: columns
select file_name, name, coalesce(duckdb_type, 'nested') as type, coalesce(num_children, 0) as children
from parquet_schema($paths)
where column_id > 0
order by file_name, column_id;
