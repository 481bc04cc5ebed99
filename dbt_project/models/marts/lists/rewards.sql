with

reward_reasons as (
    select * from {{ ref('int_reward_reasons') }}
),

rewards_in_force as (
    select * from {{ ref('int_rewards_in_force') }}
    where as_of = {{ night() }}
)

select
    reasons.row_key,
    reasons.account_id,
    reasons.market,
    reasons.programme,
    reasons.scope,
    reasons.measure as reward,
    rewards_in_force.amount,
    reasons.starts_on,
    reasons.ends_on,
    reasons.reason_id
from reward_reasons as reasons
inner join rewards_in_force on reasons.row_key = rewards_in_force.row_key
