-- name: parsed
select json_serialize_sql($sql);

-- name: functions_that_sum_nothing_up
-- A macro sums up if what it calls does, which can be another macro.
with recursive

functions_that_sum_up as (
    select function_name
    from duckdb_functions()
    where function_type = 'aggregate'
    union
    select macros.function_name
    from duckdb_functions() as macros
    inner join functions_that_sum_up
        on
            list_contains(
                regexp_extract_all(macros.macro_definition, '(\w+)"?\s*\(', 1), functions_that_sum_up.function_name
            )
)

select distinct function_name
from duckdb_functions()
where function_name not in (select functions_that_sum_up.function_name from functions_that_sum_up)
order by function_name;
