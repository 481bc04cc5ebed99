select
    content_id,
    account_id,
    kind,
    cast(published_on as date) as published_on,
    title,
    landed_night
from {{ source('accepted', 'contents') }}
