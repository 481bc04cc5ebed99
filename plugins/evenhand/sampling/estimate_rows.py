"""The rows that estimates are made of, in what a night was computed in."""

from __future__ import annotations

from evenhand.release.quality_samples import JUDGED, UNANSWERED
from evenhand.sampling.reviews import LIKELY, OF_UNITS, REVIEWS

# What QA drew elsewhere without a probability stands for its market's contents of the day. Views are those of a
# content, of an item that a night drew those that it had gained since its last row; where nobody counts them, none.
REVIEWED = f"""
with {REVIEWS}
select
    told.drawn_from, told.market, told.is_violation,
    case when told.stratum is null then contents.views
        when coalesce(contents.views, lives.viewers) is not null then told.exposure end as views,
    cast(coalesce(1 / cast(told.probability as double), weighted.weight, 1) as double) as weight
from told
left join stg_contents as contents on told.content_id = contents.content_id
left join stg_lives as lives on told.subject = lives.live_id
left join int_qa_reviews_weighted as weighted on told.review_id = weighted.review_id
where told.reviewed_on > $since and told.reviewed_on <= $night and {OF_UNITS} and {LIKELY}
"""
# Who was judged by another version of the guidance than the truth is left out.
OF_GOLDEN = f"""
with {REVIEWS},
golden_reviews as (
    select distinct told.review_id, creators.market, golden.is_violation = 'yes' as is_true, told.is_violation as said
    from accepted.golden_items as golden
    inner join told on golden.subject = told.subject
    inner join stg_creators as creators on golden.account_id = creators.account_id
    where told.reviewed_on <= $night and told.round = 1
        and coalesce(golden.guidance_version = told.guidance_version, true)
)
select
    market,
    count(*) filter (is_true) as violating, count(*) filter (is_true and said) as recognised,
    count(*) filter (not is_true) as clean, count(*) filter (not is_true and not said) as passed
from golden_reviews
group by market
"""
REVIEWED_TWICE = f"""
with {REVIEWS},
each_once as (
    select distinct review_id, market, drawn_from, subject, drawn_on, round, is_violation, guidance_version
    from told
    where reviewed_on > $since and reviewed_on <= $night and is_blind and subject is not null
)
select
    each_once.market, violations.violation_type,
    list(each_once.is_violation order by each_once.round, each_once.review_id) as said
from each_once
left join stg_violations as violations on each_once.subject = violations.violation_id
group by
    each_once.market, violations.violation_type, each_once.drawn_from, each_once.subject, each_once.drawn_on,
    each_once.guidance_version
having count(*) > 1
"""
OF_PENALTIES = f"""
select market, measure, cast(1 / cast(probability as double) as double) as weight, is_wrong, decisions
from samples.{JUDGED}
order by market, drawn_on, row_key
"""
CLOSED = f"""
select market, count(distinct item_id) as items,
    count(distinct item_id) filter (state = '{UNANSWERED}') as unanswered
from samples.qa_keys
where closed_on > $since and closed_on <= $night
group by market
"""
