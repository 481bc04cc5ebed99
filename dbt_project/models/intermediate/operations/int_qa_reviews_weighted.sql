with

-- A second opinion on an item is no second item, and one that knew of another is none of its own. What has a chance of
-- its own stands for one over it, and what an item of a draw of Evenhand's stands for is known by the draw's key alone:
-- neither needs a weight from here.
qa_reviews as (
    select * from {{ ref('stg_qa_reviews') }}
    where
        coalesce(round, 1) = 1
        and coalesce(blind, true)
        and draw_item_id is null
        and inclusion_probability is null
),

creators as (
    select * from {{ ref('stg_creators') }}
),

contents as (
    select * from {{ ref('stg_contents') }}
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
        case when reviews.drawn_from = 'published' then contents.published_on else reviews.reviewed_on end as of_day,
        case when reviews.drawn_from = 'published' then published.published end as published
    from qa_reviews as reviews
    inner join creators on reviews.account_id = creators.account_id
    left join contents on reviews.content_id = contents.content_id
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
