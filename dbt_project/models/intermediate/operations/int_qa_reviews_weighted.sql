with

-- A second opinion on an item is no second item, and one that knew of another is none of its own. What an item of a
-- draw of Evenhand's stands for is known by the draw's key alone: its reviews are for estimates.
qa_reviews as (
    select * from {{ ref('stg_qa_reviews') }}
    where
        coalesce(round, 1) = 1
        and coalesce(blind, true)
        and (draw_item_id is null or inclusion_probability is not null)
),

creators as (
    select * from {{ ref('stg_creators') }}
),

contents as (
    select * from {{ ref('stg_contents') }}
),

violations as (
    select * from {{ ref('stg_violations') }}
),

contents_published_each_day as (
    select
        creators.market,
        contents.published_on,
        count(*) as published
    from contents
    inner join creators on contents.account_id = creators.account_id
    where {{ in_metric_window('contents.published_on') }}
    group by creators.market, contents.published_on
),

opinions_with_the_day_they_are_of as (
    select
        reviews.review_id,
        reviews.drawn_from,
        creators.market,
        reviews.content_id,
        reviews.violation_id,
        case when reviews.drawn_from = 'published' then contents.published_on else reviews.reviewed_on end as of_day,
        reviews.is_violation,
        contents.views,
        violations.detected_by as detector,
        -- The band is of the model's confidence when it decided.
        case
            when violations.confidence < 0.5 then 'below 0.5'
            when violations.confidence < 0.8 then '0.5 to 0.8'
            when violations.confidence < 0.95 then '0.8 to 0.95'
            when violations.confidence is not null then 'from 0.95'
        end as confidence_band,
        case when reviews.drawn_from = 'published' then published.published end as published
    from qa_reviews as reviews
    inner join creators on reviews.account_id = creators.account_id
    left join contents on reviews.content_id = contents.content_id
    left join violations on reviews.violation_id = violations.violation_id
    left join contents_published_each_day as published
        on
            creators.market = published.market
            and contents.published_on = published.published_on
),

-- QA draws as many on a day with few contents as on one with many: each opinion stands for the contents of its day
-- that nobody looked at.
opinions_with_their_weight as (
    select
        * exclude (published),  -- noqa: RF02
        cast(case
            when drawn_from = 'decided' then 1
            else published / count(*) over (partition by drawn_from, market, of_day)
        end as decimal(18, 6)) as weight
    from opinions_with_the_day_they_are_of
    where {{ in_metric_window('of_day') }}
)

select * from opinions_with_their_weight
