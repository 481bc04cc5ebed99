-- A page shows this as it is laid out here, so that it has no comment in it.
-- noqa: disable=LT02,AL09

-- name: against
select coalesce(tonight.account_id, last.account_id) as account_id, coalesce(tonight.market, last.market) as market,
    '{{ list }}' as list, case when last.row_key is null then 'new' when tonight.row_key is null then 'ended'
    else 'changed' end as change, coalesce(tonight.programme, last.programme) as programme,
    coalesce(tonight.scope, last.scope) as scope, last.{{ what }} as measure_before, tonight.{{ what }} as measure,
    last.ends_on as ends_before, tonight.ends_on as ends_on, coalesce(tonight.row_key, last.row_key) as row_key
from {{ list }} as tonight full join before.{{ list }} as last using (row_key)
where (tonight.{{ what }}, tonight.starts_on, tonight.ends_on)
    is distinct from (last.{{ what }}, last.starts_on, last.ends_on);
