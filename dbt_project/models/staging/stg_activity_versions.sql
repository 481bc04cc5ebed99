select
    activity_id,
    account_id,
    activity,
    cast(on_day as date) as on_day,
    cast(coalesce(quantity, '1') as decimal(18, 2)) as quantity,
    subject,
    withdrawn is not null as is_withdrawn,
    landed_night as known_from,
    lead(landed_night) over (partition by activity_id order by landed_night) as known_until
from {{ source('accepted', 'activity_versions') }}
