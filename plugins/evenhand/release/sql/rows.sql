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

-- name: rows_that_leave
select listed.list, listed.row_key, {{ columns }}, listed.reason_id as reason
from ({{ rows }}) as listed
left join {{ reasons }} as reasons using (list, row_key, reason_id)
left join {{ languages }} as spoken on listed.account_id = spoken.account_id;

-- name: no_reasons
select
    cast(null as varchar) as list,
    cast(null as varchar) as row_key,
    cast(null as varchar) as reason_id
where false;

-- name: no_languages
select cast(null as varchar) as account_id
where false;
