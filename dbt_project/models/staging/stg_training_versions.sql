select
    attempt_id,
    account_id,
    training,
    cast(passed_on as date) as passed_on,
    subject,
    withdrawn is not null as is_withdrawn,
    landed_night as known_from,
    lead(landed_night) over (partition by attempt_id order by landed_night) as known_until
from {{ source('accepted', 'training_versions') }}
