select
    report_id,
    account_id,
    content_id,
    live_id,
    report_type,
    cast(reported_on as date) as reported_on,
    notifier,
    ground,
    outcome,
    cast(decided_on as date) as decided_on,
    {{ as_moment('reported_at') }} as reported_at,
    {{ as_moment('decided_at') }} as decided_at,
    landed_night
from {{ source('accepted', 'user_reports') }}
