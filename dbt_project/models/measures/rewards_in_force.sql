with

standings as (
    select * from {{ ref('account_standings') }}
),

rewards as (
    select * from {{ source('policy', 'rewards') }}
),

rewards_of_the_zone as (
    select
        standings.account_id || '/' || standings.programme || '/' || rewards.scope || '/' || rewards.reward as row_key,
        standings.account_id,
        standings.market,
        standings.programme,
        rewards.scope,
        rewards.reward,
        rewards.pack,
        rewards.version,
        standings.zone,
        standings.balance,
        standings.since as starts_on
    from standings
    inner join rewards
        on
            standings.market = rewards.market
            and standings.programme = rewards.programme
            and standings.zone = rewards.zone
            and {{ judges('rewards', night()) }}
)

select * from rewards_of_the_zone
