select
    violation_id,
    account_id,
    content_id,
    violation_type,
    batch_id,
    cast(decided_on as date) as decided_on,
    status,
    severity,
    cast(points as decimal(18, 2)) as points,
    live_id,
    surface,
    cast(detected_on as date) as detected_on,
    detected_by,
    decided_by,
    cast(enforced_on as date) as enforced_on,
    cast(notified_on as date) as notified_on,
    landed_night
from {{ source('accepted', 'violations') }}
