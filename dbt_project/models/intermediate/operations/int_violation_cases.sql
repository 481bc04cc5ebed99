with

violations as (
    select * from {{ ref('stg_violations') }}
),

creators as (
    select * from {{ ref('stg_creators') }}
),

account_markets as (
    select * from {{ ref('int_account_markets') }}
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

user_reports as (
    select * from {{ ref('stg_user_reports') }}
),

first_report_of_each_thing as (
    select
        coalesce(content_id, live_id) as thing,
        -- Of reports of which one has no time, nobody knows which was the first.
        case when count(reported_at) = count(*) then min(reported_at) end as reported_at
    from user_reports
    where coalesce(content_id, live_id) is not null
    group by coalesce(content_id, live_id)
),

first_grant_of_each_case as (
    select
        violation_id,
        min(decided_on) as granted_on
    from appeals
    where outcome = 'granted'
    group by violation_id
),

first_appeal_of_each_case as (
    select
        violation_id,
        filed_on as appealed_on,
        -- Who takes an appeal back decides nothing about it.
        case when outcome <> 'withdrawn_by_account' then decided_on end as appeal_decided_on,
        outcome as appeal_outcome,
        case when outcome <> 'withdrawn_by_account' then {{ hours_between('filed_at', 'decided_at') }} end
            as hours_to_appeal_decision
    from appeals
    where coalesce(channel <> 'out_of_court', true)
    qualify row_number() over (partition by violation_id order by filed_on, appeal_id) = 1
),

-- Of decisions before the first that a market's sources told the end of, nobody knows which had none.
markets_telling_of_enforcement as (
    select
        account_markets.market,
        min(coalesce(violations.decided_on, violations.enforced_on)) as since
    from violations
    inner join account_markets
        on
            violations.account_id = account_markets.account_id
            and {{ day_in(
                'coalesce(violations.decided_on, violations.enforced_on)',
                'account_markets.from_day', 'account_markets.until_day'
            ) }}
    where violations.enforced_on is not null
    group by account_markets.market
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
        coalesce(
            violations.decided_on >= telling.since and violations.decided_on < {{ add_days(night(), -3) }}, false
        ) as is_enforcement_due,
        coalesce(violations.detected_on < {{ add_days(night(), -14) }}, false) as is_decision_due,
        before_it.decided_before_on is not null as is_repeat,
        appeals.appealed_on,
        appeals.appeal_decided_on,
        appeals.appeal_outcome,
        violations.restored_on,
        grants.granted_on,
        violations.automation_of_detection,
        violations.automation_of_decision,
        violations.guidance_version,
        violations.confidence,
        contents.views_before_removal,
        -- Before anybody had reported it; where a time is missing, by who flagged it.
        case
            when violations.detected_at is not null and reports.reported_at is not null
                then violations.detected_at < reports.reported_at
            else violations.detected_by not in ('user_report', 'rights_holder', 'trusted_flagger', 'authority')
        end as is_proactive,
        {{ days_between('coalesce(contents.published_on, lives.on_day)', 'violations.detected_on') }}
            as days_to_detection,
        {{ days_between('violations.detected_on', 'violations.decided_on') }} as days_to_decision,
        {{ days_between('violations.decided_on', 'violations.enforced_on') }} as days_to_enforcement,
        {{ days_between('violations.enforced_on', 'violations.notified_on') }} as days_to_notice,
        {{ days_between('appeals.appealed_on', 'appeals.appeal_decided_on') }} as days_to_appeal_decision,
        {{ hours_between('coalesce(contents.published_at, lives.began_at)', 'violations.detected_at') }}
            as hours_to_detection,
        {{ hours_between('violations.detected_at', 'violations.decided_at') }} as hours_to_decision,
        {{ hours_between('violations.decided_at', 'violations.enforced_at') }} as hours_to_enforcement,
        {{ hours_between('violations.enforced_at', 'violations.notified_at') }} as hours_to_notice,
        {{ hours_between('coalesce(contents.published_at, lives.began_at)', 'violations.enforced_at') }}
            as hours_from_post_to_enforcement,
        appeals.hours_to_appeal_decision
    from violations
    inner join creators on violations.account_id = creators.account_id
    left join account_markets
        on
            violations.account_id = account_markets.account_id
            and {{ day_in('violations.decided_on', 'account_markets.from_day', 'account_markets.until_day') }}
    left join markets_telling_of_enforcement as telling on account_markets.market = telling.market
    left join contents on violations.content_id = contents.content_id
    left join lives on violations.live_id = lives.live_id
    left join first_appeal_of_each_case as appeals on violations.violation_id = appeals.violation_id
    left join first_grant_of_each_case as grants on violations.violation_id = grants.violation_id
    left join first_report_of_each_thing as reports
        on coalesce(violations.content_id, violations.live_id) = reports.thing
    left join last_decision_before_each as before_it on violations.violation_id = before_it.violation_id
)

select * from cases
