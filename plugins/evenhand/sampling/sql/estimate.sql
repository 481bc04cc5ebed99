-- name: reviewed
-- What QA drew elsewhere without a probability stands for its market's contents of the day, or of these weeks it isn't.
-- Views are those of a content, of an item that a night drew those that it had gained since its last row; where nobody
-- counts them, none.
-- Of contents, lives and decisions, only those that were reviewed are looked at.
with

told as (
    select * from ({{ told }})
    where
        reviewed_on > $since
        and reviewed_on <= $night
        and {{ of_units }}
        and {{ likely }}
        and is_blind
),

contents as (
    select content_id, views from stg_contents
    where content_id in (select content_id from told)
),

lives as (
    select live_id, viewers from stg_lives
    where live_id in (select subject from told)
)

select
    told.drawn_from, told.market, told.is_violation,
    case
        when told.stratum is null then contents.views
        when coalesce(contents.views, lives.viewers) is not null then told.exposure
    end as views,
    cast(coalesce(1 / cast(told.probability as double), weighted.weight) as double) as weight,
    violations.detected_by as detector,
    -- The band is of the model's confidence when it decided.
    case
        when violations.confidence < 0.5 then 'below 0.5'
        when violations.confidence < 0.8 then '0.5 to 0.8'
        when violations.confidence < 0.95 then '0.8 to 0.95'
        when violations.confidence is not null then 'from 0.95'
    end as confidence_band
from told
left join contents on told.content_id = contents.content_id
left join lives on told.subject = lives.live_id
left join int_qa_reviews_weighted as weighted on told.review_id = weighted.review_id
-- One equality: with a condition of one side beside it, each review would be compared with each violation.
left join stg_violations as violations
    on case when told.drawn_from = 'decided' then told.subject end = violations.violation_id
where coalesce(told.probability, weighted.weight) is not null;

-- name: of_golden
-- Who was judged by another version of the guidance than the truth is left out.
with

told as (select * from ({{ told }})),

golden_reviews as (
    select distinct told.review_id, creators.market, golden.is_violation = 'yes' as is_true, told.is_violation as said
    from accepted.golden_items as golden
    inner join told on golden.subject = told.subject
    inner join stg_creators as creators on golden.account_id = creators.account_id
    where
        told.reviewed_on <= $night
        and told.round = 1
        and told.is_blind
        and coalesce(golden.guidance_version = told.guidance_version, true)
)

select
    market,
    count(*) filter (is_true) as violating,
    count(*) filter (is_true and said) as recognised,
    count(*) filter (not is_true) as clean,
    count(*) filter (not is_true and not said) as passed
from golden_reviews
group by market;

-- name: reviewed_twice
-- A decision is one of the policies whose rules count it. A content is judged by all of its market's: what reviewers
-- disagree about is a policy's only where the market has no other that counts violations.
with

told as (select * from ({{ told }})),

each_once as (
    select distinct review_id, market, drawn_from, subject, drawn_on, round, is_violation, guidance_version
    from told
    where reviewed_on > $since and reviewed_on <= $night and is_blind and subject is not null
),

of_decisions as (
    select entries.violation_id, list(distinct rules.pack order by rules.pack) as packs
    from int_ledger_entries as entries
    inner join policy.entry_rules as rules on entries.rule_no = rules.rule_no
    where entries.violation_id in (select subject from each_once)
    group by entries.violation_id
),

of_markets as (
    select market, list(distinct pack order by pack) as packs
    from policy.entry_rules
    where source = 'violation' and effective_from <= $night and coalesce(effective_before > $night, true)
    group by market
)

select
    each_once.market, violations.violation_type,
    coalesce(
        case
            when each_once.drawn_from = 'decided' then of_decisions.packs
            when len(of_markets.packs) = 1 then of_markets.packs
        end,
        []
    ) as packs,
    list(each_once.is_violation order by each_once.round, each_once.review_id) as said
from each_once
left join stg_violations as violations on each_once.subject = violations.violation_id
left join of_decisions on each_once.subject = of_decisions.violation_id
left join of_markets on each_once.market = of_markets.market
group by
    each_once.market, violations.violation_type, each_once.drawn_from, each_once.subject, each_once.drawn_on,
    each_once.guidance_version, of_decisions.packs, of_markets.packs
having count(*) > 1
order by each_once.market, each_once.subject, each_once.drawn_on, each_once.guidance_version;

-- name: of_penalties
select market, measure, cast(1 / cast(probability as double) as double) as weight, is_wrong, decisions
from samples.judged_penalties
order by market, drawn_on, row_key;

-- name: closed
select
    market, count(distinct item_id) as items, count(distinct item_id) filter (state = $unanswered) as unanswered
from samples.qa_keys
where closed_on > $since and closed_on <= $night
group by market;

-- name: frames
select * from samples.frames
order by market, stratum;

-- name: write
insert into estimates.quality_estimates
select
    cast($night as date), estimate, market, slice, about, round(value, 6), round(interval_low, 6),
    round(interval_high, 6), reviews, golden_reviews, is_enough, verdict
from (
    select
        unnest(cast($found as struct(
            estimate varchar, market varchar, slice varchar, about varchar, value double, interval_low double,
            interval_high double, reviews bigint, golden_reviews bigint, verdict varchar, is_enough boolean
        )[]), recursive := true)
);
