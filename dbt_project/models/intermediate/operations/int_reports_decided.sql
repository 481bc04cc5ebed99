with

user_reports as (
    select * from {{ ref('stg_user_reports') }}
    where decided_on is not null
),

creators as (
    select * from {{ ref('stg_creators') }}
),

reports_decided as (
    select
        user_reports.report_id,
        creators.market,
        coalesce(user_reports.notifier, 'user') as notifier,
        user_reports.report_type,
        user_reports.decided_on,
        {{ days_between('user_reports.reported_on', 'user_reports.decided_on') }} as days_to_report_decision,
        {{ hours_between('user_reports.reported_at', 'user_reports.decided_at') }} as hours_to_report_decision
    from user_reports
    inner join creators on user_reports.account_id = creators.account_id
)

select * from reports_decided
