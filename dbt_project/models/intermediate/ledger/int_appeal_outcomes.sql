with

appeals as (
    select * from {{ ref('stg_appeals') }}
),

rules as (
    select * from {{ ref('int_appeal_rules') }}
),

appeals_in_the_order_they_were_filed as (
    select
        appeals.*,
        row_number() over in_order as appeal_no,
        lag(appeals.decided_on) over in_order as decided_before
    from appeals
    window in_order as (partition by appeals.violation_id order by appeals.filed_on, appeals.appeal_id)
),

appeals_with_the_rules_for_them as (
    select
        appeals.*,
        rules.decided_on as violation_decided_on,
        rules.file_within_days,
        rules.appeals_at_most,
        rules.again_within_days,
        rules.partly_granted as partly_granted_means
    from appeals_in_the_order_they_were_filed as appeals
    inner join rules on appeals.violation_id = rules.violation_id
),

appeals_that_count as (
    select * from appeals_with_the_rules_for_them
    where
        (appeals_at_most is null or appeal_no <= appeals_at_most)
        and case
            when appeal_no = 1
                then
                    file_within_days is null
                    or filed_on <= {{ add_days('violation_decided_on', 'file_within_days') }}
            else again_within_days is null or filed_on <= {{ add_days('decided_before', 'again_within_days') }}
        end
),

appeals_by_what_they_do as (
    select
        *,
        outcome = 'granted' or (outcome = 'partly_granted' and partly_granted_means = 'voids') as voids,
        outcome = 'partly_granted' and partly_granted_means = 'adjusts' and points is not null as adjusts
    from appeals_that_count
),

violations_with_what_became_of_their_appeals as (
    select
        violation_id,
        min(filed_on) as filed_on,
        min(case when outcome <> 'pending' then decided_on end) as settled_on,
        min(case when voids then decided_on end) as voided_on,
        min(case when adjusts then decided_on end) as adjusted_on,
        -- A second adjustment would need the first one's history beside it; the first one holds.
        min_by(case when adjusts then points end, case when adjusts then decided_on end) as adjusted_points,
        bool_or(voids or adjusts or (outcome = 'partly_granted' and partly_granted_means <> 'denies')) as helped
    from appeals_by_what_they_do
    group by violation_id
)

select * from violations_with_what_became_of_their_appeals
