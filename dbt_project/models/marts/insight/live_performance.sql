with

account_days as (
    select * from {{ ref('int_account_days') }}
    where lives > 0 or orders_from_lives > 0 or misleading_reports_on_lives > 0
),

lives_of_each_account as (
    select
        {{ night() }} as as_of,
        account_id,
        market,
        cast(sum(lives) as bigint) as lives,
        {{ as_number('sum(live_minutes) / 60.0') }} as hours,
        cast(sum(viewers) as bigint) as viewers,
        cast(sum(interactions) as bigint) as interactions,
        cast(sum(product_links) as bigint) as product_links,
        cast(sum(orders_from_lives) as bigint) as orders,
        {{ as_ratio(metric_figure('viewers_per_live')) }} as viewers_per_live,
        {{ as_ratio(metric_figure('live_conversion')) }} as conversion,
        {{ as_ratio(metric_figure('share_of_lives_without_interaction')) }} as without_interaction,
        {{ as_ratio(metric_figure('share_of_lives_interrupted')) }} as interrupted,
        {{ as_ratio(metric_figure('misleading_reports_per_thousand_lives')) }}
            as misleading_reports_per_thousand
    from account_days
    group by account_id, market
)

select * from lives_of_each_account
