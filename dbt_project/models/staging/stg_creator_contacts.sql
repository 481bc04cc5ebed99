select
    contact_id,
    account_id,
    cast(opened_on as date) as opened_on,
    subject,
    rule,
    cast(solved_on as date) as solved_on,
    cast(satisfaction as decimal(18, 2)) as satisfaction,
    {{ as_moment('opened_at') }} as opened_at,
    {{ as_moment('solved_at') }} as solved_at,
    landed_night
from {{ source('accepted', 'creator_contacts') }}
