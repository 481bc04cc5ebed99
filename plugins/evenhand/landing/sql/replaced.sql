-- name: count_keys_gone
select
    count(*),
    count(*) filter (
        name not in (
            select {{ compared_key }} from {{ feed }}
            where landed_file = $new and {{ key }} is not null
        )
    )
from (
    select distinct {{ compared_key }} as name from {{ feed }}
    where landed_file = $old and {{ is_whole }}
);
