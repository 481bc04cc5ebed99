with

creators as (
    select * from {{ ref('int_creators_judged') }}
),

contents as (
    select * from {{ ref('stg_contents') }}
),

violations as (
    select * from {{ ref('stg_violations') }}
    where decided_on is not null
),

activities as (
    select * from {{ ref('int_activities') }}
),

appeal_outcomes as (
    select * from {{ ref('int_appeal_outcomes') }}
),

violations_as_events as (
    select
        violations.violation_id as event_id,
        'violation' as source,
        violations.account_id,
        violations.violation_type as event_type,
        violations.severity,
        violations.violation_type as subject,
        violations.decided_on as on_day,
        violations.points as quantity,
        violations.batch_id,
        violations.content_id,
        violations.violation_id,
        cast(null as varchar) as names_violation,
        cast({{ days_between('contents.published_on', 'violations.decided_on') }} as bigint) as content_age_days,
        -- What was restored without an appeal is void as after one; least() knows no null.
        least(appeal_outcomes.voided_on, violations.restored_on) as voided_on,
        appeal_outcomes.adjustments
    from violations
    left join contents on violations.content_id = contents.content_id
    left join appeal_outcomes on violations.violation_id = appeal_outcomes.violation_id
),

activities_as_events as (
    select
        activity_id as event_id,
        'activity' as source,
        account_id,
        activity as event_type,
        cast(null as varchar) as severity,
        subject,
        on_day,
        quantity,
        cast(null as varchar) as batch_id,
        content_id,
        -- It is none, and what becomes of the one that it names isn't what becomes of it.
        cast(null as varchar) as violation_id,
        violation_id as names_violation,
        cast(null as bigint) as content_age_days,
        cast(null as date) as voided_on,
        cast(null as struct(adjusted_on date, points decimal(18, 2))[]) as adjustments
    from activities
),

events_of_both_kinds as (
    select * from violations_as_events
    union all
    select * from activities_as_events
),

events_of_accounts as (
    select
        events_of_both_kinds.*,
        creators.market,
        creators.kind
    from events_of_both_kinds
    inner join creators on events_of_both_kinds.account_id = creators.account_id
)

select * from events_of_accounts
