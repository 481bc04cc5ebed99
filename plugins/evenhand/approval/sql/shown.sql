-- name: causes
select
    cause,
    count(*) filter (change = 'added'),
    count(*) filter (change = 'removed'),
    count(*) filter (change = 'changed')
from gate.changes
where list = $list and market = $market
group by cause
order by count(*) desc, cause asc;

-- name: largest_groups
select programme, measure, change, cause, count(*) from gate.changes
where list = $list and market = $market
group by all
order by count(*) desc, programme asc, measure asc, change asc, cause asc
limit $groups;

-- name: accounts
-- Those of a first wave first.
with

reasons as (
    select reason_id, explanation from main.reasons
    union
    select reason_id, explanation from released.last_reasons
)

select account_id, measure, scope, change, cause, explanation
from gate.changes
left join reasons using (reason_id)
where list = $list and market = $market
qualify row_number() over (partition by row_key order by explanation) = 1
order by {{ waits }}, md5(row_key), row_key
limit $accounts;

-- name: other_words
select now.pack, {{ before_and_now }}
from gate.changes as changes
inner join gate.proposed_reasons as now using (list, row_key, reason_id)
inner join {{ last }} as last using (row_key)
inner join released.last_reasons as before
    on changes.list = before.list and last.row_key = before.row_key and last.reason_id = before.reason_id
where changes.list = $list and changes.market = $market and cause = 'text';

-- name: sizes
-- What has ended meanwhile isn't kept: nobody is penalised for longer because somebody has to look.
select
    (
        select count(*) from {{ last }}
        where market = $market
    ),
    (
        select count(*) from {{ last }}
        where market = $market and coalesce(starts_on, $night) <= $night and coalesce(ends_on, $night) >= $night
    ),
    (
        select coalesce(sum(rows), 0) from gate.list_sizes
        where list = $list and market = $market
    );
