select
    measurement_id,
    account_id,
    metric,
    cast(on_day as date) as on_day,
    cast(value as decimal(18, 4)) as value,
    landed_night
from {{ source('accepted', 'metrics') }}
