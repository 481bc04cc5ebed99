select
    order_id,
    account_id,
    cast(ordered_on as date) as ordered_on,
    status,
    cast(status_on as date) as status_on,
    cast(amount as decimal(18, 2)) as amount,
    cast(commission as decimal(18, 2)) as commission,
    content_id,
    live_id,
    landed_night
from {{ source('accepted', 'orders') }}
