with

violations as (
    select * from {{ ref('stg_violations') }}
),

creators as (
    select * from {{ ref('stg_creators') }}
),

contents as (
    select * from {{ ref('stg_contents') }}
),

lives as (
    select * from {{ ref('stg_lives') }}
),

appeals as (
    select * from {{ ref('stg_appeals') }}
),

first_appeal_of_each_case as (
    select
        violation_id,
        filed_on as appealed_on,
        decided_on as appeal_decided_on,
        outcome as appeal_outcome
    from appeals
    qualify row_number() over (partition by violation_id order by filed_on, appeal_id) = 1
),

last_decision_before_each as (
    select
        violation_id,
        max(decided_on) over (
            partition by account_id
            order by decided_on
            range between interval 90 days preceding and interval 1 day preceding
        ) as decided_before_on
    from violations
    where decided_on is not null
),

cases as (
    select
        violations.violation_id,
        violations.account_id,
        creators.market,
        creators.category,
        violations.content_id,
        violations.live_id,
        violations.violation_type,
        violations.surface,
        violations.severity,
        violations.detected_by,
        coalesce(contents.published_on, lives.on_day) as posted_on,
        violations.detected_on,
        violations.decided_on,
        violations.enforced_on,
        violations.notified_on,
        -- A decision is carried out within 3 days, and a case decided within 14.
        coalesce(violations.decided_on < {{ add_days(night(), -3) }}, false) as is_enforcement_due,
        coalesce(violations.detected_on < {{ add_days(night(), -14) }}, false) as is_decision_due,
        before_it.decided_before_on is not null as is_repeat,
        appeals.appealed_on,
        appeals.appeal_decided_on,
        appeals.appeal_outcome,
        {{ days_between('coalesce(contents.published_on, lives.on_day)', 'violations.detected_on') }}
            as days_to_detection,
        {{ days_between('violations.detected_on', 'violations.decided_on') }} as days_to_decision,
        {{ days_between('violations.decided_on', 'violations.enforced_on') }} as days_to_enforcement,
        {{ days_between('violations.enforced_on', 'violations.notified_on') }} as days_to_notice,
        {{ days_between('appeals.appealed_on', 'appeals.appeal_decided_on') }} as days_to_appeal_decision
    from violations
    inner join creators on violations.account_id = creators.account_id
    left join contents on violations.content_id = contents.content_id
    left join lives on violations.live_id = lives.live_id
    left join first_appeal_of_each_case as appeals on violations.violation_id = appeals.violation_id
    left join last_decision_before_each as before_it on violations.violation_id = before_it.violation_id
)

select * from cases
