select
    violation_id,
    account_id,
    content_id,
    violation_type,
    batch_id,
    cast(decided_on as date) as decided_on,
    severity,
    cast(points as decimal(18, 2)) as points,
    landed_night as known_at
from {{ source('accepted', 'violations') }}
