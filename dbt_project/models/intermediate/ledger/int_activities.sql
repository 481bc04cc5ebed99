with

stg_activities as (
    select * from {{ ref('stg_activities') }}
),

stg_trainings as (
    select * from {{ ref('stg_trainings') }}
),

stg_contents as (
    select * from {{ ref('stg_contents') }}
),

stg_lives as (
    select * from {{ ref('stg_lives') }}
),

stg_orders as (
    select * from {{ ref('stg_orders') }}
),

activities_named as (
    select * from {{ source('policy', 'activities_named') }}
),

contents_lives_and_orders as (
    select
        account_id,
        'content_published' as activity,
        published_on as on_day,
        1 as quantity
    from stg_contents
    where published_on is not null
    union all
    select
        account_id,
        'live_minutes' as activity,
        on_day,
        minutes as quantity
    from stg_lives
    union all
    select
        account_id,
        'order_placed' as activity,
        ordered_on as on_day,
        1 as quantity
    from stg_orders
    union all
    select
        account_id,
        'order_' || status as activity,
        status_on as on_day,
        1 as quantity
    from stg_orders
    where status <> 'placed'
    union all
    select
        account_id,
        'order_amount' as activity,
        status_on as on_day,
        amount as quantity
    from stg_orders
    where status = 'delivered'
),

what_accounts_did_each_day as (
    select
        account_id || '/' || activity || '/' || on_day as activity_id,
        account_id,
        activity,
        on_day,
        {{ as_amount('sum(quantity)') }} as quantity,
        cast(null as varchar) as violation_id,
        cast(null as varchar) as content_id,
        cast(null as varchar) as subject
    from contents_lives_and_orders
    where activity in (select activities_named.activity from activities_named)
    group by account_id, activity, on_day
),

activities_of_all_feeds as (
    select
        activity_id,
        account_id,
        activity,
        on_day,
        quantity,
        violation_id,
        content_id,
        subject
    from stg_activities
    union all
    select
        attempt_id as activity_id,
        account_id,
        training as activity,
        passed_on as on_day,
        cast(1 as decimal(18, 2)) as quantity,
        cast(null as varchar) as violation_id,
        cast(null as varchar) as content_id,
        subject
    from stg_trainings
    union all
    select * from what_accounts_did_each_day
)

select * from activities_of_all_feeds
where activity in (select activities_named.activity from activities_named)
