-- name: built_before
select 'view' as kind, view_name as name from duckdb_views()
where schema_name = 'main' and not internal and database_name = current_database()
union all
select 'table' as kind, table_name as name from duckdb_tables()
where schema_name = 'main' and database_name = current_database()
order by all;

-- name: failing
select count(*) from (
    {{ found }}
);
