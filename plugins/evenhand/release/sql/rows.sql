-- name: rows_of_lists
select
    'penalties' as list, row_key, account_id, market, programme, scope, measure, cast(null as decimal(18, 2)) as amount,
    starts_on, ends_on, reason_id
from {{ penalties }}
union all
select
    'rewards' as list, row_key, account_id, market, programme, scope, reward as measure, amount, starts_on, ends_on,
    reason_id
from {{ rewards }};
