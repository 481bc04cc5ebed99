-- name: parsed
select json_serialize_sql($sql);

-- name: functions_that_sum_nothing_up
select functions.function_name
from duckdb_functions() as functions
left join
    (
        select distinct function_name
        from duckdb_functions()
        where function_type = 'aggregate'
    ) as aggregates
    on list_contains(regexp_extract_all(functions.macro_definition, '(\w+)"?\s*\(', 1), aggregates.function_name)
group by functions.function_name
having bool_and(functions.function_type <> 'aggregate' and aggregates.function_name is null)
order by functions.function_name;
