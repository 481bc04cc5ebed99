with

emergencies as (
    select * from {{ ref('int_emergencies') }}
    where {{ day_in(night(), 'from_day', 'until_day') }}
),

measure_periods_between_lifts as (
    select * from {{ ref('int_measure_periods_between_lifts') }}
),

impositions_that_were_ever_lifted as (
    select distinct
        imposed_by,
        account_id
    from measure_periods_between_lifts
    where imposed_by <> ''
),

impositions_lifted_tonight as (
    select ever.*
    from impositions_that_were_ever_lifted as ever
    left join measure_periods_between_lifts as stretches
        on
            ever.imposed_by = stretches.imposed_by
            and ever.account_id = stretches.account_id
            and {{ day_in(night(), 'stretches.from_day', 'stretches.until_day') }}
    where stretches.imposed_by is null
)

select
    emergencies.emergency_id,
    emergencies.action,
    emergencies.list,
    emergencies.account_id,
    emergencies.market,
    emergencies.measure,
    emergencies.scope,
    emergencies.reason,
    emergencies.author,
    emergencies.approved_by,
    emergencies.first_night,
    emergencies.last_day
from emergencies
left join impositions_lifted_tonight as lifted
    on
        emergencies.emergency_id = lifted.imposed_by
        and emergencies.account_id = lifted.account_id
where lifted.imposed_by is null
