select
    live_id,
    account_id,
    cast(on_day as date) as on_day,
    cast(minutes as bigint) as minutes,
    cast(viewers as bigint) as viewers,
    cast(interactions as bigint) as interactions,
    cast(product_links as bigint) as product_links,
    interrupted = 'yes' as interrupted,
    title,
    {{ as_moment('began_at') }} as began_at,
    language,
    category,
    link,
    landed_night
from {{ source('accepted', 'lives') }}
