select
    account_id,
    market,
    kind,
    language,
    cast(onboarded_on as date) as onboarded_on,
    landed_night as known_at
from {{ source('accepted', 'creators') }}
