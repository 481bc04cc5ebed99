-- name: problems
select
    column_name, rule, any_value(remedy), count(*),
    'row ' || min(landed_row) || coalesce(', `' || arg_min(text, landed_row) || '`', '')
from quarantine.rows
where landed_file = $name
group by all
order by min(landed_row), column_name, rule;

-- name: take_from_store
insert into landing.{{ table }} ({{ columns }})
select {{ columns }} from store.landing.{{ table }}
where landed_file = $name;
