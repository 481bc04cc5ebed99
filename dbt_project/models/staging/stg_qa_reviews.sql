select
    review_id,
    drawn_from,
    account_id,
    content_id,
    violation_id,
    cast(reviewed_on as date) as reviewed_on,
    is_violation = 'yes' as is_violation,
    violation_type,
    reviewer,
    cast(round as bigint) as round,
    guidance_version,
    blind = 'yes' as blind,
    draw_item_id,
    cast(inclusion_probability as decimal(24, 10)) as inclusion_probability,
    {{ as_moment('reviewed_at') }} as reviewed_at,
    landed_night
from {{ source('accepted', 'qa_reviews') }}
