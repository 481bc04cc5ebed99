select
    account_id,
    market,
    kind,
    language,
    cast(followers as bigint) as followers,
    category,
    landed_night as known_from,
    lead(landed_night) over (partition by account_id order by landed_night) as known_until
from {{ source('accepted', 'creator_versions') }}
where withdrawn is null
