select
    activity_id,
    account_id,
    activity,
    cast(on_day as date) as on_day,
    cast(coalesce(quantity, '1') as decimal(18, 2)) as quantity,
    violation_id,
    content_id,
    subject,
    landed_night
from {{ source('accepted', 'activities') }}
