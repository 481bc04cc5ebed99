with

creators as (
    select * from {{ ref('stg_creators') }}
),

contents as (
    select * from {{ ref('stg_contents') }}
),

lives as (
    select * from {{ ref('stg_lives') }}
),

orders as (
    select * from {{ ref('stg_orders') }}
),

user_reports as (
    select * from {{ ref('stg_user_reports') }}
),

what_was_done_on_each_day as (
    select
        account_id,
        published_on as on_day,
        1 as contents,
        0 as lives,
        0 as live_minutes,
        0 as viewers,
        0 as interactions,
        0 as product_links,
        0 as lives_without_interaction,
        0 as lives_interrupted,
        0 as orders,
        0 as orders_from_lives,
        cast(0 as decimal(18, 2)) as amount,
        0 as misleading_reports_on_lives
    from contents
    where {{ in_metric_window('published_on') }}
    union all
    select
        account_id,
        on_day,
        0 as contents,
        1 as lives,
        minutes as live_minutes,
        viewers,
        interactions,
        product_links,
        case when interactions = 0 then 1 else 0 end as lives_without_interaction,
        case when interrupted then 1 else 0 end as lives_interrupted,
        0 as orders,
        0 as orders_from_lives,
        0 as amount,
        0 as misleading_reports_on_lives
    from lives
    where {{ in_metric_window('on_day') }}
    union all
    select
        account_id,
        ordered_on as on_day,
        0 as contents,
        0 as lives,
        0 as live_minutes,
        0 as viewers,
        0 as interactions,
        0 as product_links,
        0 as lives_without_interaction,
        0 as lives_interrupted,
        1 as orders,
        case when live_id is not null then 1 else 0 end as orders_from_lives,
        amount,
        0 as misleading_reports_on_lives
    from orders
    where {{ in_metric_window('ordered_on') }}
    union all
    select
        account_id,
        reported_on as on_day,
        0 as contents,
        0 as lives,
        0 as live_minutes,
        0 as viewers,
        0 as interactions,
        0 as product_links,
        0 as lives_without_interaction,
        0 as lives_interrupted,
        0 as orders,
        0 as orders_from_lives,
        0 as amount,
        1 as misleading_reports_on_lives
    from user_reports
    where {{ in_metric_window('reported_on') }} and live_id is not null and report_type = 'misleading_claim'
),

sums_of_each_day as (
    select
        account_id,
        on_day,
        cast(sum(contents) as bigint) as contents,
        cast(sum(lives) as bigint) as lives,
        cast(sum(live_minutes) as bigint) as live_minutes,
        cast(sum(viewers) as bigint) as viewers,
        cast(sum(interactions) as bigint) as interactions,
        cast(sum(product_links) as bigint) as product_links,
        cast(sum(lives_without_interaction) as bigint) as lives_without_interaction,
        cast(sum(lives_interrupted) as bigint) as lives_interrupted,
        cast(sum(orders) as bigint) as orders,
        cast(sum(orders_from_lives) as bigint) as orders_from_lives,
        cast(sum(amount) as decimal(28, 2)) as amount,
        cast(sum(misleading_reports_on_lives) as bigint) as misleading_reports_on_lives
    from what_was_done_on_each_day
    group by account_id, on_day
),

sums_of_accounts_that_are_known as (
    select
        sums.account_id,
        creators.market,
        creators.category,
        sums.on_day,
        sums.contents,
        sums.lives,
        sums.live_minutes,
        sums.viewers,
        sums.interactions,
        sums.product_links,
        sums.lives_without_interaction,
        sums.lives_interrupted,
        sums.orders,
        sums.orders_from_lives,
        sums.amount,
        sums.misleading_reports_on_lives
    from sums_of_each_day as sums
    inner join creators on sums.account_id = creators.account_id
)

select * from sums_of_accounts_that_are_known
