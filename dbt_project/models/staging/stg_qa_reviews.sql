select
    review_id,
    drawn_from,
    account_id,
    content_id,
    violation_id,
    cast(reviewed_on as date) as reviewed_on,
    is_violation = 'yes' as is_violation,
    violation_type,
    landed_night
from {{ source('accepted', 'qa_reviews') }}
