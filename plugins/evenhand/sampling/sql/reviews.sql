-- name: told
-- One row per review and unit that it says something of: the item of a decision can be of a penalty, too. An item that
-- a night drew is known by the draw's key alone: its market, its subject, whether it is a first or a second review.
-- What was drawn elsewhere has a chance of its own, or none; a review that names an item of a draw and has none is of
-- an item that nobody drew, or of one that another review answered, and says nothing.
select
    reviews.review_id, creators.market, reviews.account_id, reviews.drawn_from, reviews.content_id,
    case when reviews.drawn_from = 'decided' then reviews.violation_id else reviews.content_id end as subject,
    cast(null as varchar) as stratum, cast(null as varchar) as unit_id, cast(null as date) as drawn_on,
    coalesce(reviews.round, 1) as round, reviews.inclusion_probability as probability,
    cast(null as double) as exposure,
    reviews.reviewed_on, reviews.is_violation, reviews.guidance_version, coalesce(reviews.blind, true) as is_blind
from stg_qa_reviews as reviews
inner join stg_creators as creators using (account_id)
where
    (reviews.draw_item_id is null or reviews.inclusion_probability is not null)
    and reviews.review_id not in (
        select review_id from samples.qa_keys
        where review_id is not null
    )
union all
select
    reviews.review_id, keys.market, keys.account_id,
    case when violations.violation_id is null then 'published' else 'decided' end as drawn_from,
    case when violations.violation_id is null then keys.subject else violations.content_id end as content_id,
    keys.subject, keys.stratum, keys.unit_id, keys.drawn_on, keys.round, keys.probability,
    cast(keys.exposure as double) as exposure,
    reviews.reviewed_on, reviews.is_violation, reviews.guidance_version, coalesce(reviews.blind, true) as is_blind
from samples.qa_keys as keys
inner join stg_qa_reviews as reviews using (review_id)
left join stg_violations as violations on keys.subject = violations.violation_id;
