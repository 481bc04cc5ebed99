with

penalty_reasons as (
    select * from {{ ref('int_penalty_reasons') }}
)

select
    row_key,
    account_id,
    market,
    programme,
    scope,
    measure,
    starts_on,
    ends_on,
    reason_id
from penalty_reasons
