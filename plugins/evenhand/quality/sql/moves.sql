-- name: kept_accounts
insert into {{ table }}
with

stays as (
    select
        account_id, market, withdrawn, landed_night,
        lead(landed_night) over (partition by account_id order by landed_night) as until_night
    from accepted.creator_versions
    where landed_night <= $known_at
),

stays_since as (
    select * from stays
    where withdrawn is null and ($ever or $since is null or until_night is null or until_night > $since)
),

now as (
    select * from stays
    where until_night is null and withdrawn is null
),

moved as (
    select account_id from stays_since
    group by account_id
    having bool_or(market = $market) and ($ever or count(distinct market) > 1)
),

left_in_another_market as (
    select now.account_id
    from now
    inner join {{ released }} as released using (account_id)
    where now.market != released.market and $market in (now.market, released.market) and {{ moves_with_its_account }}
)

select $list, $market, account_id from moved
union
select $list, $market, account_id from left_in_another_market;

-- name: moved_accounts
select account_id
from {{ creators_before }} as before
inner join {{ creators_now }} as now using (account_id)
where (before.market, before.kind) is distinct from (now.market, now.kind)
order by all;
