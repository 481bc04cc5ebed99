with

stg_metrics as (
    select * from {{ ref('stg_metrics') }}
),

creator_versions as (
    select * from {{ ref('stg_creator_versions') }}
),

followers_of_each_version as (
    select
        'followers/' || account_id || '/' || known_from as measurement_id,
        account_id,
        'followers' as metric,
        known_from as on_day,
        cast(followers as decimal(18, 4)) as value
    from creator_versions
    where followers is not null
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
    select * from followers_of_each_version
)

select * from measurements_of_both_feeds
