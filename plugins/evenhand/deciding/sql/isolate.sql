-- name: accounts_of
with

ever as (
    select account_id, market from accepted.creators
    union all
    select account_id, market from accepted.creator_versions
)

select distinct account_id from ever
where $markets is null or list_contains($markets, market);
