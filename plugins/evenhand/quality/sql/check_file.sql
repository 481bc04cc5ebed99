-- name: broken
select
    column_name, rule, any_value(remedy), count(*),
    'row ' || min(landed_row) || coalesce(', `' || arg_min(text, landed_row) || '`', '')
from quarantine.rows
where landed_file = $file
group by all
order by min(landed_row), column_name, rule;
