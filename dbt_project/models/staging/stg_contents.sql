select
    content_id,
    account_id,
    kind,
    cast(published_on as date) as published_on,
    title,
    {{ as_moment('published_at') }} as published_at,
    cast(views as bigint) as views,
    cast(views_before_removal as bigint) as views_before_removal,
    language,
    category,
    link,
    landed_night
from {{ source('accepted', 'contents') }}
