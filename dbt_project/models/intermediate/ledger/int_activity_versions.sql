with

activity_versions as (
    select * from {{ ref('stg_activity_versions') }}
),

training_versions as (
    select * from {{ ref('stg_training_versions') }}
),

bonuses as (
    select * from {{ source('policy', 'bonuses') }}
),

versions_of_both_feeds as (
    select
        activity_id,
        account_id,
        activity,
        on_day,
        quantity,
        subject,
        is_withdrawn,
        known_from,
        known_until
    from activity_versions
    union all
    select
        attempt_id as activity_id,
        account_id,
        training as activity,
        passed_on as on_day,
        cast(1 as decimal(18, 2)) as quantity,
        subject,
        is_withdrawn,
        known_from,
        known_until
    from training_versions
)

select * exclude (is_withdrawn) from versions_of_both_feeds
where not is_withdrawn and activity in (select bonuses.activity from bonuses)
