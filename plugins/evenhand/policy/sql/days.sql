-- name: days
select distinct market, pack, version, cast({{ day }} as date) from {{ rules }}
where {{ day_column }} is not null;

-- name: move
update {{ rules }} set {{ day_column }} = cast({{ moved }} as date)
where {{ day }} > $after and {{ day }} <= coalesce($until, date '9999-12-31');

-- name: columns
select table_name, column_name from duckdb_columns()
where database_name = current_database() and schema_name = 'policy'
order by table_name, column_index;
