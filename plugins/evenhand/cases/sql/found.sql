-- name: changed_accounts
select distinct account_id from night.gate.changes
where list = $name and market = $market
order by account_id;

-- name: open_appeals
-- A body out of court answers in its own time, and nobody here can decide for it.
select
    appeals.appeal_id, appeals.filed_on, violations.violation_id, violations.account_id, violations.market,
    violations.violation_type, violations.decided_on, violations.detected_by
from ({{ appeals }}) as appeals
inner join account_violations as violations on appeals.violation_id = violations.violation_id
where appeals.outcome = 'pending' and not appeals.is_out_of_court and {{ is_still_decided }}
order by appeals.filed_on, appeals.appeal_id;

-- name: undecided_detections
select * from account_violations
where decided_on is null and detected_on is not null and {{ is_still_decided }}
order by violation_id;

-- name: enforcement_gaps
select * from enforcement_gaps
where gap <> 'detected_not_decided'
order by gap, row_key;

-- name: qa_disagreements
-- Of several reviews of one violation or content, the newest says.
select
    reviews.review_id, reviews.account_id, creators.market, reviews.reviewed_on, reviews.violation_id,
    reviews.content_id, reviews.is_violation
from night.main.stg_qa_reviews as reviews
inner join night.main.stg_creators as creators on reviews.account_id = creators.account_id
where
    (
        reviews.drawn_from = 'decided'
        and not reviews.is_violation
        and exists (
            from night.main.stg_violations as violations
            where violations.violation_id = reviews.violation_id and {{ is_still_decided }}
        )
    )
    or (
        reviews.drawn_from = 'published'
        and reviews.is_violation
        and not exists (
            from night.main.stg_violations as violations
            where violations.content_id = reviews.content_id
        )
    )
qualify
    row_number() over (
        partition by coalesce(reviews.violation_id, reviews.content_id)
        order by reviews.reviewed_on desc, reviews.review_id desc
    ) = 1
order by reviews.review_id;

-- name: accounts_near_closing
with

strictest as (
    select market, programme, arg_max(zone, zone_rank) as zone from policy.zones
    where effective_from <= $night and (effective_before is null or $night < effective_before)
    group by market, programme
)

select health.* from account_health as health
inner join strictest
    on
        health.market = strictest.market
        and health.programme = strictest.programme
        and health.next_zone = strictest.zone
where health.is_near
order by health.account_id, health.programme;
