-- name: built_before
select 'view' as kind, view_name as name from duckdb_views()
where database_name = current_database() and schema_name = 'main' and not internal
union all
select 'table' as kind, table_name as name from duckdb_tables()
where database_name = current_database() and schema_name = 'main';
