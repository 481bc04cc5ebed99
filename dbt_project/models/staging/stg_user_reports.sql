select
    report_id,
    account_id,
    content_id,
    live_id,
    report_type,
    cast(reported_on as date) as reported_on,
    landed_night
from {{ source('accepted', 'user_reports') }}
