with

appeal_rules as (
    select * from {{ ref('int_appeal_rules') }}
),

appeals_counted as (
    select * from {{ ref('int_appeals_counted') }}
),

appeals_by_where_they_were_filed as (
    select
        *,
        coalesce(not is_out_of_court, true) as is_own
    from appeals_counted
),

appeals_against_each_violation as (
    select
        violation_id,
        count(case when is_own then 1 end) as appeals,
        bool_or(is_own and effect is null) as is_pending,
        bool_or(effect = 'voids') as is_granted,
        max(case when is_own and effect is not null then decided_on end) as last_decided_on
    from appeals_by_where_they_were_filed
    group by violation_id
),

last_days as (
    select
        rules.violation_id,
        rules.account_id,
        coalesce(appeals.appeals, 0) as appeals,
        rules.appeals_at_most,
        coalesce(appeals.is_pending, false) as is_pending,
        coalesce(appeals.is_granted, false) as is_granted,
        coalesce(appeals.appeals >= rules.appeals_at_most, false) as is_used_up,
        case
            when coalesce(appeals.appeals, 0) = 0 then {{ add_days('rules.decided_on', 'rules.file_within_days') }}
            else {{ add_days('appeals.last_decided_on', 'rules.again_within_days') }}
        end as appeal_until
    from appeal_rules as rules
    left join appeals_against_each_violation as appeals on rules.violation_id = appeals.violation_id
),

-- What it comes to on the night.
states as (
    select
        *,
        case
            when is_pending then 'pending'
            when is_used_up then 'none'
            when appeal_until < {{ night() }} then 'passed'
            when appeal_until is not null then 'until'
            else 'any_time'
        end as appeal
    from last_days
)

select * from states
