select
    attempt_id,
    account_id,
    training,
    cast(passed_on as date) as passed_on,
    subject,
    landed_night
from {{ source('accepted', 'trainings') }}
