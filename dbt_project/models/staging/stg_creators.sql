select
    account_id,
    market,
    kind,
    language,
    cast(onboarded_on as date) as onboarded_on,
    cast(exited_on as date) as exited_on,
    cast(followers as bigint) as followers,
    category,
    linked_to,
    landed_night
from {{ source('accepted', 'creators') }}
