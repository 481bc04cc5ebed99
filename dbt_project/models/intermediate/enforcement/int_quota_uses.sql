with

measures_in_force as (
    select * from {{ ref('int_measures_in_force') }}
),

activities as (
    select * from {{ ref('int_activities') }}
),

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

quotas_in_force as (
    select
        measures.as_of,
        measures.row_key,
        measures.account_id,
        measures.market,
        measures.measure,
        measures.quota_activity,
        measures.quota_at_most,
        greatest(measures.starts_on, calendar_days.period_from) as counted_from
    from measures_in_force as measures
    left join calendar_days
        on
            measures.quota_edition_id = calendar_days.edition_id
            and measures.quota_calendar = calendar_days.calendar
            and measures.as_of = calendar_days.on_day
    where measures.quota_activity is not null and measures.is_asked
),

quotas_with_what_was_done as (
    select
        quotas.as_of,
        quotas.row_key,
        quotas.account_id,
        quotas.market,
        quotas.measure,
        quotas.quota_activity,
        quotas.quota_at_most,
        quotas.counted_from,
        {{ as_count('coalesce(sum(activities.quantity), 0)') }} as done
    from quotas_in_force as quotas
    left join activities
        on
            quotas.account_id = activities.account_id
            and quotas.quota_activity = activities.activity
            and activities.on_day between quotas.counted_from and quotas.as_of
    group by all
)

select
    as_of,
    row_key,
    account_id,
    market,
    measure,
    quota_activity,
    quota_at_most,
    counted_from,
    least(done, quota_at_most) as used,
    greatest(done - quota_at_most, 0) as refused
from quotas_with_what_was_done
