-- name: rules_with_a_market
select table_name from duckdb_columns()
where database_name = current_database() and schema_name = 'policy' and column_name = 'effective_from'
order by table_name;
