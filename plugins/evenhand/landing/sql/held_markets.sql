-- name: held_markets
select distinct market, why, file, line from held.markets
where len($steps) = 0 or list_contains($steps, step)
order by all;

-- name: find_held_accounts
create or replace table held.accounts as
select account_id, bool_or(step = 'models') as is_set_aside
from (
    select account_id, market from accepted.creators
    union all
    select account_id, market from accepted.creator_versions
)
inner join held.markets using (market)
group by account_id
order by account_id;
