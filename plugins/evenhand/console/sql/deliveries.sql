-- name: agreed_nothing
select cast(null as varchar) as receiver, cast(null as boolean) as agrees
where false;

-- name: whose
-- The market of each row that was sent: of what is gone, changes tell. Most rows of a large marketplace
-- weren't, and take no memory.
with of_release as (
    select 'penalties' as list, row_key, market from penalties
    union all
    select 'rewards' as list, row_key, market from rewards
    union all
    select 'notices' as list, notice_id as row_key, market from notices
    union all
    select list, row_key, market from changes
)

select of_release.list, of_release.row_key, min(of_release.market) as market
from of_release
semi join {{ sent }} as sent on of_release.list = sent.list and of_release.row_key = sent.row_key
group by of_release.list, of_release.row_key;

-- name: sent_of_theirs
select sent.* from {{ sent }} as sent
semi join whose on sent.list = whose.list and sent.row_key = whose.row_key;

-- name: of_the_ledger
select
    receiver, list, action, status, count(*) as changes, min(planned_at) as planned_at,
    max(answered_at) as answered_at
from changes
where night = $night and status <> 'superseded'
group by receiver, list, action, status
order by receiver, list, action, status;
