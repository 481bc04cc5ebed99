with

reward_reasons as (
    select * from {{ ref('reward_reasons') }}
)

select
    row_key,
    account_id,
    market,
    programme,
    scope,
    measure as reward,
    starts_on,
    ends_on,
    reason_id
from reward_reasons
