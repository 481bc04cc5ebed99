with

appeals as (
    select * from {{ ref('stg_appeals') }}
),

rules as (
    select * from {{ ref('int_appeal_rules') }}
),

appeals_in_the_order_they_were_filed as (
    select
        appeals.appeal_id,
        appeals.violation_id,
        appeals.account_id,
        appeals.filed_on,
        appeals.outcome,
        appeals.decided_on,
        appeals.points,
        rules.file_within_days,
        rules.appeals_at_most,
        rules.again_within_days,
        rules.partly_granted,
        rules.decided_on as violation_decided_on,
        row_number() over in_order as appeal_no,
        max(case when appeals.outcome <> 'pending' then appeals.decided_on end) over before_it as decided_before,
        coalesce(bool_or(appeals.outcome = 'pending') over before_it, false) as is_one_before_it_pending
    from appeals
    inner join rules on appeals.violation_id = rules.violation_id
    where coalesce(appeals.channel <> 'out_of_court', true)
    window
        in_order as (partition by appeals.violation_id order by appeals.filed_on, appeals.appeal_id),
        before_it as (
            partition by appeals.violation_id
            order by appeals.filed_on, appeals.appeal_id
            rows between unbounded preceding and 1 preceding
        )
),

appeals_with_the_last_day_for_each as (
    select
        *,
        case
            when appeal_no = 1 then {{ add_days('violation_decided_on', 'file_within_days') }}
            -- While one is pending, the time for the next hasn't begun.
            when not is_one_before_it_pending then {{ add_days('decided_before', 'again_within_days') }}
        end as last_day_to_file
    from appeals_in_the_order_they_were_filed
),

-- Of what comes after one that was too late, nothing is in time: no decision on it gives new time. So what is too late
-- takes no place among the appeals that the pack allows.
appeals_in_time as (
    select
        appeal_id,
        violation_id,
        account_id,
        appeal_no,
        false as is_out_of_court,
        filed_on,
        outcome,
        decided_on,
        partly_granted,
        points
    from appeals_with_the_last_day_for_each
    qualify
        (appeals_at_most is null or appeal_no <= appeals_at_most)
        and bool_and(coalesce(filed_on <= last_day_to_file, true)) over (
            partition by violation_id order by filed_on, appeal_id
            rows between unbounded preceding and current row
        )
),

-- What a body out of court decides is never too late, and takes no place among the others.
appeals_out_of_court as (
    select
        appeals.appeal_id,
        appeals.violation_id,
        appeals.account_id,
        cast(null as bigint) as appeal_no,
        true as is_out_of_court,
        appeals.filed_on,
        appeals.outcome,
        appeals.decided_on,
        rules.partly_granted,
        appeals.points
    from appeals
    inner join rules on appeals.violation_id = rules.violation_id
    where appeals.channel = 'out_of_court'
),

appeals_that_count as (
    select * from appeals_in_time
    union all
    select * from appeals_out_of_court
),

appeals_with_what_they_do as (
    select
        appeal_id,
        violation_id,
        account_id,
        appeal_no,
        is_out_of_court,
        filed_on,
        outcome,
        decided_on,
        case
            when outcome = 'granted' or (outcome = 'partly_granted' and partly_granted = 'voids') then 'voids'
            when outcome = 'partly_granted' and partly_granted = 'adjusts' then 'adjusts'
            when outcome <> 'pending' then 'denies'
        end as effect,
        points
    from appeals_that_count
)

select * from appeals_with_what_they_do
