with

stg_metrics as (
    select * from {{ ref('stg_metrics') }}
),

stg_creator_metrics as (
    select * from {{ ref('stg_creator_metrics') }}
),

metrics_of_each_version as (
    select
        metric || '/' || account_id || '/' || on_day as measurement_id,
        account_id,
        metric,
        on_day,
        value
    from stg_creator_metrics
),

measurements_of_both_feeds as (
    select
        measurement_id,
        account_id,
        metric,
        on_day,
        value
    from stg_metrics
    union all
    select * from metrics_of_each_version
)

select * from measurements_of_both_feeds
