select
    appeal_id,
    violation_id,
    account_id,
    cast(filed_on as date) as filed_on,
    outcome,
    cast(decided_on as date) as decided_on,
    cast(points as decimal(18, 2)) as points,
    decider,
    ground,
    channel,
    {{ as_moment('filed_at') }} as filed_at,
    {{ as_moment('decided_at') }} as decided_at,
    landed_night
from {{ source('accepted', 'appeals') }}
