with

violation_cases as (
    select * from {{ ref('int_violation_cases') }}
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

appeal_deadlines as (
    select * from {{ ref('int_appeal_deadlines') }}
),

appeals_that_void as (
    select
        appeal_id,
        decided_on as voided_on
    from {{ ref('int_appeals_counted') }}
    where effect = 'voids'
),

appeals_with_how_they_stand as (
    select
        appeals.*,
        appeals_that_void.voided_on,
        case
            when appeals.outcome = 'pending' and coalesce(appeals.channel <> 'out_of_court', true)
                then appeals.filed_on
        end as waits_since
    from appeals
    left join appeals_that_void on appeals.appeal_id = appeals_that_void.appeal_id
),

-- The one that voided the violation first, else of those that somebody here has yet to decide the one that has waited
-- longest, else the newest.
appeal_that_says_how_it_stands as (
    select
        violation_id,
        appeal_id,
        filed_on,
        outcome,
        decided_on
    from appeals_with_how_they_stand
    qualify
        row_number() over (
            partition by violation_id
            order by voided_on asc nulls last, waits_since asc nulls last, filed_on desc, appeal_id desc
        ) = 1
),

violations_with_what_they_are_on as (
    select
        {{ night() }} as as_of,
        cases.violation_id,
        cases.account_id,
        cases.market,
        cases.violation_type,
        cases.severity,
        case when cases.live_id is not null then 'live' else contents.kind end as kind,
        coalesce(cases.live_id, cases.content_id) as subject,
        case when cases.live_id is not null then lives.title else contents.title end as title,
        cases.posted_on,
        cases.detected_by,
        cases.detected_on,
        cases.decided_on,
        appeals.appeal_id,
        appeals.filed_on as appeal_filed_on,
        appeals.outcome as appeal_outcome,
        appeals.decided_on as appeal_decided_on,
        case
            when deadlines.is_granted then 'granted'
            when cases.restored_on is not null then 'restored'
            else deadlines.appeal
        end as appeal,
        deadlines.appeal_until,
        cases.restored_on,
        cases.automation_of_detection,
        cases.automation_of_decision
    from violation_cases as cases
    left join contents on cases.content_id = contents.content_id
    left join lives on cases.live_id = lives.live_id
    left join appeal_that_says_how_it_stands as appeals on cases.violation_id = appeals.violation_id
    left join appeal_deadlines as deadlines on cases.violation_id = deadlines.violation_id
)

select * from violations_with_what_they_are_on
